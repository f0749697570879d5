package privacy

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// kept is what Redis keeps of senders in keys of one class.
type kept struct {
	fields  int64
	until   time.Time // when the last of them expires
	forever bool      // one does not expire
}

// class is a set of keys of Redis that say something of senders.
type class struct {
	name string
	key  *regexp.Regexp
	text string // with the number of entries
	// expires says that each of its keys must.
	expires bool
}

// classes are those keys, as docs/security.md lists them.
var classes = []class{
	{"reporter_hashes", regexp.MustCompile(`^dp:\{\d+\}:i?h:`), "hashes of reporters under keys of the day, by half hour: %d", true},
	{"address_hashes", regexp.MustCompile(`^dp:\{\d+\}:a:`), "hashes of addresses under keys of the day: %d", true},
	{"network_hashes", regexp.MustCompile(`^dp:\{\d+\}:[pvbn]:`), "counts by hash of a network or block, under 28-day keys: %d", true},
	{"shards", regexp.MustCompile(`^dp:\{\d+\}:m:`), "counters by minute, service and cell, in one of 16 shards of networks: %d", true},
	{"waiting_reports", regexp.MustCompile(`^dp:\{\d+\}:log$`), "batches of reports with hashes of reporter and network that wait for the archive: %d", false},
	{"recent_reports", regexp.MustCompile(`^dp:\{\d+\}:u:`), "reports in the ledger, with hashes of reporter and network: %d", true},
	{"answers", regexp.MustCompile(`^dp:answer:`), "answers to requests with an Idempotency-Key, under hashed names: %d", true},
}

// keep takes note of a key of Redis. life is negative where it does not expire.
func (c *Check) keep(name string, fields int64, life time.Duration) {
	if key, ok := strings.CutPrefix(name, redisKeys); ok {
		c.keyInRedis(key, life)
		return
	}
	for _, class := range classes {
		if !class.key.MatchString(name) {
			continue
		}
		of := c.kept[class.name]
		if of == nil {
			of = &kept{}
			c.kept[class.name] = of
		}
		of.fields += fields
		of.forever = of.forever || life < 0
		if life < 0 && class.expires {
			c.Find(Finding{Overdue, InRedis, c.Mask(name), -1, "does not expire"})
		}
		if until := c.now.Add(life); until.After(of.until) {
			of.until = until
		}
	}
}

// keyInRedis takes note of a key under which senders are hashed.
func (c *Check) keyInRedis(name string, life time.Duration) {
	ends, ok := endOfKey(name)
	if !ok {
		return
	}
	c.key(InRedis, redisKeys+name, Match{Offset: -1, Excerpt: name, Ends: ends})
	if life < 0 && !ends.IsZero() {
		c.Find(Finding{Overdue, InRedis, redisKeys + name, -1, "does not expire"})
	}
}

func (c *Check) redisFacts() (facts []Fact) {
	for _, class := range classes {
		of := c.kept[class.name]
		if of == nil || of.fields == 0 {
			continue
		}
		fact := Fact{Name: "redis_" + class.name, Count: of.fields, Text: "Redis: " + fmt.Sprintf(class.text, of.fields)}
		if !of.forever {
			fact.Until = of.until.Truncate(time.Second)
			fact.Text += ", the last until " + minute(of.until)
		}
		facts = append(facts, fact)
	}
	return facts
}

// keyFacts tells which keys are stored, and what they open.
func (c *Check) keyFacts() (facts []Fact) {
	for _, of := range []struct{ name, begin, text string }{
		{"day_keys", dayName, "day keys: %d; with one, trying all IPv4 addresses shows which address a hash of that day is of"},
		{"network_keys", epochName, "28-day keys: %d; with one, trying 16.7 million /24s shows which network a hash under it is of"},
		{"shard_keys", shardName, "the permanent key of the shards: %d; a shard is 8 bits of a hash of a /16 or /32"},
	} {
		fact := Fact{Name: of.name}
		for name, ends := range c.keys {
			if !strings.HasPrefix(name, of.begin) {
				continue
			}
			fact.Count++
			if ends.After(fact.Until) {
				fact.Until = ends
			}
		}
		if fact.Count == 0 {
			continue
		}
		fact.Text = fmt.Sprintf(of.text, fact.Count)
		if !fact.Until.IsZero() {
			fact.Text += "; the newest ends at " + minute(fact.Until)
		}
		facts = append(facts, fact)
	}
	return facts
}
