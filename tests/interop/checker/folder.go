package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var (
	sizeForm        = regexp.MustCompile(`^(?:checkpoints/([1-9][0-9]{0,17})|timestamp/([1-9][0-9]{0,17})\.tsr|lost/([1-9][0-9]{0,17})/([1-9][0-9]{0,17}))$`)
	disclosuresForm = regexp.MustCompile(`^disclosures/(?:x[0-9]{3}/)*[0-9]{3}$`)
)

// folder is a folder of published files (§10), while it is checked.
type folder struct {
	reading
	dir     string
	files   map[string]bool
	sizes   []int64
	stamped []int64
	lost    map[string]int64 // to the index of the entry that declares it
	tiles   map[string]tlog.Tile
	entries []*entry
	leaves  []tlog.Hash
	ours    map[string]bool // of hashes alone: the log's keys by vkey, and whether its policy names them
	hashes  []tlog.Hash     // as x/mod stores them: a tree made of the entries alone
}

func checkFolder(dir string, t *trust, found *answer) error {
	f := &folder{
		reading: newReading(t), dir: dir, files: map[string]bool{}, tiles: map[string]tlog.Tile{}, lost: map[string]int64{},
		ours: map[string]bool{},
	}
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); err != nil {
		return fmt.Errorf("%w: there is no checkpoint in %s", errNoRecord, dir)
	}
	data, err := f.read("checkpoint")
	if err != nil {
		return err
	}
	if f.head, err = unsignedHead(data); err != nil {
		return err
	}
	found.Origin, found.Size = f.head.origin, f.head.N
	f.policy, _ = f.read("policy")
	if err := f.list(); err != nil {
		return err
	}
	steps := []func() error{f.needed, f.readEntries, f.checkTiles, f.checkHistory, f.checkLosses, f.checkDisclosures, f.checkPolicy}
	if f.alone = f.isAlone(); f.alone {
		steps = []func() error{f.needed, f.readHashes, f.checkTiles, f.takeKeys, f.checkHistory, f.checkSigners, f.checkLostAlone}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	_, speaking, err := f.signedHead(data)
	if err != nil {
		return err
	}
	if newest, _ := f.read(fmt.Sprintf("checkpoints/%d", f.head.N)); !bytes.Equal(newest, data) {
		return fmt.Errorf("checkpoint is not the same as checkpoints/%d", f.head.N)
	}
	if f.unread > 0 {
		found.Notes = append(found.Notes, "lines by ML-DSA-44 keys were not read")
	}
	if f.alone {
		found.Notes = append(found.Notes, "the entries are not public: what they say was not checked")
		return t.ofLog(f.head.origin).judge(speaking)
	}
	speaking[f.register.root] = true
	return t.judge(speaking)
}

func (f *folder) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(name)))
}

// list finds every file named by the layout, and nothing beyond the newest checkpoint.
func (f *folder) list() error {
	return filepath.WalkDir(f.dir, func(path string, found fs.DirEntry, err error) error {
		if err != nil || found.IsDir() {
			return err
		}
		relative, _ := filepath.Rel(f.dir, path)
		name := filepath.ToSlash(relative)
		f.files[name] = true
		reach := int64(0)
		if parts := sizeForm.FindStringSubmatch(name); parts != nil {
			reach, _ = strconv.ParseInt(parts[1]+parts[2]+parts[3], 10, 64)
			switch {
			case parts[1] != "":
				f.sizes = append(f.sizes, reach)
			case parts[2] != "":
				f.stamped = append(f.stamped, reach)
			default:
				f.lost[name], reach = reach, reach+1
			}
		} else if tile, err := tlog.ParseTilePath(goName(name)); strings.HasPrefix(name, "tile/") && err == nil {
			f.tiles[name] = tile
			reach = (tile.N<<height + int64(tile.W)) << (height * uint(max(tile.L, 0)))
		} else if name != "checkpoint" && name != "policy" && !disclosuresForm.MatchString(name) {
			return fmt.Errorf("%s: no file of this name belongs to a published register", name)
		}
		if !found.Type().IsRegular() || reach > f.head.N {
			return fmt.Errorf("%s: it is no plain file, or beyond the newest checkpoint", name)
		}
		return nil
	})
}

// goName is the name that x/mod has for the file: tile/8/L/N for tile/L/N, and data for entries.
func goName(name string) string {
	return "tile/8/" + strings.Replace(strings.TrimPrefix(name, "tile/"), "entries/", "data/", 1)
}

func ourName(t tlog.Tile) string {
	return "tile/" + strings.Replace(strings.TrimPrefix(t.Path(), "tile/8/"), "data/", "entries/", 1)
}

func max(one, other int) int {
	if one > other {
		return one
	}
	return other
}

// needed finds every full tile there, and the partial ones of every published checkpoint until the full one is.
func (f *folder) needed() error {
	sort.Slice(f.sizes, func(i, j int) bool { return f.sizes[i] < f.sizes[j] })
	for _, size := range f.stamped {
		if !f.files[fmt.Sprintf("checkpoints/%d", size)] {
			return fmt.Errorf("timestamp/%d.tsr: there is no checkpoint of this size", size)
		}
	}
	for _, size := range append([]int64{f.head.N}, f.sizes...) {
		if !f.files[fmt.Sprintf("checkpoints/%d", size)] || !f.files["policy"] {
			return fmt.Errorf("checkpoints/%d or policy: the file is missing", size)
		}
		first := -1
		if f.alone {
			first = 0
		}
		for level := first; size>>(height*uint(max(level, 0))) > 0; level++ {
			width := size >> (height * uint(max(level, 0)))
			for n := int64(0); n<<height < width; n++ {
				full := tlog.Tile{H: height, L: level, N: n, W: 1 << height}
				part := full
				if left := width - n<<height; left < 1<<height {
					part.W = int(left)
				}
				if !f.files[ourName(part)] && !f.files[ourName(full)] {
					return fmt.Errorf("%s: the file is missing", ourName(part))
				}
			}
		}
	}
	return nil
}

// readEntries reads the log from its first entry to its last.
func (f *folder) readEntries() error {
	for first := int64(0); first < f.head.N; first += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: 1 << height}
		if left := f.head.N - first; left < 1<<height {
			tile.W = int(left)
		}
		data, err := f.read(ourName(tile))
		if err != nil {
			return err
		}
		raws, err := split(data, tile.W)
		if err != nil {
			return fmt.Errorf("%s: %w", ourName(tile), err)
		}
		for i, raw := range raws {
			if err := f.take(first+int64(i), raw); err != nil {
				return fmt.Errorf("entry %d: %w", first+int64(i), err)
			}
		}
	}
	return nil
}

// split takes a bundle apart: u16 length || entry, for each.
func split(data []byte, count int) ([][]byte, error) {
	raws := make([][]byte, 0, count)
	for len(data) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			break
		}
		raws, data = append(raws, data[2:end]), data[end:]
	}
	if len(data) > 0 || len(raws) != count {
		return nil, fmt.Errorf("%d whole entries came and %d bytes more, expected %d entries", len(raws), len(data), count)
	}
	return raws, nil
}

// take judges one entry in the light of all before it, and grows the tree.
func (f *folder) take(index int64, raw []byte) error {
	e, err := readEntry(raw)
	if err != nil {
		return err
	}
	if err := f.accept(index, e); err != nil {
		return err
	}
	f.entries, f.leaves = append(f.entries, e), append(f.leaves, e.leaf)
	more, err := tlog.StoredHashes(index, raw, tlog.HashReaderFunc(f.stored))
	f.hashes = append(f.hashes, more...)
	return err
}

func (f *folder) stored(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = f.hashes[index]
	}
	return hashes, nil
}
