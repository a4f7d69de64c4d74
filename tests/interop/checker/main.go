// A second reader of the published format (docs/wire-format.md; § is a section of it), in another language and on
// another's library: golang.org/x/mod/sumdb reads notes, trees, tiles and proofs; what it does not know is read here.
//
//	checker folder DIR [-policy FILE] [VKEY...]
//	checker releases DIR [VKEY...]
//	checker proof FILE [VKEY...]
//	checker bundle FILE [VKEY...]
//	checker proofs < LINES
//
// It answers with one line of JSON, and with an exit code: 0 genuine, 1 not genuine, 2 not a record, 3 partly checked.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
		fmt.Fprintln(os.Stderr, "checker: expected folder DIR, releases DIR, proof FILE, bundle FILE, or proofs, then the keys that you trust")
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
	case "releases":
		err = checkReleases(os.Args[2], trust, &found)
	case "bundle":
		err = checkBundle(os.Args[2], trust, &found)
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
		found.Verdict, found.Why, code = "partly checked", "no key was given that says whose register it is, or not enough witnesses signed", 3
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
