package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// checkLosses finds every declared loss to be of the tree before it and of no tree of this log, with its evidence in
// lost/, and nothing there that no loss covers (§5, §10).
func (f *folder) checkLosses() error {
	for index, of := range f.register.losses {
		if kept, err := f.rootAt(of.kept.N); err != nil || kept != of.kept.Hash {
			return fmt.Errorf("entry %d: what it says was kept is not what stands before it", index)
		}
		if now, err := f.rootAt(of.lost.N); of.lost.N <= index && (err != nil || now == of.lost.Hash) {
			return fmt.Errorf("entry %d: what it says was lost is a tree of this log", index)
		}
		if name := fmt.Sprintf("lost/%d/%d", index, of.lost.N); !f.files[name] {
			return fmt.Errorf("%s: the file is missing", name)
		}
	}
	for name, index := range f.lost {
		of, declared := f.register.losses[index]
		if !declared {
			return fmt.Errorf("%s: no declared loss covers it", name)
		}
		data, err := f.read(name)
		if err != nil {
			return err
		}
		head, _, err := f.headBy(data, func(*standing, int64) bool { return true })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		named := fmt.Sprintf("lost/%d/%d", index, head.N)
		if head.origin != f.head.origin || name != named || head.N == of.lost.N && head.Hash != of.lost.Hash {
			return fmt.Errorf("%s: it is a checkpoint of %s and size %d, or with another root than was declared", name, head.origin, head.N)
		}
		if now, err := f.rootAt(head.N); head.N <= f.head.N && head.N <= index && (err != nil || now == head.Hash) {
			return fmt.Errorf("%s: it is a checkpoint of this log as it stands", name)
		}
	}
	return nil
}

// rootAt is the root of the first entries, of which there are at least so many.
func (f *folder) rootAt(size int64) (tlog.Hash, error) {
	if size > f.head.N {
		return tlog.Hash{}, fmt.Errorf("the log has only %d entries", f.head.N)
	}
	return tlog.TreeHash(size, tlog.HashReaderFunc(f.stored))
}
