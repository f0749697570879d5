package bucket

import (
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// position is how far the changes of a shard are known.
type position struct {
	sequence int64  // of the last change
	record   string // id of the last record of the log, "" for none
}

// update is what a Refresh found, which is taken over as a whole or not at all.
type update struct {
	placeOf   PlaceOf
	failed    func(error)
	span      outage.Span
	prints    map[shardMinute]fingerprint // before; 0 for no counters
	positions [Shards]position
	changed   map[shardMinute]*minuteUpdate
}

// minuteUpdate is what was found of a minute of a shard.
type minuteUpdate struct {
	print    fingerprint
	followed bool           // records of the log changed it
	replaced bool           // the counters were read, and are base and added
	base     []outage.Count // as they were read
	added    outage.Sums    // by records of the log
}

// of is the part of the update that is about a minute of a shard.
func (u *update) of(at shardMinute) *minuteUpdate {
	found := u.changed[at]
	if found == nil {
		found = &minuteUpdate{added: outage.Sums{}, print: u.prints[at]}
		u.changed[at] = found
	}
	return found
}

// follow takes over the records of a shard's log after its position. It returns false, and
// changes nothing, where they are not all changes up to the sequence number that was read
// before them: those that were archived meanwhile are no more in the log, and earlier versions
// did not number them.
func (u *update) follow(shard int, read shardRead) bool {
	at := u.positions[shard]
	next := at.sequence + 1
	for _, one := range read.records {
		if one.sequence > at.sequence {
			if one.sequence != next {
				return false
			}
			next++
		}
	}
	if next <= read.sequence && !read.more {
		return false
	}
	for _, one := range read.records {
		if one.sequence > at.sequence {
			u.add(shard, one.rows)
		}
	}
	u.positions[shard].sequence = next - 1
	u.skip(shard, read)
	return true
}

// skip moves a shard's position behind the records that were read.
func (u *update) skip(shard int, read shardRead) {
	if n := len(read.records); n > 0 {
		u.positions[shard].record = read.records[n-1].id
	}
}

// jump moves a shard's position to the end of what was read of it, whose counters are to be
// read.
func (u *update) jump(shard int, read shardRead) {
	u.positions[shard].sequence = read.sequence
	for _, one := range read.records {
		u.positions[shard].sequence = max(u.positions[shard].sequence, one.sequence)
	}
	u.skip(shard, read)
}

// add adds the rows of a record. Lines of imports that are older than the window are in the
// log only.
func (u *update) add(shard int, rows string) {
	err := eachChange(rows, func(minute outage.Minute, one increment) {
		if minute < u.span.From {
			return
		}
		of := u.of(shardMinute{shard, minute})
		of.followed = true
		of.print.add(one.field, one.n)
		of.added.Add(one.count, wholeCounts)
	})
	if err != nil {
		u.failed(err)
	}
}

// compare takes over the counters of a minute of a shard where they are not as they should be
// after all records that were followed; always takes them over in any case.
func (u *update) compare(at shardMinute, fields map[string]string, always bool) (replaced bool) {
	of, print := u.of(at), fingerprint(0)
	for field, value := range fields {
		if n, err := parseCounter(field, value); err == nil {
			print.add([]byte(field), n)
		}
	}
	if of.print == print && !always {
		return false
	}
	*of = minuteUpdate{print: print, followed: of.followed, replaced: true, added: outage.Sums{}, base: u.placeOf.decodeFields(at.minute, fields, u.failed)}
	return true
}

// parts are the counts that the update adds to a minute or, where it replaces the minute,
// all of them.
func (u *update) parts(minute outage.Minute) (counts [][]outage.Count, replaced bool) {
	for shard := range Shards {
		of := u.changed[shardMinute{shard, minute}]
		if of == nil {
			continue
		}
		replaced = replaced || of.replaced
		counts = append(counts, of.base, interned(of.added.All()))
	}
	return slices.DeleteFunc(counts, func(part []outage.Count) bool { return len(part) == 0 }), replaced
}

// interned are counts whose texts are shared: those of a record would keep all of it in memory.
func interned(counts []outage.Count) []outage.Count {
	for i := range counts {
		c := &counts[i]
		c.Service, c.Symptom, c.Network = word(c.Service), word(c.Symptom), word(c.Network)
		c.Country, c.Region, c.District = outage.Country(word(string(c.Country))), outage.Region(word(string(c.Region))), outage.District(word(string(c.District)))
		c.Kind = outage.Kind(word(string(c.Kind)))
	}
	return counts
}
