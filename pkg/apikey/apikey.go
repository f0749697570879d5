// Package apikey knows who may use the parts of the API that need a key.
//
// It owns the form of a key and of the file that lists them: a line holds a
// name and the SHA-256 of a key, so that who reads the file has no key. It
// promises that looking a key up takes the same time whether its first or its
// last byte is wrong. It refuses a file with a line that it does not
// understand, and keeps no key in memory, only hashes.
package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Development is the name of the one plain key that a developer sets.
const Development = "development"

const (
	prefix   = "dp_"
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	length   = 32 // characters after the prefix: 190 bits
)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Keys are the keys that are good, by their hashes. It is never changed once
// it is in use.
type Keys struct{ entries []entry }

type entry struct {
	name string
	hash [sha256.Size]byte
}

// New makes a key and the line that lists it. The error says what is wrong
// with the name.
func New(name string) (key, line string, err error) {
	if err := checkName(name); err != nil {
		return "", "", err
	}
	key = prefix + random(length)
	sum := sha256.Sum256([]byte(key))
	return key, name + " " + hex.EncodeToString(sum[:]), nil
}

// random is text of the alphabet. A byte beyond the last whole multiple of its
// length is drawn anew, so that all characters are equally likely.
func random(length int) string {
	const fair = 256 - 256%len(alphabet)
	text := make([]byte, 0, length)
	var one [1]byte
	for len(text) < length {
		rand.Read(one[:]) // never fails
		if int(one[0]) < fair {
			text = append(text, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return string(text)
}

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%q is not a name for a key: up to 40 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit", name)
	}
	return nil
}

// Parse reads a file of keys: lines of a name and the SHA-256 of a key in
// hexadecimal, empty lines, and comments that begin with #. An error names its
// line, and repeats nothing that could be a key.
func Parse(text string) (*Keys, error) {
	keys := &Keys{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("line %d: must be a name and a hash, as 'downpour key NAME' prints it", number)
		}
		if err := checkName(fields[0]); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if fields[0] == Development || keys.has(fields[0]) {
			return nil, fmt.Errorf("line %d: the name %s is taken", number, fields[0])
		}
		sum, err := hex.DecodeString(fields[1])
		if err != nil || len(sum) != sha256.Size {
			return nil, fmt.Errorf("line %d: the second word must be a SHA-256, %d hexadecimal digits", number, 2*sha256.Size)
		}
		keys.entries = append(keys.entries, entry{fields[0], [sha256.Size]byte(sum)})
	}
	return keys, nil
}

// AddPlain adds the key of a developer.
func (k *Keys) AddPlain(key string) {
	k.entries = append(k.entries, entry{Development, sha256.Sum256([]byte(key))})
}

func (k *Keys) has(name string) bool {
	for _, one := range k.entries {
		if one.name == name {
			return true
		}
	}
	return false
}

// Owner is the name of a key, "" for one that is not known.
func (k *Keys) Owner(key string) (name string) {
	sum := sha256.Sum256([]byte(key))
	for _, one := range k.entries {
		if subtle.ConstantTimeCompare(sum[:], one.hash[:]) == 1 {
			name = one.name
		}
	}
	return name
}
