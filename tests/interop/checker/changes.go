package main

import (
	"fmt"
	"time"
)

const (
	moment        = "2006-01-02T15:04:05.000Z"
	recoveryWait  = 24 * time.Hour
	logKeyOverlap = 30 * 24 * time.Hour
)

// change is one register event after the first, whose signers might sign: may they do this, too (§5)?
type change struct {
	*register
	index, named int64
	at           time.Time
	kind         string
	body         map[string]any
	signers      []*standing
}

func (c *change) make() error {
	members := bodies[c.kind]
	if reason, found := c.body["reason"]; c.kind == "log-key.retired/1" && found {
		if reason != "compromised" {
			return fmt.Errorf("a log key is retired for the reason %v", reason)
		}
		members = append([]string{"reason"}, members...)
	}
	if len(c.body) != len(members) {
		return fmt.Errorf("the body of %s has %d members", c.kind, len(c.body))
	}
	for _, member := range members {
		value, found := c.body[member]
		if _, text := value.(string); !found || member == "reason" && !text {
			return fmt.Errorf("the body of %s has no member %s, or one of another form", c.kind, member)
		}
	}
	head := c.signers[0].isHead(c.named)
	switch c.kind {
	case "key.rotated/1":
		return c.rotate()
	case "key.recovery-started/1":
		return c.startRecovery()
	case "key.recovery-stopped/1", "key.recovered/1":
		return c.endRecovery(head)
	case "key.revoked/1":
		head = head || c.signers[0].key.vkey == c.body["vkey"]
	}
	if !head {
		return fmt.Errorf("%s changes the register without the role for it", c.signers[0].key.vkey)
	}
	switch c.kind {
	case "key.added/1":
		return c.add()
	case "key.limited/1", "key.revoked/1", "key.compromised/1":
		return c.end()
	case "log-key.added/1", "log-key.retired/1":
		return c.changeLogKey()
	case "log.loss-declared/1":
		return c.declareLoss()
	}
	return fmt.Errorf("the log is opened a second time")
}

func (c *change) vkey() string {
	text, _ := c.body["vkey"].(string)
	return text
}

// find is the key of the register with this vkey.
func (c *change) find(vkey any) *standing {
	for _, s := range c.keys {
		if s.key.vkey == vkey {
			return s
		}
	}
	return nil
}

func (c *change) add() error {
	k, err := c.use(c.vkey(), false)
	if err != nil {
		return err
	}
	s := c.keys[k.ref()]
	if newest := c.newest[k.name]; s == nil {
		if newest != nil && (part(k.name) != "service" || newest.ended < 0) {
			return fmt.Errorf("%s has a key already", k.name)
		}
		s = c.bring(k, c.index, c.at, map[string]int64{})
	} else if s.key.vkey != k.vkey || s.ended >= 0 {
		return fmt.Errorf("the key %s is added again", k.vkey)
	}
	role, _ := c.body["role"].(string)
	if !roleForm.MatchString(role) {
		return fmt.Errorf("the role is %v", c.body["role"])
	}
	if _, found := s.roles[role]; !found {
		s.roles[role] = c.index
	}
	return nil
}

// end limits a key, revokes it, or has its signatures contested.
func (c *change) end() error {
	s := c.find(c.vkey())
	if s == nil || s.ended >= 0 && c.kind != "key.compromised/1" {
		return fmt.Errorf("%s names %.80s, which is no key in use", c.kind, c.vkey())
	}
	switch c.kind {
	case "key.limited/1":
		types, _ := c.body["not_for"].([]any)
		for _, of := range types {
			text, _ := of.(string)
			if !forms["type"].MatchString(text) {
				return fmt.Errorf("`not_for` is not a list of types")
			}
			s.notFor[text] = true
		}
		if s.limited = c.index; len(types) == 0 {
			return fmt.Errorf("`not_for` is empty")
		}
	case "key.revoked/1":
		s.end(c.index, c.body["reason"] == "lost" || c.body["reason"] == "stolen")
	default:
		from, first := whole(c.body["from"])
		until, last := whole(c.body["until"])
		if !first || !last || from < 0 || from > until || until >= c.index || c.signers[0] == s {
			return fmt.Errorf("signatures on entries %v to %v are contested by %s", c.body["from"], c.body["until"], c.signers[0].key.vkey)
		}
		s.end(c.index, true)
	}
	return nil
}

// successor reads the key that is to take the place of another of the same name.
func (c *change) successor(old *standing) (*key, error) {
	k, err := c.use(c.vkey(), false)
	if err != nil {
		return nil, err
	}
	if k.name != old.key.name || c.keys[k.ref()] != nil {
		return nil, fmt.Errorf("%s does not take the place of %s: another name, or not new", k.vkey, old.key.vkey)
	}
	return k, nil
}

// succeed gives the new key the roles and limits of the old, which ends here if it did not before.
func (c *change) succeed(old *standing, k *key) {
	roles := map[string]int64{}
	for role := range old.roles {
		roles[role] = c.index
	}
	new := c.bring(k, c.index, c.at, roles)
	for of := range old.notFor {
		new.notFor[of] = true
	}
	old.end(c.index, false)
}

func (c *change) rotate() error {
	old := c.signers[0]
	if old.key.vkey != c.body["replaces"] || len(c.signers) != 2 || !c.signers[1].isHead(c.named) || c.signers[1].key.name == old.key.name {
		return fmt.Errorf("a rotation is signed by the old key, and by a head of another name")
	}
	k, err := c.successor(old)
	if err == nil {
		c.succeed(old, k)
	}
	return err
}

// recoverable asks for two other persons, and for the newest key of its name, lost.
func (c *change) recoverable(lost *standing) error {
	if lost == nil || len(c.signers) != 2 {
		return fmt.Errorf("a recovery is of a key of the register, and by two signatures")
	}
	one, other := c.signers[0].key.name, c.signers[1].key.name
	if !isPerson(one) || !isPerson(other) || one == other || one == lost.key.name || other == lost.key.name {
		return fmt.Errorf("a recovery is signed by two other persons, not by %s and %s", one, other)
	}
	if c.newest[lost.key.name] != lost || lost.ended >= 0 && !lost.lost {
		return fmt.Errorf("the key %s is not lost", lost.key.vkey)
	}
	return nil
}

func (c *change) startRecovery() error {
	lost := c.find(c.body["replaces"])
	if err := c.recoverable(lost); err != nil {
		return err
	}
	for _, other := range c.recoveries {
		if !other.over && other.key.name == lost.key.name {
			return fmt.Errorf("another recovery of %s is under way", lost.key.name)
		}
	}
	k, err := c.successor(lost)
	c.recoveries[c.index] = &recovery{c.at, lost, k, false}
	return err
}

func (c *change) endRecovery(head bool) error {
	start, _ := whole(c.body["start"])
	of := c.recoveries[start]
	if of == nil || of.over {
		return fmt.Errorf("no recovery that began at entry %v is under way", c.body["start"])
	}
	if of.over = true; c.kind == "key.recovery-stopped/1" {
		if !head && c.signers[0] != of.lost {
			return fmt.Errorf("%s stops a recovery without the role for it", c.signers[0].key.vkey)
		}
		return nil
	}
	if err := c.recoverable(of.lost); err != nil {
		return err
	}
	if c.at.Sub(of.at) < recoveryWait {
		return fmt.Errorf("the recovery ends less than a day after its start")
	}
	c.succeed(of.lost, of.key)
	return nil
}

func (c *change) changeLogKey() error {
	k, err := c.use(c.vkey(), true)
	if err != nil {
		return err
	}
	s := c.logKeys[k.ref()]
	if c.kind == "log-key.added/1" {
		if s != nil {
			return fmt.Errorf("the log key %.80s is added twice", k.vkey)
		}
		c.logKeys[k.ref()] = newLogKey(k, c.index, c.at)
		return nil
	}
	if s == nil || s.ended >= 0 || s.key.vkey != k.vkey {
		return fmt.Errorf("the log key %.80s is retired, and is not in use", k.vkey)
	}
	beside, waited := false, false
	for _, other := range c.logKeys {
		if other != s && other.ended < 0 && other.key.kind == k.kind {
			beside, waited = true, waited || c.at.Sub(other.at) >= logKeyOverlap
		}
	}
	if !beside || !waited && c.body["reason"] != "compromised" {
		return fmt.Errorf("the log key %.80s is retired without another of its type for thirty days beside it", k.vkey)
	}
	s.ended = c.index
	return nil
}

func (c *change) declareLoss() error {
	kept, err := readTree(c.body["kept"])
	if err != nil {
		return err
	}
	lost, err := readTree(c.body["lost"])
	if err != nil {
		return err
	}
	if kept.N != c.index || !c.signers[0].had("root", c.named) {
		return fmt.Errorf("a loss is declared of %d entries by %s", kept.N, c.signers[0].key.vkey)
	}
	c.losses[c.index] = loss{kept, lost}
	return nil
}
