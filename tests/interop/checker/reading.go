package main

import "fmt"

// reading is what entries add up to that are read in the order of the log: all of them, or the register and one case.
type reading struct {
	trust    *trust
	head     *head
	register *register
	streams  map[string]*entry
	once     map[string]bool // ids and digests
	policy   []byte          // as the log states it
	unread   int             // lines of checkpoints that this program cannot check
	unknown  int             // lines in the log's name by keys that are not known, where its entries are not public
	alone    bool            // are they not?
}

func newReading(t *trust) reading {
	return reading{trust: t, register: newRegister(), streams: map[string]*entry{}, once: map[string]bool{}}
}

// accept judges one entry in the light of all before it (§3, §5, §6).
func (r *reading) accept(index int64, e *entry) error {
	if e.text["log"] != r.head.origin {
		return fmt.Errorf("it was signed for the log %s", e.text["log"])
	}
	unique := []string{e.text["id"]}
	for _, digest := range e.digests {
		unique = append(unique, digest)
	}
	for _, one := range unique {
		if r.once[one] {
			return fmt.Errorf("%s occurs twice in the log", one)
		}
		r.once[one] = true
	}
	prev, n := "", int64(1)
	if last := r.streams[e.text["stream"]]; last != nil {
		prev, n = last.leaf.String(), last.n+1
	}
	if e.n != n || e.text["prev"] != prev {
		return fmt.Errorf("it is event %d of its stream behind %q, expected %d behind %q", e.n, e.text["prev"], n, prev)
	}
	r.streams[e.text["stream"]] = e
	return r.register.judge(index, e)
}

// effects are the openings that acts among these entries leave in effect (§6).
func effects(entries map[int64]*entry, order []int64) (map[int64]map[string]bool, error) {
	effect := map[int64]map[string]bool{}
	for _, index := range order {
		e := entries[index]
		kind := e.text["type"]
		if kind != "value.disclosed/1" && kind != "value.withdrawn/1" {
			continue
		}
		openings, _ := e.body["openings"].([]any)
		for _, value := range openings {
			opening, _ := value.(map[string]any)
			at, ok := whole(opening["entry"])
			slots, _ := opening["slots"].([]any)
			if !ok || at < 0 || at >= index || len(slots) == 0 {
				return nil, fmt.Errorf("entry %d: an opening names no earlier entry, or no slot", index)
			}
			if effect[at] == nil {
				effect[at] = map[string]bool{}
			}
			for _, slot := range slots {
				text, _ := slot.(string)
				if entries[at] != nil && entries[at].digests[text] == "" {
					return nil, fmt.Errorf("entry %d: an opening names the slot %.40q, which entry %d does not have", index, text, at)
				}
				if effect[at][text] = true; kind == "value.withdrawn/1" {
					delete(effect[at], text)
				}
			}
		}
	}
	return effect, nil
}
