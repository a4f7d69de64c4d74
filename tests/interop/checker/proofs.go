package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var proofForm = regexp.MustCompile(
	`^c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,17})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n`)

// proof is a proof file that was read (§11): nothing in it is proved yet.
type proof struct {
	index      int64
	entry      *entry
	opened     map[string]any // slot to value
	hashes     tlog.RecordProof
	checkpoint []byte
}

func readProof(data []byte) (*proof, error) {
	parts := proofForm.FindSubmatch(data)
	if parts == nil || bytes.Count(parts[3], []byte("\n")) > 63 {
		return nil, fmt.Errorf("it is no proof file: expected extra, index, hashes and a checkpoint")
	}
	p := &proof{checkpoint: data[len(parts[0]):]}
	p.index, _ = strconv.ParseInt(string(parts[2]), 10, 64)
	for _, line := range strings.Fields(string(parts[3])) {
		hash, err := readHash(line)
		if err != nil {
			return nil, err
		}
		p.hashes = append(p.hashes, hash)
	}
	extra, err := unbase64(string(parts[1]))
	if err != nil {
		return nil, err
	}
	end := len(extra)
	if blank := bytes.Index(extra, []byte("\n\n")); blank >= 0 {
		if at := bytes.Index(extra[blank:], []byte("\n~")); at >= 0 {
			end = blank + at + 1
		}
	}
	if p.entry, err = readEntry(extra[:end]); err == nil && end < len(extra) {
		p.opened, err = p.entry.readDisclosures(extra[end:])
	}
	return p, err
}

// check finds the entry in the tree of the checkpoint, which one of these keys signed.
func (p *proof) check(h *head) error {
	if p.entry.text["log"] != h.origin {
		return fmt.Errorf("the entry was signed for the log %s, the checkpoint is of %s", p.entry.text["log"], h.origin)
	}
	return tlog.CheckRecord(p.hashes, h.N, h.Hash, p.index, p.entry.leaf)
}

// checkProofFile judges a file on its own: who might sign is not in it, and is judged as far as keys were given.
func checkProofFile(path string, t *trust, found *answer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: %v", errNoRecord, err)
	}
	p, err := readProof(data)
	if err != nil {
		return err
	}
	h, speaking, err := t.openHead(p.checkpoint)
	if err != nil {
		return err
	}
	found.Origin, found.Size = h.origin, h.N
	if err := p.check(h); err != nil {
		return err
	}
	signed, err := t.signers(p.entry.raw, "")
	if err != nil {
		return err
	}
	found.Notes = append(found.Notes, "whether the signer's key was allowed to sign takes the key register")
	logs := *t
	logs.vkeys = nil
	for _, vkey := range t.vkeys {
		if !signed[vkey] {
			logs.vkeys = append(logs.vkeys, vkey)
		}
	}
	err = logs.judge(speaking)
	t.met = logs.met
	return err
}

// openHead reads a checkpoint: the lines by keys that were given must be good, others are not judged.
func (t *trust) openHead(data []byte) (*head, map[string]bool, error) {
	h, err := unsignedHead(data)
	if err != nil {
		return nil, nil, err
	}
	speaking, err := t.signers(data, h.origin)
	return h, speaking, err
}

// signers are those of the given keys (of this name, or of any when it is empty) that signed the note. A bad line by a
// key that is known is an error.
func (t *trust) signers(data []byte, name string) (map[string]bool, error) {
	known, vkeys := []note.Verifier{}, map[string]string{}
	for _, vkey := range t.vkeys {
		k, _ := readKey(vkey)
		if v := k.verifier(); v != nil && (name == "" || k.name == name) {
			if p, found := v.(*passkey); found && name != "" {
				v = signsNoHead{p}
			}
			known, vkeys[lineName(v)] = append(known, v), vkey
		}
	}
	for _, vkey := range t.vkeys {
		if k, _ := readKey(vkey); name != "" && k.kind == mlDsa44 {
			v := &unread{k, new(int)}
			known, vkeys[lineName(v)] = append(known, v), unreadKey
		}
	}
	if name != "" {
		for _, v := range t.witnesses {
			known, vkeys[lineName(v)] = append(known, v), v.(*witness).vkey
		}
	}
	signed := map[string]bool{}
	opened, err := note.Open(data, note.VerifierList(known...))
	if _, nobody := err.(*note.UnverifiedNoteError); nobody {
		return signed, nil
	} else if err != nil {
		return nil, err
	}
	for _, line := range opened.Sigs {
		signed[vkeys[fmt.Sprintf("%s+%08x", line.Name, line.Hash)]] = true
	}
	return signed, nil
}

// judgeProofs answers `true` or `false` to each line, which is one of
//
//	inclusion SIZE INDEX ROOT LEAF HASHES
//	consistency NEW OLD NEWROOT OLDROOT HASHES
//
// with hashes in base64 and commas between them, or - for none.
func judgeProofs(in io.Reader, out io.Writer) error {
	lines, answers := bufio.NewScanner(in), bufio.NewWriter(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 6 {
			return fmt.Errorf("six words were expected: %.80q", lines.Text())
		}
		large, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return err
		}
		small, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return err
		}
		hashes := []tlog.Hash{}
		for _, text := range append(words[3:5:5], strings.Split(words[5], ",")...) {
			if text == "-" {
				continue
			}
			hash, err := tlog.ParseHash(text)
			if err != nil {
				return err
			}
			hashes = append(hashes, hash)
		}
		if words[0] == "inclusion" {
			err = tlog.CheckRecord(hashes[2:], large, hashes[0], small, hashes[1])
		} else {
			err = tlog.CheckTree(hashes[2:], large, hashes[0], small, hashes[1])
		}
		fmt.Fprintln(answers, err == nil)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return answers.Flush()
}
