package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

const (
	passkeyKey         = 0xff
	authenticatorBytes = 32 + 1 + 4
	mostClientData     = 1024
)

var (
	passkeyTypes = map[string]int{"fairplace/passkey-eddsa/v1": 32, "fairplace/passkey-es256/v1": 65}
	siteForm     = regexp.MustCompile(`^(https://[a-z0-9-]+(\.[a-z0-9-]+)*|http://localhost)(:[1-9][0-9]{0,4})?$`)
	furtherForm  = regexp.MustCompile(`^,"([A-Za-z0-9_]{1,64})":(true|false|"[ !#-\[\]-~]*")`)
	once         = map[string]bool{"type": true, "challenge": true, "origin": true, "crossOrigin": true, "topOrigin": true}
)

// passkey is a key of type 0xff that signs events (§1): it signs what a device and a browser say of a text.
type passkey struct {
	*key
	site   string
	public []byte
}

// readPasskey reads what stands after the type.
func readPasskey(k *key) (*passkey, error) {
	end := bytes.IndexByte(k.public, '\n')
	if end < 0 || len(k.public) < end+2 {
		return nil, fmt.Errorf("the key %s of type 0xff is no passkey", k.name)
	}
	length, known := passkeyTypes[string(k.public[:end])]
	rest := k.public[end+1:]
	from := 1 + int(rest[0])
	if !known || len(rest) != from+length {
		return nil, fmt.Errorf("the key %s of type 0xff is no passkey", k.name)
	}
	site, public := string(rest[1:from]), rest[from:]
	if !siteForm.MatchString(site) || length == 65 && public[0] != 4 {
		return nil, fmt.Errorf("the passkey %s is of the site %.60q, or its point is compressed", k.name, site)
	}
	return &passkey{k, site, public}, nil
}

func (p *passkey) Name() string    { return p.name }
func (p *passkey) KeyHash() uint32 { return p.hash }

// Verify asks whether this is the passkey's answer to the question: do you sign this text?
func (p *passkey) Verify(text, signature []byte) bool {
	if len(signature) < authenticatorBytes+2+64 {
		return false
	}
	said, rest := signature[:authenticatorBytes], signature[authenticatorBytes:]
	size := int(binary.BigEndian.Uint16(rest))
	if size > mostClientData || len(rest) != 2+size+64 {
		return false
	}
	client, signed := rest[2:2+size], rest[2+size:]
	host := strings.SplitN(strings.SplitN(p.site, "://", 2)[1], ":", 2)[0]
	party, flags := sha256.Sum256([]byte(host)), said[32]
	copied := flags&0x10 != 0 && flags&0x08 == 0
	if !bytes.Equal(said[:32], party[:]) || flags&0x05 != 0x05 || flags&^0x1d != 0 || copied || !p.asked(client, text) {
		return false
	}
	sum := sha256.Sum256(client)
	message := append(append([]byte{}, said...), sum[:]...)
	if len(p.public) == 32 {
		return ed25519.Verify(p.public, message, signed)
	}
	curve := elliptic.P256()
	x, y := elliptic.Unmarshal(curve, p.public)
	r, s := new(big.Int).SetBytes(signed[:32]), new(big.Int).SetBytes(signed[32:])
	if x == nil || s.Cmp(new(big.Int).Rsh(curve.Params().N, 1)) > 0 {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.Verify(&ecdsa.PublicKey{Curve: curve, X: x, Y: y}, digest[:], r, s)
}

// signsNoHead stands for a passkey among the keys of a checkpoint: none of its lines is good there.
type signsNoHead struct{ *passkey }

func (signsNoHead) Verify(_, _ []byte) bool { return false }

// asked reads the client data: this text, this site, no frame, and nothing twice.
func (p *passkey) asked(client, text []byte) bool {
	sum := sha256.Sum256(text)
	rest := string(client)
	start := `{"type":"webauthn.get","challenge":"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `","origin":"` + p.site + `"`
	if !strings.HasPrefix(rest, start) {
		return false
	}
	rest = strings.TrimPrefix(rest[len(start):], `,"crossOrigin":false`)
	names := map[string]bool{}
	for rest != "}" {
		found := furtherForm.FindStringSubmatch(rest)
		if found == nil || once[found[1]] || names[found[1]] {
			return false
		}
		names[found[1]], rest = true, rest[len(found[0]):]
	}
	return true
}
