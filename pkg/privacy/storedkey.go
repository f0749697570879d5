package privacy

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	// redisKeys is what the names of keys begin with in Redis.
	redisKeys = "dp:key:"
	// endsOfKeys is the hash of the ends of keys, by name.
	endsOfKeys = "dp:{keys}:ends"
	dayName    = "day:"
	epochName  = "prefix:"
	shardName  = "shard" // of the key that never ends
	keyLength  = 32
	// sweepGrace is how long after its end a key may still be there: the server
	// looks each minute, and a Redis may take minutes to write its files anew.
	sweepGrace = 20 * time.Minute
)

// keyAt recognises the name of a key with the key itself behind it, as they
// stand in a key file, in an append-only file and in a snapshot of Redis. A name
// alone, as in a command that deletes it, says nothing.
func keyAt(_ *Scanner, before, rest []byte) (m found, ok bool) {
	if len(rest) < 5 || rest[1] != 'a' && rest[1] != 'r' && rest[1] != 'h' {
		return m, false
	}
	name := keyName(rest)
	ends, ok := endOfKey(name)
	if !ok || !holdsKey(before, rest[len(name):], name) {
		return m, false
	}
	return found{kind: StoredKey, n: len(name), excerpt: name, ends: ends}, true
}

// keyName is the name of a key that a text begins with, or "".
func keyName(text []byte) string {
	for _, begin := range [...]string{dayName, epochName} {
		if len(text) < len(begin) || string(text[:len(begin)]) != begin {
			continue
		}
		n := len(begin)
		for n < len(text) && n < len(begin)+10 && (isDigit(text[n]) || text[n] == '-') {
			n++
		}
		return string(text[:n])
	}
	if len(text) >= len(shardName) && string(text[:len(shardName)]) == shardName {
		return shardName
	}
	return ""
}

// endOfKey is when a key of that name is destroyed; zero for the one that never
// is.
func endOfKey(name string) (time.Time, bool) {
	if name == shardName {
		return time.Time{}, true
	}
	if text, ok := strings.CutPrefix(name, dayName); ok {
		day, err := time.Parse(time.DateOnly, text)
		return day.Add(24*time.Hour + outage.HalfHour), err == nil
	}
	text, ok := strings.CutPrefix(name, epochName)
	epoch, err := strconv.ParseInt(text, 10, 32)
	begin := time.Unix(epoch*int64(outage.OriginKeyStep/time.Second), 0).UTC()
	return begin.Add(outage.OriginKeyLife), ok && err == nil
}

// holdsKey reports whether what stands around a name is a key.
func holdsKey(before, behind []byte, name string) bool {
	if bytes.HasPrefix(behind, []byte("\r\n$32\r\n")) {
		return true
	}
	if json, ok := bytes.CutPrefix(behind, []byte(`"`)); ok {
		json = bytes.TrimLeft(json, " \t\r\n:{")
		return bytes.HasPrefix(json, []byte(`"key"`))
	}
	// A snapshot has the length of each text before it.
	full := redisKeys + name
	length := len(before) - len(redisKeys) - 1
	return len(behind) > keyLength && behind[0] == keyLength && length >= 0 &&
		before[length] == byte(len(full)) && string(before[length+1:]) == redisKeys
}

// listedKey looks at a key that is listed with its end. It leaves the list once
// the files of Redis were written anew after its end.
func (c *Check) listedKey(name, text string) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	ends := time.Unix(seconds, 0)
	if err != nil || !c.now.After(ends.Add(sweepGrace)) {
		return
	}
	c.Find(Finding{EndedKey, InRedis, endsOfKeys, -1,
		c.Mask(name) + ", ended " + minute(ends) + ": the files of Redis were not written anew since, so they may hold it"})
}
