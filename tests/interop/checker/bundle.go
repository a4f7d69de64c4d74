package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	proofName    = regexp.MustCompile(`^(proofs|register)/([0-9]{20})\.tlog-proof$`)
	tieName      = regexp.MustCompile(`^consistency/([1-9][0-9]{0,17})-([1-9][0-9]{0,17})$`)
	documentName = regexp.MustCompile(`^documents/([0-9a-f]{64})$`)
	required     = []string{"bundle.json", "policy", "README.txt", "record.html", "chronology.csv", "index.csv", "schedule.csv", "certificate.txt"}
)

// bundle is one case in a ZIP file (§11), while it is checked.
type bundle struct {
	reading
	members map[string][]byte
	names   []string
	proofs  map[int64]*proof
	order   []int64 // of all proofs
	ofCase  []int64 // of those in proofs/
	note    []byte  // the checkpoint, the same in each proof
	says    map[string]any
}

func checkBundle(path string, t *trust, found *answer) error {
	data, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(data, []byte("PK")) {
		return fmt.Errorf("%w: %s is no ZIP file", errNoRecord, path)
	}
	b := &bundle{reading: newReading(t), proofs: map[int64]*proof{}}
	if b.members, b.names, err = readContainer(data); err != nil {
		return err
	}
	b.policy = b.members["policy"]
	for _, step := range []func() error{b.readMembers, b.readProofs, b.checkEntries, b.checkSaid, b.checkOpenings, b.checkTies} {
		if err := step(); err != nil {
			return err
		}
	}
	found.Origin, found.Size = b.head.origin, b.head.N
	_, speaking, err := b.signedHead(b.note)
	if err != nil {
		return err
	}
	if b.unread > 0 {
		found.Notes = append(found.Notes, "lines by ML-DSA-44 keys were not read")
	}
	speaking[b.register.root] = true
	return t.judge(speaking)
}

// readMembers finds every member named by the format, and none missing.
func (b *bundle) readMembers() error {
	for _, name := range required {
		if _, there := b.members[name]; !there {
			return fmt.Errorf("%s: the member is missing", name)
		}
	}
	for _, name := range b.names {
		known := name == "record.pdf" || proofName.MatchString(name) || tieName.MatchString(name) || documentName.MatchString(name)
		stamp := sizeForm.FindStringSubmatch(name)
		for _, one := range required {
			known = known || one == name
		}
		if !known && (stamp == nil || stamp[2] == "") {
			return fmt.Errorf("%s: no member of this name belongs to a bundle", name)
		}
	}
	return nil
}

// readProofs reads every entry, and finds it in the tree of the one checkpoint.
func (b *bundle) readProofs() error {
	for _, name := range b.names {
		parts := proofName.FindStringSubmatch(name)
		if parts == nil {
			continue
		}
		p, err := readProof(b.members[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if b.note == nil {
			b.note = p.checkpoint
			if b.head, err = unsignedHead(p.checkpoint); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		index, _ := strconv.ParseInt(parts[2], 10, 64)
		if !bytes.Equal(b.note, p.checkpoint) || index != p.index || b.proofs[index] != nil {
			return fmt.Errorf("%s: it is of another checkpoint, or of entry %d, or comes twice", name, p.index)
		}
		if err := p.check(b.head); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if b.order, b.proofs[index] = append(b.order, index), p; parts[1] == "proofs" {
			b.ofCase = append(b.ofCase, index)
		}
	}
	if len(b.ofCase) == 0 || b.proofs[0] == nil {
		return fmt.Errorf("there is no entry of a case, or none of the key register")
	}
	sort.Slice(b.order, func(i, j int) bool { return b.order[i] < b.order[j] })
	return nil
}

// checkEntries judges them in the order of the log: the whole key register, and streams of one case without gaps.
func (b *bundle) checkEntries() error {
	for _, index := range b.order {
		if err := b.accept(index, b.proofs[index].entry); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

// checkSaid holds what the bundle says of itself against what it holds.
func (b *bundle) checkSaid() error {
	value, err := readJSON(b.members["bundle.json"])
	if err != nil {
		return fmt.Errorf("bundle.json: %w", err)
	}
	b.says, _ = value.(map[string]any)
	named := b.says["case"]
	of, err := readTree(b.says["checkpoint"])
	software, _ := b.says["software"].(string)
	made, _ := b.says["made_at"].(string)
	printable := regexp.MustCompile(`^[\x20-\x7e]{1,64}$`).MatchString(software)
	_, counted := whole(b.says["documents_left_out"])
	if err != nil || len(b.says) != 9 || of != b.head.Tree || b.says["log"] != b.head.origin || !counted ||
		b.says["format"] != "fairplace/bundle/1" || !printable || !forms["at"].MatchString(made) {
		return fmt.Errorf("bundle.json: it does not agree with the entries, or is of another form")
	}
	inside := map[int64]bool{}
	for _, index := range b.ofCase {
		inside[index] = true
		p := b.proofs[index]
		if p.entry.text["stream"] == b.register.stream {
			return fmt.Errorf("entry %d: an entry of the key register stands in proofs/", index)
		}
		of := p.entry.body["case"]
		if strings.HasPrefix(p.entry.text["type"], "deposit.") {
			of = p.opened["/case"]
		}
		if of != named {
			return fmt.Errorf("entry %d: it is of the case %v, the bundle is of %v", index, of, named)
		}
	}
	for _, index := range b.order {
		if !inside[index] && b.proofs[index].entry.text["stream"] != b.register.stream {
			return fmt.Errorf("entry %d: it stands in register/, and is none of the key register", index)
		}
	}
	if text, _ := named.(string); b.streams[text] == nil {
		return fmt.Errorf("the stream of the case %v is not there", named)
	}
	return b.checkDocuments()
}

// checkDocuments finds listed exactly the documents that bodies and opened values name, and there those that are said to be.
func (b *bundle) checkDocuments() error {
	named := map[string]string{}
	for _, index := range b.ofCase {
		collect(b.proofs[index].entry.body, named)
		for _, value := range b.proofs[index].opened {
			collect(value, named)
		}
	}
	listed, _ := b.says["documents"].([]any)
	last := ""
	for _, value := range listed {
		one, _ := value.(map[string]any)
		digest, _ := one["sha256"].(string)
		included, ok := one["included"].(bool)
		why, _ := one["why"].(string)
		count, _ := whole(one["bytes"])
		if len(one) != 5 || !ok || included != (why == "") || digest <= last || named[digest] != fmt.Sprint(one["bytes"], one["media"]) {
			return fmt.Errorf("bundle.json: the document %.70q is not as an entry names it", digest)
		}
		data, there := b.members["documents/"+digest]
		sum := sha256.Sum256(data)
		if there != included || there && (int64(len(data)) != count || hex.EncodeToString(sum[:]) != digest) {
			return fmt.Errorf("documents/%s: it is missing, too many, or another", digest)
		}
		delete(named, digest)
		delete(b.members, "documents/"+digest)
		last = digest
	}
	if left, _ := whole(b.says["documents_left_out"]); int64(len(named)) != left {
		return fmt.Errorf("bundle.json: %d documents are named and not listed, it says %d", len(named), left)
	}
	for _, name := range b.names {
		if _, there := b.members[name]; there && documentName.MatchString(name) {
			return fmt.Errorf("%s: no entry names this document", name)
		}
	}
	return nil
}

// collect finds objects with exactly the members bytes, media and sha256.
func collect(value any, named map[string]string) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			collect(one, named)
		}
	case map[string]any:
		digest, ok := value["sha256"].(string)
		_, sized := value["bytes"]
		_, typed := value["media"]
		if ok && sized && typed && len(value) == 3 {
			named[digest] = fmt.Sprint(value["bytes"], value["media"])
		}
		for _, one := range value {
			collect(one, named)
		}
	}
}

// checkOpenings finds a public edition to open only what the log says is public.
func (b *bundle) checkOpenings() error {
	edition, _ := b.says["edition"].(string)
	if edition != "bidder" && edition != "provider" && edition != "ring" && edition != "court" && edition != "public" {
		return fmt.Errorf("bundle.json: the edition is %.40q", edition)
	}
	entries := map[int64]*entry{}
	for index, p := range b.proofs {
		entries[index] = p.entry
	}
	effect, err := effects(entries, b.order)
	if err != nil {
		return err
	}
	for _, index := range b.order {
		for slot := range b.proofs[index].opened {
			if edition == "public" && !effect[index][slot] {
				return fmt.Errorf("entry %d: %s is open, and is not public", index, slot)
			}
		}
	}
	return nil
}

// checkTies finds earlier checkpoints signed, and the bundle's own an extension of each.
func (b *bundle) checkTies() error {
	for _, name := range b.names {
		if stamp := sizeForm.FindStringSubmatch(name); stamp != nil && stamp[2] != fmt.Sprint(b.head.N) {
			return fmt.Errorf("%s: it is of another size than the checkpoint", name)
		}
		parts := tieName.FindStringSubmatch(name)
		if parts == nil {
			continue
		}
		data := b.members[name]
		end := bytes.LastIndex(data, []byte("\n\n"))
		if end < 0 {
			return fmt.Errorf("%s: it is no checkpoint with hashes", name)
		}
		old, _, err := b.signedHead(data[:end+1])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var hashes tlog.TreeProof
		for _, line := range strings.SplitAfter(string(data[end+2:]), "\n") {
			if line == "" {
				break
			}
			hash, err := readHash(strings.TrimSuffix(line, "\n"))
			if err != nil || !strings.HasSuffix(line, "\n") {
				return fmt.Errorf("%s: %.60q is not a hash", name, line)
			}
			hashes = append(hashes, hash)
		}
		if parts[1] != fmt.Sprint(old.N) || parts[2] != fmt.Sprint(b.head.N) || old.origin != b.head.origin || old.N >= b.head.N {
			return fmt.Errorf("%s: it ties a checkpoint of %s, size %d", name, old.origin, old.N)
		}
		if err := tlog.CheckTree(hashes, b.head.N, b.head.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
