package main

import (
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// standing is what the register says of one key, with the indexes at which it said so (§5).
type standing struct {
	key          *key
	added, ended int64 // ended: -1 while it is in use
	roles        map[string]int64
	notFor       map[string]bool
	limited      int64
	verifier     note.Verifier
}

// register holds all keys, as the entries read so far have them.
type register struct {
	stream, origin, root string
	events               map[string]int64 // leaf hash to index
	keys, logKeys        map[string]*standing
	publics              map[string]string
}

var bodies = map[string][]string{
	"log.opened/1":      {"root_key"},
	"key.added/1":       {"role", "vkey"},
	"key.limited/1":     {"not_for", "vkey"},
	"key.revoked/1":     {"reason", "vkey"},
	"log-key.added/1":   {"vkey"},
	"log-key.retired/1": {"vkey"},
}

func newRegister() *register {
	return &register{
		events: map[string]int64{}, publics: map[string]string{},
		keys: map[string]*standing{}, logKeys: map[string]*standing{},
	}
}

// judge finds every signer of the entry allowed to sign it at this index, and takes in what the entry changes.
func (r *register) judge(index int64, e *entry) error {
	kind, named := e.text["type"], int64(0)
	_, ofRegister := bodies[kind]
	if index == 0 {
		if err := r.open(e); err != nil {
			return err
		}
	} else {
		if ofRegister != (e.text["stream"] == r.stream) {
			return fmt.Errorf("%s stands on the wrong side of the stream of the key register", kind)
		}
		var found bool
		if named, found = r.events[e.text["keys"]]; !found {
			return fmt.Errorf("`keys` names no earlier event of the key register")
		}
	}
	known := make([]note.Verifier, 0, len(r.keys))
	for _, s := range r.keys {
		known = append(known, s.verifier)
	}
	lines, err := e.signers(known)
	if err != nil {
		return err
	}
	for _, line := range lines {
		s := r.keys[fmt.Sprintf("%s+%08x", line.Name, line.Hash)]
		if s.added > named || s.ended >= 0 || s.notFor[kind] || s.limited > named {
			return fmt.Errorf("%s might not sign %s here", s.key.vkey, kind)
		}
	}
	if !ofRegister {
		return nil
	}
	r.events[e.leaf.String()] = index
	if index == 0 {
		return nil
	}
	first := r.keys[fmt.Sprintf("%s+%08x", lines[0].Name, lines[0].Hash)]
	if !first.had("root", named) && !first.had("key-admin", named) {
		return fmt.Errorf("%s changes the register without the role for it", first.key.vkey)
	}
	return r.change(index, kind, e.body)
}

func (s *standing) had(role string, at int64) bool {
	since, found := s.roles[role]
	return found && since <= at
}

func (r *register) open(e *entry) error {
	_, continues := e.body["continues"]
	if e.text["type"] != "log.opened/1" || e.text["keys"] != "" || len(e.body) > 1 && !continues || len(e.body) > 2 {
		return fmt.Errorf("the first entry does not open the log")
	}
	r.stream, r.origin = e.text["stream"], e.text["log"]
	vkey, _ := e.body["root_key"].(string)
	s, err := r.add(0, vkey, r.keys, false)
	if err != nil {
		return err
	}
	r.root, s.roles["root"] = vkey, 0
	return nil
}

// add finds the key, or takes it in: one public key under one vkey, and the log's own keys under its own name alone.
func (r *register) add(index int64, vkey string, among map[string]*standing, ofLog bool) (*standing, error) {
	k, err := readKey(vkey)
	if err != nil {
		return nil, err
	}
	if ofLog != (k.name == r.origin) || !ofLog && k.kind != ed25519Key || k.kind == witnessEd25519 {
		return nil, fmt.Errorf("the key %.80s has the wrong name or type for its use", vkey)
	}
	if other, found := r.publics[string(k.public)]; found && other != vkey {
		return nil, fmt.Errorf("the key %.80s is already in use as %.80s", vkey, other)
	}
	r.publics[string(k.public)] = vkey
	name := fmt.Sprintf("%s+%08x", k.name, k.hash)
	if s, found := among[name]; found {
		if ofLog || s.key.vkey != vkey || s.ended >= 0 {
			return nil, fmt.Errorf("the key %.80s is added again", vkey)
		}
		return s, nil
	}
	s := &standing{key: k, added: index, ended: -1, roles: map[string]int64{}, notFor: map[string]bool{}, limited: -1}
	if k.kind == ed25519Key {
		if s.verifier, err = note.NewVerifier(vkey); err != nil {
			return nil, err
		}
	}
	among[name] = s
	return s, nil
}

func (r *register) change(index int64, kind string, body map[string]any) error {
	if kind == "log.opened/1" || len(body) != len(bodies[kind]) {
		return fmt.Errorf("%s has a body of another form, or opens the log again", kind)
	}
	for _, member := range bodies[kind] {
		if _, found := body[member]; !found {
			return fmt.Errorf("the body of %s has no member %s", kind, member)
		}
	}
	vkey, _ := body["vkey"].(string)
	switch kind {
	case "key.added/1":
		s, err := r.add(index, vkey, r.keys, false)
		if err != nil {
			return err
		}
		role, _ := body["role"].(string)
		if _, found := s.roles[role]; !found {
			s.roles[role] = index
		}
		return nil
	case "log-key.added/1":
		_, err := r.add(index, vkey, r.logKeys, true)
		return err
	}
	for _, among := range []map[string]*standing{r.keys, r.logKeys} {
		for _, s := range among {
			if s.key.vkey == vkey && s.ended < 0 && (kind == "log-key.retired/1") == (s.key.name == r.origin) {
				return s.end(index, kind, body)
			}
		}
	}
	return fmt.Errorf("%s names %.80q, which is no key in use", kind, vkey)
}

func (s *standing) end(index int64, kind string, body map[string]any) error {
	if kind != "key.limited/1" {
		s.ended = index
		return nil
	}
	types, _ := body["not_for"].([]any)
	for _, of := range types {
		text, ok := of.(string)
		if !ok || !forms["type"].MatchString(text) {
			return fmt.Errorf("`not_for` is not a list of types")
		}
		s.notFor[text] = true
	}
	if s.limited = index; len(types) == 0 {
		return fmt.Errorf("`not_for` is empty")
	}
	return nil
}

// whole reads a number out of a body.
func whole(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	count, err := number.Int64()
	return count, err == nil
}
