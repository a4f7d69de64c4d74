package main

import (
	"bytes"
	"fmt"

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
				err = tlog.CheckRecord(proof, new.N, new.Hash, index, f.leaves[index])
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
	entries, order := map[int64]*entry{}, []int64{}
	for index, e := range f.entries {
		entries[int64(index)], order = e, append(order, int64(index))
	}
	effect, err := effects(entries, order)
	if err != nil {
		return err
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
		if len(came) != len(slots) {
			return fmt.Errorf("%s: it opens %d slots, but %d are in effect", name, len(came), len(slots))
		}
		for slot := range came {
			if !slots[slot] {
				return fmt.Errorf("%s: it opens %s, which is not in effect", name, slot)
			}
		}
	}
	for name := range f.files {
		if disclosuresForm.MatchString(name) && !right[name] {
			return fmt.Errorf("%s: the log has no openings in effect for this entry", name)
		}
	}
	return nil
}
