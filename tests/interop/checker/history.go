package main

import (
	"bytes"
	"fmt"
	"sort"

	"golang.org/x/mod/sumdb/tlog"
)

// checkTiles finds every tile, full or partial, to be what x/mod makes of the entries; so too every stale bundle.
func (f *folder) checkTiles() error {
	for name, tile := range f.tiles {
		came, err := f.read(name)
		if err != nil {
			return err
		}
		var right []byte
		if tile.L >= 0 {
			if right, err = tlog.ReadTileData(tile, tlog.HashReaderFunc(f.stored)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		} else {
			for _, e := range f.entries[tile.N<<height : tile.N<<height+int64(tile.W)] {
				right = append(append(right, byte(len(e.raw)>>8), byte(len(e.raw))), e.raw...)
			}
		}
		if !bytes.Equal(came, right) {
			return fmt.Errorf("%s: it does not follow from the entries", name)
		}
	}
	return nil
}

// checkHistory finds every published checkpoint signed and of the entries, each an extension of every one before it,
// and entries in it: the proofs are made by x/mod from the published tiles alone, and checked by it.
func (f *folder) checkHistory() error {
	heads := []*head{}
	for _, size := range f.sizes {
		name := fmt.Sprintf("checkpoints/%d", size)
		data, err := f.read(name)
		if err != nil {
			return err
		}
		head, _, err := f.signedHead(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		root, err := tlog.TreeHash(size, tlog.HashReaderFunc(f.stored))
		if err != nil || head.N != size || head.origin != f.head.origin || head.Hash != root {
			return fmt.Errorf("%s: it says %s, %d, %s; the entries give %s", name, head.origin, head.N, head.Hash, root)
		}
		heads = append(heads, head)
	}
	for _, new := range heads {
		proved := tlog.TileHashReader(new.Tree, tileReader{f})
		for _, old := range heads {
			if old.N >= new.N {
				break
			}
			proof, err := tlog.ProveTree(new.N, old.N, proved)
			if err == nil {
				err = tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash)
			}
			if err != nil {
				return fmt.Errorf("checkpoints %d and %d are not of one history: %w", old.N, new.N, err)
			}
		}
		for index := int64(0); index < new.N; index += 1 + new.N/50 {
			proof, err := tlog.ProveRecord(new.N, index, proved)
			if err == nil {
				err = tlog.CheckRecord(proof, new.N, new.Hash, index, f.entries[index].leaf)
			}
			if err != nil {
				return fmt.Errorf("entry %d is not shown to be in checkpoint %d: %w", index, new.N, err)
			}
		}
	}
	return nil
}

// tileReader hands x/mod the published tiles; it authenticates them itself.
type tileReader struct{ *folder }

func (tileReader) Height() int                         { return height }
func (tileReader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		name := ourName(tile)
		if !r.files[name] { // once the full tile is there, its partial ones may be gone
			tile.W = 1 << height
			name = ourName(tile)
		}
		data, err := r.read(name)
		if err != nil {
			return nil, err
		}
		if all[i] = data; len(data) > tiles[i].W*tlog.HashSize {
			all[i] = data[:tiles[i].W*tlog.HashSize]
		}
	}
	return all, nil
}

// checkDisclosures finds exactly the openings published that the log says are in effect (§6, §10).
func (f *folder) checkDisclosures() error {
	effect := map[int64]map[string]bool{}
	for index, e := range f.entries {
		kind := e.text["type"]
		if kind != "value.disclosed/1" && kind != "value.withdrawn/1" {
			continue
		}
		openings, _ := e.body["openings"].([]any)
		for _, value := range openings {
			opening, _ := value.(map[string]any)
			at, ok := whole(opening["entry"])
			slots, _ := opening["slots"].([]any)
			if !ok || at < 0 || at >= int64(index) || len(slots) == 0 {
				return fmt.Errorf("entry %d: an opening names no earlier entry, or no slot", index)
			}
			if effect[at] == nil {
				effect[at] = map[string]bool{}
			}
			for _, slot := range slots {
				text, _ := slot.(string)
				if f.entries[at].digests[text] == "" {
					return fmt.Errorf("entry %d: an opening names the slot %.40q, which entry %d does not have", index, text, at)
				}
				if effect[at][text] = true; kind == "value.withdrawn/1" {
					delete(effect[at], text)
				}
			}
		}
	}
	right := map[string]bool{}
	for index, slots := range effect {
		if len(slots) == 0 {
			continue
		}
		name := "disclosures/" + ourName(tlog.Tile{H: height, L: 0, N: index, W: 1 << height})[len("tile/0/"):]
		right[name] = true
		data, err := f.read(name)
		if err != nil {
			return err
		}
		came, err := f.entries[index].readDisclosures(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		wanted := []string{}
		for slot := range slots {
			wanted = append(wanted, slot)
		}
		if sort.Strings(wanted); fmt.Sprint(came) != fmt.Sprint(wanted) {
			return fmt.Errorf("%s: it opens %v, but %v are in effect", name, came, wanted)
		}
	}
	for name := range f.files {
		if disclosuresForm.MatchString(name) && !right[name] {
			return fmt.Errorf("%s: the log has no openings in effect for this entry", name)
		}
	}
	return nil
}
