package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"time"
	_ "time/tzdata" // the time of London, wherever this runs
)

var london = func() *time.Location {
	place, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return place
}()

const (
	released  = "placements.released/1"
	takenBack = "placements.release-withdrawn/1"
	withdrawn = "-withdrawn"
)

// symbols are what stands in the place of a number, in every file of the format.
var symbols = map[string]string{
	"c":       "Confidential: not shown, so that no number from one to five can be seen or worked out.",
	"k":       "Rounds to zero, but is not zero.",
	"missing": "Not known: the register did not hold it for this place and period.",
	"z":       "Not applicable: there is nothing to divide by.",
}

var releaseForm = regexp.MustCompile(`^([a-z][a-z-]{0,40})-([1-9][0-9]{0,8})(-withdrawn)?\.(tlog-proof|json)$`)

// releases are the proofs of all releases of numbers of one log (§11), by name, while they are checked.
type releases struct {
	dir    string
	proofs map[string]*proof
	order  []string // as the entries stand in the log
	names  map[string]bool
}

func checkReleases(dir string, t *trust, found *answer) error {
	r := &releases{dir: dir, proofs: map[string]*proof{}, names: map[string]bool{}}
	if err := r.list(); err != nil {
		return err
	}
	if len(r.proofs) == 0 {
		return fmt.Errorf("%w: there is no proof of a release in %s", errNoRecord, dir)
	}
	h, speaking, err := t.openHead(r.proofs[r.order[0]].checkpoint)
	if err != nil {
		return err
	}
	found.Origin, found.Size = h.origin, h.N
	signed, err := r.checkEntries(h, t)
	if err != nil {
		return err
	}
	logs := *t
	logs.vkeys = nil
	for _, vkey := range t.vkeys {
		if !signed[vkey] {
			logs.vkeys = append(logs.vkeys, vkey)
		}
	}
	for name := range r.names {
		if err := r.checkDocument(name); err != nil {
			return fmt.Errorf("%s.json: %w", name, err)
		}
	}
	found.Notes = append(found.Notes, "whether the signers' keys were allowed to sign takes the key register")
	err = logs.judge(speaking)
	t.met = logs.met
	return err
}

// list reads every proof; all are under one checkpoint.
func (r *releases) list() error {
	files, err := os.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("%w: %v", errNoRecord, err)
	}
	for _, file := range files {
		parts := releaseForm.FindStringSubmatch(file.Name())
		if parts == nil {
			continue
		}
		r.names[parts[1]+"-"+parts[2]] = true
		if parts[4] == "json" {
			continue
		}
		name := strings.TrimSuffix(file.Name(), ".tlog-proof")
		data, err := os.ReadFile(filepath.Join(r.dir, file.Name()))
		if err != nil {
			return err
		}
		p, err := readProof(data)
		if err != nil {
			return fmt.Errorf("%s: %w", file.Name(), err)
		}
		for _, other := range r.proofs {
			if !bytes.Equal(other.checkpoint, p.checkpoint) {
				return fmt.Errorf("%s: its checkpoint is not that of the others", file.Name())
			}
		}
		r.proofs[name], r.order = p, append(r.order, name)
	}
	sort.Slice(r.order, func(i, j int) bool { return r.proofs[r.order[i]].index < r.proofs[r.order[j]].index })
	return nil
}

// checkEntries finds each entry in the log, all of them one stream without a gap, and of the release it is named for.
// It returns those of the given keys that signed one.
func (r *releases) checkEntries(h *head, t *trust) (map[string]bool, error) {
	last, newest, all := (*entry)(nil), map[string]string{}, map[string]bool{}
	for i, name := range r.order {
		p := r.proofs[name]
		if err := p.check(h); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		prev := ""
		if last != nil {
			prev = last.leaf.String()
		}
		if p.entry.n != int64(i)+1 || p.entry.text["prev"] != prev || last != nil && p.entry.text["stream"] != last.text["stream"] {
			return nil, fmt.Errorf("%s: it is not event %d of the stream of releases", name, i+1)
		}
		last = p.entry
		signed, err := t.signers(p.entry.raw, "")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for vkey := range signed {
			all[vkey] = true
		}
		plan, _ := p.entry.body["plan"].(string)
		number, ok := whole(p.entry.body["number"])
		kind := released
		if strings.HasSuffix(name, withdrawn) {
			kind = takenBack
		}
		if !ok || p.entry.text["type"] != kind || fmt.Sprintf("%s-%d", plan, number) != strings.TrimSuffix(name, withdrawn) {
			return nil, fmt.Errorf("%s: it is %s of release %d of %.40q", name, p.entry.text["type"], number, plan)
		}
		before := ""
		if number > 1 {
			before = fmt.Sprintf("%s-%d", plan, number-1)
		}
		if kind == released && newest[plan] != before {
			return nil, fmt.Errorf("%s: the release before it is not here", name)
		}
		if kind == released {
			newest[plan] = name
		} else if r.proofs[strings.TrimSuffix(name, withdrawn)] == nil || r.proofs[strings.TrimSuffix(name, withdrawn)].index > p.index {
			return nil, fmt.Errorf("%s: it takes back what had not been released", name)
		}
	}
	return all, nil
}

// checkDocument finds what is given out to be what was signed; of what was taken back, the reason alone.
func (r *releases) checkDocument(name string) error {
	p := r.proofs[name]
	if p == nil {
		return fmt.Errorf("no proof of this release is here")
	}
	path := filepath.Join(r.dir, name+".json")
	if found, err := os.Lstat(path); err != nil || !found.Mode().IsRegular() {
		return fmt.Errorf("the file is missing, or no plain file")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	said, body := map[string]any{}, p.entry.body
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	if err := saidOnce(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return err
	}
	number, _ := whole(body["number"])
	if said["number"] != float64(number) {
		return fmt.Errorf("its number is %v, signed was %d", said["number"], number)
	}
	for _, member := range []string{"plan", "rules", "until"} {
		if said[member] == nil || said[member] != body[member] {
			return fmt.Errorf("its %s is %v, signed was %v", member, said[member], body[member])
		}
	}
	if back := r.proofs[name+withdrawn]; back != nil {
		stone, _ := said["withdrawn"].(map[string]any)
		if stone == nil || len(stone) != 2 || stone["why"] != back.entry.body["why"] || len(said) != 7 || said["tables"] != nil {
			return fmt.Errorf("it was taken back, and this is not what stands in its place")
		}
		at, err := time.Parse(time.RFC3339, fmt.Sprint(back.entry.text["at"]))
		if err != nil || stone["day"] != at.In(london).Format("2006-01-02") || said["format"] != "fairplace-release/1" {
			return fmt.Errorf("it was taken back, and this is not what stands in its place")
		}
		if found := fmt.Sprint(said["symbols"]); found != fmt.Sprint(symbols) {
			return fmt.Errorf("its symbols are %.80s, not those of the format", found)
		}
		return nil
	}
	document, _ := body["document"].(map[string]any)
	size, _ := whole(document["bytes"])
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != document["sha256"] || int64(len(data)) != size {
		return fmt.Errorf("its SHA-256 is %x, signed was %v", sum, document["sha256"])
	}
	return nil
}

// saidOnce finds no member named twice in one object.
func saidOnce(decoder *json.Decoder) error {
	token, err := decoder.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return err
	}
	names := map[string]bool{}
	for decoder.More() {
		if token == json.Delim('{') {
			name, err := decoder.Token()
			if err != nil || names[name.(string)] {
				return fmt.Errorf("it names a member twice, or is damaged: %v", name)
			}
			names[name.(string)] = true
		}
		if err := saidOnce(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}
