package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// trust is what the reader brought: keys, and a policy (C2SP tlog-policy).
type trust struct {
	vkeys     []string
	witnesses map[string]note.Verifier // by name+hash, as signature lines have it
	names     map[string]string        // of a witness in the policy: its vkey
	groups    []group
	quorum    string
	met       bool
}

// unreadKey stands among those that signed for a key whose line is there, but cannot be read here.
const unreadKey = "ML-DSA-44"

type group struct {
	name  string
	least int
	parts []string
}

func readTrust(arguments []string) (*trust, error) {
	t := &trust{witnesses: map[string]note.Verifier{}, names: map[string]string{}}
	for i := 0; i < len(arguments); i++ {
		if arguments[i] != "-policy" {
			t.vkeys = append(t.vkeys, arguments[i])
			continue
		}
		if i++; i == len(arguments) {
			return nil, errors.New("-policy asks for a file")
		}
		text, err := os.ReadFile(arguments[i])
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(text), "\n") {
			if err := t.readLine(strings.Fields(line)); err != nil {
				return nil, err
			}
		}
	}
	for _, vkey := range t.vkeys {
		if _, err := readKey(vkey); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *trust) readLine(words []string) error {
	switch {
	case len(words) == 0 || strings.HasPrefix(words[0], "#"):
	case words[0] == "log" && len(words) >= 2:
		t.vkeys = append(t.vkeys, words[1])
	case words[0] == "witness" && len(words) >= 3:
		k, err := readKey(words[2])
		if err != nil {
			return err
		}
		if t.names[words[1]] = k.vkey; k.kind == witnessEd25519 {
			v := &witness{k}
			t.witnesses[lineName(v)] = v
		}
	case words[0] == "group" && len(words) >= 4:
		least, err := strconv.Atoi(words[2])
		if words[2] == "any" || words[2] == "all" {
			least, err = map[string]int{"any": 1, "all": len(words) - 3}[words[2]], nil
		}
		if err != nil {
			return err
		}
		t.groups = append(t.groups, group{words[1], least, words[3:]})
	case words[0] == "quorum" && len(words) == 2:
		t.quorum = words[1]
	default:
		return fmt.Errorf("the policy has the line %.80q", strings.Join(words, " "))
	}
	return nil
}

// quorate says whether the witnesses among these vkeys are those that the policy asks for.
func (t *trust) quorate(signed map[string]bool) bool {
	have := map[string]bool{"": true, "none": true}
	for name, vkey := range t.names {
		have[name] = signed[vkey]
	}
	for _, g := range t.groups { // a group names only what stands before it
		count := 0
		for _, part := range g.parts {
			if have[part] {
				count++
			}
		}
		have[g.name] = count >= g.least
	}
	return have[t.quorum]
}

// judge asks whether one of the keys that the reader brought is among those that signed, and whether enough
// witnesses are.
func (t *trust) judge(signed map[string]bool) error {
	known := false
	for _, vkey := range t.vkeys {
		known = known || signed[vkey]
	}
	if len(t.vkeys) > 0 && !known && !signed[unreadKey] {
		return errors.New("the checkpoint is not signed by a key that was given")
	}
	t.met = known && t.quorate(signed)
	return nil
}
