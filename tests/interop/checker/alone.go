package main

import (
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// isAlone says whether there are hashes, and neither entries nor openings (§10).
func (f *folder) isAlone() bool {
	hashes := false
	for name := range f.files {
		if strings.HasPrefix(name, "tile/entries/") || disclosuresForm.MatchString(name) {
			return false
		}
		hashes = hashes || strings.HasPrefix(name, "tile/0/")
	}
	return hashes
}

// readHashes makes the tree of the published hashes of the entries.
func (f *folder) readHashes() error {
	for first := int64(0); first < f.head.N; first += 1 << height {
		tile := tlog.Tile{H: height, L: 0, N: first >> height, W: 1 << height}
		if left := f.head.N - first; left < 1<<height {
			tile.W = int(left)
		}
		data, err := f.read(ourName(tile))
		if err != nil {
			return err
		}
		if len(data) != tile.W*tlog.HashSize {
			return fmt.Errorf("%s: it has %d bytes, expected %d hashes", ourName(tile), len(data), tile.W)
		}
		for i := 0; i < tile.W; i++ {
			var leaf tlog.Hash
			copy(leaf[:], data[i*tlog.HashSize:])
			more, err := tlog.StoredHashesForRecordHash(first+int64(i), leaf, tlog.HashReaderFunc(f.stored))
			if err != nil {
				return err
			}
			f.hashes, f.leaves = append(f.hashes, more...), append(f.leaves, leaf)
		}
	}
	return nil
}

// takeKeys takes the log's keys from the policy that it publishes: the key register is not public. Those that the
// reader brought help to read earlier states.
func (f *folder) takeKeys() error {
	named := []string{}
	for _, line := range strings.Split(string(f.policy), "\n") {
		if words := strings.Fields(line); len(words) > 0 && words[0] == "log" {
			if len(words) != 2 || line != "log "+words[1] {
				return fmt.Errorf("policy: the line %.80q is not of the form that a log's line has", line)
			}
			named = append(named, words[1])
		}
	}
	for i, vkey := range append(named, f.trust.vkeys...) {
		k, err := readKey(vkey)
		if err != nil {
			return fmt.Errorf("policy: %w", err)
		}
		ours := k.name == f.head.origin && (k.kind == ed25519Key || k.kind == mlDsa44)
		if i < len(named) && !ours {
			return fmt.Errorf("policy: %s is no key of this log", k.name)
		}
		if ours {
			s := &standing{key: k, added: -1, ended: -1}
			if k.kind == ed25519Key {
				s.verifier = k.verifier()
			}
			f.register.logKeys[fmt.Sprintf("%s+%08x", k.name, k.hash)] = s
			f.ours[k.vkey] = f.ours[k.vkey] || i < len(named) && k.kind == ed25519Key
		}
	}
	return nil
}

// stranger takes a line as it is.
type stranger struct {
	*key
	lines *int
}

func (s stranger) Name() string    { return s.name }
func (s stranger) KeyHash() uint32 { return s.hash }

func (s stranger) Verify(_, _ []byte) bool {
	*s.lines++
	return true
}

// strangers are the lines in the log's own name by keys that are not known: they are left unread, and counted.
func (r *reading) strangers(data []byte, origin string, ranks map[string]string) []note.Verifier {
	opened, err := note.Open(data, note.VerifierList())
	unverified, ok := err.(*note.UnverifiedNoteError)
	if !ok {
		return nil
	}
	opened = unverified.Note
	found := []note.Verifier{}
	for _, line := range opened.UnverifiedSigs {
		name := fmt.Sprintf("%s+%08x", line.Name, line.Hash)
		if _, known := ranks[name]; known || line.Name != origin {
			continue
		}
		signed, _ := base64.StdEncoding.DecodeString(line.Base64)
		if ranks[name] = "1"; len(signed) == 4+64 {
			ranks[name] = "0"
		}
		found = append(found, stranger{&key{name: line.Name, hash: line.Hash}, &r.unknown})
	}
	return found
}

// checkSigners finds every state since the first that a standing key signed signed by one; the newest by no other.
func (f *folder) checkSigners() error {
	before := false
	for _, size := range f.sizes {
		data, err := f.read(fmt.Sprintf("checkpoints/%d", size))
		if err != nil {
			return err
		}
		f.unknown = 0
		_, speaking, err := f.signedHead(data)
		if err != nil {
			return err
		}
		now := false
		for vkey := range speaking {
			now = now || f.ours[vkey]
		}
		if newest := size == f.head.N; (before || newest) && !now || newest && f.unknown > 0 {
			return fmt.Errorf("checkpoints/%d: it is not signed by the keys in policy, and by no others", size)
		}
		before = now
	}
	return nil
}

// checkLostAlone finds what is kept of a lost part to be of this log, and no part of it as it stands.
func (f *folder) checkLostAlone() error {
	for name, index := range f.lost {
		data, err := f.read(name)
		if err != nil {
			return err
		}
		head, _, err := f.signedHead(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if head.origin != f.head.origin || name != fmt.Sprintf("lost/%d/%d", index, head.N) {
			return fmt.Errorf("%s: it is a checkpoint of %s and size %d", name, head.origin, head.N)
		}
		if now, err := f.rootAt(head.N); head.N <= index && (err != nil || now == head.Hash) {
			return fmt.Errorf("%s: it is a checkpoint of this log as it stands", name)
		}
	}
	return nil
}

// ofLog is the trust without the keys of other names: they may have opened the log, which cannot be seen.
func (t *trust) ofLog(origin string) *trust {
	logs := *t
	logs.vkeys = nil
	for _, vkey := range t.vkeys {
		if k, _ := readKey(vkey); k.name == origin {
			logs.vkeys = append(logs.vkeys, vkey)
		}
	}
	return &logs
}
