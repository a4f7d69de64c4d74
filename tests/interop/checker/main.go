// A second reader of the published format (docs/wire-format.md; § is a section of it), in another language and on
// another's library: golang.org/x/mod/sumdb reads notes, trees, tiles and proofs; what it does not know is read here.
//
//	checker folder DIR [-policy FILE] [VKEY...]
//	checker proof FILE [VKEY...]
//	checker proofs < LINES
//
// It answers with one line of JSON, and with an exit code: 0 genuine, 1 not genuine, 2 not a record, 3 partly checked.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// errNoRecord says that what was given is nothing that this program reads.
var errNoRecord = errors.New("not a record")

type answer struct {
	Verdict string   `json:"verdict"`
	Why     string   `json:"why"`
	Origin  string   `json:"origin"`
	Size    int64    `json:"size"`
	Notes   []string `json:"notes"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "proofs" {
		if err := judgeProofs(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "checker: expected folder DIR, proof FILE, or proofs, then the keys that you trust")
		os.Exit(2)
	}
	trust, err := readTrust(os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	var found answer
	switch os.Args[1] {
	case "folder":
		err = checkFolder(os.Args[2], trust, &found)
	case "proof":
		err = checkProofFile(os.Args[2], trust, &found)
	default:
		err = fmt.Errorf("%w: %s is no kind of record", errNoRecord, os.Args[1])
	}
	os.Exit(tell(found, trust, err))
}

func tell(found answer, trust *trust, err error) int {
	code := 0
	switch {
	case errors.Is(err, errNoRecord):
		found.Verdict, found.Why, code = "not a record", err.Error(), 2
	case err != nil:
		found.Verdict, found.Why, code = "not genuine", err.Error(), 1
	case !trust.met:
		found.Verdict, found.Why, code = "partly checked", "no key was given that says whose register it is", 3
	default:
		found.Verdict, found.Why = "genuine", "it is of a log whose key was given"
	}
	if found.Notes == nil {
		found.Notes = []string{}
	}
	text, _ := json.Marshal(found)
	fmt.Println(string(text))
	return code
}

// trust is what the reader brought: keys, and witnesses out of a policy file.
type trust struct {
	vkeys     []string
	witnesses map[string]note.Verifier // by name+hash, as signature lines have it
	met       bool
}

func readTrust(arguments []string) (*trust, error) {
	t := &trust{witnesses: map[string]note.Verifier{}}
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
			words := strings.Fields(line)
			if len(words) >= 3 && words[0] == "witness" {
				if key, err := readKey(words[2]); err != nil {
					return nil, err
				} else if key.kind == witnessEd25519 {
					v := &witness{key}
					t.witnesses[lineName(v)] = v
				}
			} else if len(words) >= 2 && words[0] == "log" {
				t.vkeys = append(t.vkeys, words[1])
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

// judge asks whether one of the keys that the reader brought is among those that speak for the log.
func (t *trust) judge(speaking map[string]bool) error {
	for _, vkey := range t.vkeys {
		if speaking[vkey] {
			t.met = true
		}
	}
	if len(t.vkeys) > 0 && !t.met {
		return errors.New("the checkpoint is not signed by a key that was given")
	}
	return nil
}
