package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// standing is what the register says of one key (§5).
type standing struct {
	key      *key
	verifier note.Verifier // none for a key of a kind that is not read here
	added    int64
	at       time.Time
	ended    int64 // -1 while it is in use
	lost     bool  // it ended in a way after which its holder may recover it
	roles    map[string]int64
	notFor   map[string]bool
	limited  int64
}

// recovery is a lost key and the one that is to take its place.
type recovery struct {
	at   time.Time
	lost *standing
	key  *key
	over bool
}

// loss is a declared one: what was kept ends where it is declared.
type loss struct{ kept, lost tlog.Tree }

// register holds all keys, as the entries read so far have them.
type register struct {
	stream, origin, root string
	events               map[string]int64     // leaf hash to index
	keys, logKeys        map[string]*standing // by name+hash, as signature lines have it
	newest               map[string]*standing // of each name the key that came last
	publics              map[string]string    // public key to the one vkey under which it stands
	recoveries           map[int64]*recovery
	losses               map[int64]loss
}

// bodies are the members of each register event.
var bodies = map[string][]string{
	"log.opened/1":           {"root_key"},
	"key.added/1":            {"role", "vkey"},
	"key.limited/1":          {"not_for", "vkey"},
	"key.revoked/1":          {"reason", "vkey"},
	"key.rotated/1":          {"replaces", "vkey"},
	"key.compromised/1":      {"from", "until", "vkey"},
	"key.recovery-started/1": {"replaces", "vkey"},
	"key.recovery-stopped/1": {"reason", "start"},
	"key.recovered/1":        {"start"},
	"log-key.added/1":        {"vkey"},
	"log-key.retired/1":      {"vkey"},
	"log.loss-declared/1":    {"kept", "lost", "reason"},
}

func newRegister() *register {
	return &register{
		events: map[string]int64{}, publics: map[string]string{}, keys: map[string]*standing{}, logKeys: map[string]*standing{},
		newest: map[string]*standing{}, recoveries: map[int64]*recovery{}, losses: map[int64]loss{},
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
	signers := []*standing{}
	for _, line := range lines {
		s := r.keys[fmt.Sprintf("%s+%08x", line.Name, line.Hash)]
		if s.added > named || s.ended >= 0 || s.notFor[kind] || s.limited > named {
			return fmt.Errorf("%s might not sign %s here", s.key.vkey, kind)
		}
		signers = append(signers, s)
	}
	if !ofRegister {
		return nil
	}
	r.events[e.leaf.String()] = index
	if index == 0 {
		return nil
	}
	at, err := time.Parse(moment, e.text["at"])
	if err != nil {
		return err
	}
	return (&change{r, index, named, at, kind, e.body, signers}).make()
}

func (r *register) open(e *entry) error {
	earlier, continues := e.body["continues"]
	if e.text["type"] != "log.opened/1" || e.text["keys"] != "" || len(e.body) > 1 && !continues || len(e.body) > 2 {
		return fmt.Errorf("the first entry does not open the log")
	}
	r.stream, r.origin = e.text["stream"], e.text["log"]
	if continues {
		of, _ := earlier.(map[string]any)
		name, _ := of["log"].(string)
		tree, err := readTree(map[string]any{"root": of["root"], "size": of["size"]})
		if err != nil || len(of) != 3 || !forms["log"].MatchString(name) || name == r.origin || tree.N < 1 {
			return fmt.Errorf("`continues` names no earlier log")
		}
	}
	vkey, _ := e.body["root_key"].(string)
	k, err := r.use(vkey, false)
	if err != nil {
		return err
	}
	at, err := time.Parse(moment, e.text["at"])
	r.root = vkey
	r.bring(k, 0, at, map[string]int64{"root": 0})
	return err
}

// use reads a key for its use: one public key under one vkey, and the log's own keys under its own name alone.
func (r *register) use(vkey string, ofLog bool) (*key, error) {
	k, err := readKey(vkey)
	if err != nil {
		return nil, err
	}
	if ofLog != (k.name == r.origin) || !ofLog && k.kind != ed25519Key && k.kind != passkeyKey || k.kind == witnessEd25519 || ofLog && k.kind == passkeyKey {
		return nil, fmt.Errorf("the key %.80s has the wrong name or type for its use", vkey)
	}
	if other, found := r.publics[k.bare()]; found && other != vkey {
		return nil, fmt.Errorf("the key %.80s is already in use as %.80s", vkey, other)
	}
	r.publics[k.bare()] = vkey
	return k, nil
}

// bring lets a key that signs events come into use.
func (r *register) bring(k *key, index int64, at time.Time, roles map[string]int64) *standing {
	s := &standing{key: k, added: index, at: at, ended: -1, roles: roles, notFor: map[string]bool{}, limited: -1}
	s.verifier = k.verifier()
	r.keys[k.ref()], r.newest[k.name] = s, s
	return s
}

func newLogKey(k *key, index int64, at time.Time) *standing {
	s := &standing{key: k, added: index, at: at, ended: -1}
	if k.kind == ed25519Key {
		s.verifier, _ = note.NewVerifier(k.vkey)
	}
	return s
}

func (s *standing) end(index int64, lost bool) {
	if s.ended < 0 {
		s.ended, s.lost = index, lost
	}
}

// isHead asks for the role root or key-admin by the register event that `keys` names.
func (s *standing) isHead(named int64) bool { return s.had("root", named) || s.had("key-admin", named) }

func (s *standing) had(role string, at int64) bool {
	since, found := s.roles[role]
	return found && since <= at
}

// part is the last part but one of a key's name.
func part(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-2]
}

func isPerson(name string) bool {
	return part(name) == "officer" || name == "root" || strings.HasSuffix(name, "/root")
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

// readTree reads {"root","size"}.
func readTree(value any) (tlog.Tree, error) {
	members, _ := value.(map[string]any)
	text, _ := members["root"].(string)
	size, ok := whole(members["size"])
	root, err := readHash(text)
	if err != nil || !ok || size < 1 || len(members) != 2 {
		return tlog.Tree{}, fmt.Errorf("%v is not a size with a root", value)
	}
	return tlog.Tree{N: size, Hash: root}, nil
}
