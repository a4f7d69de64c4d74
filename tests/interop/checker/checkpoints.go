package main

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var headForm = regexp.MustCompile(`^([a-z0-9._/-]{1,200})\n([1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n$`)

// head is what a checkpoint says (§8), whoever signed it.
type head struct {
	origin string
	tlog.Tree
}

func readHead(text string) (*head, error) {
	parts := headForm.FindStringSubmatch(text)
	if parts == nil {
		return nil, fmt.Errorf("a checkpoint reads %.80q, expected three lines", text)
	}
	for _, reserved := range []string{"fairplace/", "cosignature/", "subtree/"} {
		if strings.HasPrefix(parts[1], reserved) {
			return nil, fmt.Errorf("the origin %s begins with a word that is reserved", parts[1])
		}
	}
	size, _ := strconv.ParseInt(parts[2], 10, 64)
	root, err := readHash(parts[3])
	return &head{parts[1], tlog.Tree{N: size, Hash: root}}, err
}

func readHash(text string) (tlog.Hash, error) {
	hash, err := tlog.ParseHash(text)
	if err == nil && hash.String() != text {
		err = fmt.Errorf("the hash %q is not canonical", text)
	}
	return hash, err
}

// unsignedHead reads a checkpoint before it is known whose keys are to have signed it.
func unsignedHead(data []byte) (*head, error) {
	opened, err := note.Open(data, note.VerifierList())
	if unverified, ok := err.(*note.UnverifiedNoteError); ok {
		opened = unverified.Note
	} else if err != nil {
		return nil, err
	}
	return readHead(opened.Text)
}

// signedHead reads a checkpoint in an audit: every line is by a key of the log that stands at this size, or by a
// witness; the log's Ed25519 lines first, then its ML-DSA-44 lines, then witnesses by name and key id (§8).
// It returns the vkeys whose lines were read and are good.
func (r *reading) signedHead(data []byte) (*head, map[string]bool, error) {
	return r.headBy(data, func(s *standing, size int64) bool { return s.added < size && (s.ended < 0 || s.ended >= size) })
}

// headBy is the same, by keys of the log that stand as asked.
func (r *reading) headBy(data []byte, stands func(*standing, int64) bool) (*head, map[string]bool, error) {
	first, err := unsignedHead(data)
	if err != nil {
		return nil, nil, err
	}
	known, ranks := []note.Verifier{}, map[string]string{}
	vkeys := map[string]string{}
	for _, s := range r.register.logKeys {
		if stands(s, first.N) {
			v, rank := s.verifier, "0"
			if v == nil {
				v, rank = &unread{s.key, &r.unread}, "1"
			} else {
				vkeys[lineName(v)] = s.key.vkey
			}
			known, ranks[lineName(v)] = append(known, v), rank
		}
	}
	for name, v := range r.witnesses() {
		known, ranks[name] = append(known, v), "2"+name
		if w, ok := v.(*witness); ok {
			vkeys[name] = w.vkey
		}
	}
	if r.alone {
		known = append(known, r.strangers(data, first.origin, ranks)...)
	}
	opened, err := openNote(data, known...)
	if err != nil {
		return nil, nil, err
	}
	order, speaking := []string{}, map[string]bool{}
	for _, line := range opened.Sigs {
		name := fmt.Sprintf("%s+%08x", line.Name, line.Hash)
		order = append(order, ranks[name])
		if vkey := vkeys[name]; vkey != "" {
			speaking[vkey] = true
		}
	}
	if order[0] != "0" || !sort.StringsAreSorted(order) {
		return nil, nil, fmt.Errorf("the lines of the checkpoint are not in order")
	}
	return first, speaking, nil
}

// witnesses are those of the reader's policy, and those that the log states itself: the latter confer no trust.
func (r *reading) witnesses() map[string]note.Verifier {
	all := map[string]note.Verifier{}
	for _, line := range strings.Split(string(r.policy), "\n") {
		if words := strings.Fields(line); len(words) >= 3 && words[0] == "witness" {
			if k, err := readKey(words[2]); err == nil && k.kind == witnessEd25519 {
				all[lineName(&witness{k})] = &witness{k}
			} else if err == nil && k.kind == mlDsa44 {
				all[lineName(&unread{k, &r.unread})] = &unread{k, &r.unread}
			}
		}
	}
	for name, v := range r.trust.witnesses {
		all[name] = v
	}
	return all
}

// checkPolicy finds the log's keys in the published policy to be those of the register, in its order (§10).
func (f *folder) checkPolicy() error {
	standing := []*standing{}
	for _, s := range f.register.logKeys {
		if s.ended < 0 {
			standing = append(standing, s)
		}
	}
	sort.Slice(standing, func(i, j int) bool { return standing[i].added < standing[j].added })
	right := ""
	for _, s := range standing {
		right += "log " + s.key.vkey + "\n"
	}
	text := f.policy
	if !strings.HasPrefix(string(text), right) || strings.Contains(string(text[len(right):]), "log ") {
		return fmt.Errorf("policy: it does not begin with the log's keys as the register has them")
	}
	return nil
}
