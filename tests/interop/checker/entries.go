package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const header = "fairplace/event/v1\n"

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`

var (
	forms = map[string]*regexp.Regexp{
		"actor":  regexp.MustCompile(`^[a-z0-9._/-]{1,200}$`),
		"at":     regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$`),
		"id":     regexp.MustCompile("^" + strings.Replace(uuid, "%s", "7", 1) + "$"),
		"keys":   regexp.MustCompile(`^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?$`),
		"log":    regexp.MustCompile(`^[a-z0-9._/-]{1,200}$`),
		"prev":   regexp.MustCompile(`^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)?$`),
		"stream": regexp.MustCompile("^" + strings.Replace(uuid, "%s", "4", 1) + "$"),
		"type":   regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/[1-9][0-9]*$`),
	}
	slotForm   = regexp.MustCompile(`^(/[a-z0-9_-]{1,64}){1,8}$`)
	digestForm = regexp.MustCompile(`^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$`)
	bases      = map[string]bool{"personal": true, "child": true, "commercial": true, "standstill": true, "security": true, "legal-privilege": true}
)

// entry is one entry of the log whose form is right (§3). Its signatures are for the register to judge.
type entry struct {
	raw     []byte
	text    map[string]string // the members that are strings
	n       int64
	body    map[string]any
	digests map[string]string // slot to digest
	leaf    tlog.Hash
}

func readEntry(raw []byte) (*entry, error) {
	if len(raw) > 65535 || !bytes.HasPrefix(raw, []byte(header)) {
		return nil, fmt.Errorf("it begins %.19q, or is longer than 65535 bytes", raw)
	}
	end := bytes.Index(raw, []byte("\n\n"))
	if end < len(header) {
		return nil, fmt.Errorf("it has no blank line before its signatures")
	}
	value, err := readJSON(raw[len(header):end])
	if err != nil {
		return nil, err
	}
	event, ok := value.(map[string]any)
	if !ok || len(event) != len(forms)+3 {
		return nil, fmt.Errorf("the event is not an object with eleven members")
	}
	e := &entry{raw: raw, text: map[string]string{}, digests: map[string]string{}, leaf: tlog.RecordHash(raw)}
	for name, form := range forms {
		text, ok := event[name].(string)
		if !ok || !form.MatchString(text) {
			return nil, fmt.Errorf("`%s` is %.60q", name, event[name])
		}
		e.text[name] = text
	}
	if _, err := time.Parse(moment, e.text["at"]); err != nil || e.text["at"] < "0001" {
		return nil, fmt.Errorf("`at` is %q, which is no moment of the calendar", e.text["at"])
	}
	number, ok := event["n"].(json.Number)
	if !ok {
		return nil, fmt.Errorf("`n` is not a number")
	}
	if e.n, err = number.Int64(); err != nil || e.n < 1 {
		return nil, fmt.Errorf("`n` is %s, expected 1 or more", number)
	}
	sealed, ok := event["sealed"].(map[string]any)
	if e.body, _ = event["body"].(map[string]any); !ok || e.body == nil {
		return nil, fmt.Errorf("`body` or `sealed` is not an object")
	}
	return e, e.readSealed(sealed)
}

func (e *entry) readSealed(sealed map[string]any) error {
	for slot, value := range sealed {
		seal, ok := value.(map[string]any)
		if !ok || len(seal) != 2 || len(slot) > 256 || !slotForm.MatchString(slot) {
			return fmt.Errorf("the slot %.60q is not a basis and a digest", slot)
		}
		basis, _ := seal["basis"].(string)
		digest, _ := seal["d"].(string)
		if !bases[basis] || !digestForm.MatchString(digest) {
			return fmt.Errorf("the slot %q has the basis %.40q and the digest %.60q", slot, basis, digest)
		}
		e.digests[slot] = digest
	}
	for slot := range sealed {
		parts := strings.Split(slot[1:], "/")
		var where any = e.body
		for i, part := range parts {
			inside, ok := where.(map[string]any)
			_, taken := inside[part]
			if i > 0 && sealed["/"+strings.Join(parts[:i], "/")] != nil || !ok || taken && i == len(parts)-1 {
				return fmt.Errorf("the place of the slot %q is not free", slot)
			}
			if where = inside[part]; !taken {
				where = map[string]any{}
			}
		}
	}
	return nil
}

// signers opens the entry as a note: every line good, by a key of these; the actor first, the rest in order.
func (e *entry) signers(known []note.Verifier) ([]note.Signature, error) {
	opened, err := openNote(e.raw, known...)
	if err != nil {
		return nil, err
	}
	lines := opened.Sigs
	if len(lines) > mostLines || lines[0].Name != e.text["actor"] {
		return nil, fmt.Errorf("%d lines came, the first by %s; the actor is %s", len(lines), lines[0].Name, e.text["actor"])
	}
	inOrder := sort.SliceIsSorted(lines[1:], func(i, j int) bool {
		one, other := lines[1+i], lines[1+j]
		return one.Name < other.Name || one.Name == other.Name && one.Hash < other.Hash
	})
	if !inOrder {
		return nil, fmt.Errorf("the lines after the first are not in order")
	}
	return lines, nil
}

// readDisclosures reads lines of ~ disclosure LF, sorted by slot, that fit the entry (§6, §10): slot to value.
func (e *entry) readDisclosures(data []byte) (map[string]any, error) {
	values, last := map[string]any{}, ""
	if len(data) == 0 || data[len(data)-1] != '\n' {
		return nil, fmt.Errorf("a disclosure does not end in a line feed")
	}
	for _, line := range strings.Split(string(data[:len(data)-1]), "\n") {
		if !strings.HasPrefix(line, "~") {
			return nil, fmt.Errorf("a line begins %.10q, expected ~ and a disclosure", line)
		}
		text, err := base64.RawURLEncoding.DecodeString(line[1:])
		if err != nil || base64.RawURLEncoding.EncodeToString(text) != line[1:] {
			return nil, fmt.Errorf("a disclosure is not canonical base64url")
		}
		value, err := readJSON(text)
		if err != nil {
			return nil, err
		}
		parts, _ := value.([]any)
		if len(parts) != 3 {
			return nil, fmt.Errorf("a disclosure is not salt, slot and value")
		}
		salt, _ := parts[0].(string)
		slot, _ := parts[1].(string)
		sum := sha256.Sum256([]byte(line[1:]))
		if !digestForm.MatchString(salt) || e.digests[slot] != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return nil, fmt.Errorf("the disclosure of the slot %.60q does not fit the entry", slot)
		}
		if last >= slot {
			return nil, fmt.Errorf("the slot %q comes after %q", slot, last)
		}
		values[slot], last = parts[2], slot
	}
	return values, nil
}
