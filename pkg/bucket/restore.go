package bucket

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

// Past is the archive that the hot window is restored from after Redis lost its data. Its
// shards are the Shard of the reports' ids.
type Past interface {
	// ShardCounts calls each with the counts from a minute on, by shard and minute.
	ShardCounts(ctx context.Context, from outage.Minute, each func(shard byte, count outage.Count)) error
	// Entries calls each with the reports received since a time, oldest first.
	Entries(ctx context.Context, since time.Time, each func(outage.Entry)) error
	// Imported calls each with the ids of the imported lines received since a time.
	Imported(ctx context.Context, since time.Time, each func(outage.ReportID)) error
}

const (
	// restoreEvery is how often a server checks whether Redis still has the
	// counters.
	restoreEvery = time.Second
	// restoreLock is how long one server may take to restore the counters before
	// another one tries.
	restoreLock = 2 * time.Minute
	// recent is how far back the half-hour rule can reach, by its keys.
	recent = 2 * outage.HalfHour
)

// restoreWaits are the waits after a failed check or restoration. They are short, because
// no report is accepted in that time.
var restoreWaits = retry.Waits{First: 50 * time.Millisecond, Most: 300 * time.Millisecond}

// RunRestore checks Redis until ctx ends. Whenever a shard lacks the key that marks
// its counters as complete, they are restored from the archive, and no report is accepted
// until then. A new Redis gets the mark in the same way.
func (s *Store) RunRestore(ctx context.Context, past Past) error {
	var logged string
	waits := restoreWaits.Schedule()
	for {
		again := restoreEvery
		err := s.Restore(ctx, past)
		if err != nil && ctx.Err() == nil {
			again = waits.Next()
			if err.Error() != logged {
				s.Logger.Warn("restoring counters failed, retrying", "error", err)
			}
		} else {
			waits.Reset()
		}
		logged = fmt.Sprint(err)
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return nil
		}
	}
}

// Ready reports whether reports can be accepted, as of the last check.
func (s *Store) Ready() bool { return s.ready.Load() }

// ReadError is why the last check could not read Redis, or nil.
func (s *Store) ReadError() error {
	if err := s.readError.Load(); err != nil {
		return *err
	}
	return nil
}

// Full reports whether the log or the queue of a writer has reached its limit, so that
// reports are rejected: the log where the archive, a queue where Redis does not keep up.
func (s *Store) Full() (log, queue bool) {
	full := func(queue chan *pending) bool { return len(queue) == cap(queue) }
	return s.full.Load(), slices.ContainsFunc(s.queues, full)
}

// Restore checks Redis once: whether the log is full, and which shards have lost
// their counters. It restores those.
func (s *Store) Restore(ctx context.Context, past Past) error {
	length, err := s.Redis.logLength(ctx)
	s.full.Store(err == nil && length > s.LogLimit)
	s.busy.Store(err == nil && length > s.LogLimit/importShare)
	var lost []int
	if err == nil {
		lost, err = s.Redis.lostShards(ctx)
	}
	if err == nil {
		s.measureLog(ctx, length)
	}
	checked := err // a copy: err changes below while others read this
	s.readError.Store(&checked)
	s.ready.Store(err == nil && len(lost) == 0)
	if err != nil || len(lost) == 0 {
		return err
	}
	mine, release, err := s.Redis.lockRestore(ctx, restoreLock)
	if err != nil || !mine {
		return err
	}
	defer release()
	began := time.Now()
	snapshot, err := s.readSnapshot(ctx, past, lost)
	if err != nil {
		return err
	}
	if err := s.Redis.writeSnapshot(ctx, snapshot, lost, s.Now()); err != nil {
		return err
	}
	s.ready.Store(true)
	s.Logger.Info("counters restored", "minutes", snapshot.minutes(), "shards", len(lost), "seconds", time.Since(began).Seconds())
	return nil
}

// snapshot is the data to restore in the form of Redis: the fields of each hash, and
// the minutes of each shard.
type snapshot struct {
	placeOf   PlaceOf
	reports   map[outage.ReportID]map[where]placed // how often each was added to a place, less how often it was taken
	hashes    map[string]map[string]string
	lifetimes map[string]time.Duration
	shards    [Shards]map[outage.Minute]bool
}

func (p *snapshot) minutes() (n int) {
	for _, minutes := range p.shards {
		n += len(minutes)
	}
	return n
}

func (p *snapshot) set(key, field, value string, life time.Duration) {
	if p.hashes[key] == nil {
		p.hashes[key] = map[string]string{}
	}
	p.hashes[key][field] = value
	p.lifetimes[key] = life
}

// pack sets an entry of a packed hash, of a place and a value that is as long as others there.
func (p *snapshot) pack(key, place, value string, life time.Duration) {
	field, entry := place[:packedField], place[packedField:]
	entries := p.hashes[key][field]
	for at := 0; at < len(entries); at += len(entry) + len(value) {
		if entries[at:at+len(entry)] == entry {
			entries = entries[:at] + entries[at+len(entry)+len(value):]
			break
		}
	}
	p.set(key, field, entries+entry+value, life)
}

func (p *snapshot) add(key, field string, n int64, life time.Duration) {
	if n == 0 {
		return
	}
	before := int64(0)
	if text, ok := p.hashes[key][field]; ok {
		before, _ = strconv.ParseInt(text, 10, 64) // written by add
	}
	p.set(key, field, strconv.FormatInt(before+n, 10), life)
}

func (s *Store) readSnapshot(ctx context.Context, past Past, lost []int) (*snapshot, error) {
	m := &snapshot{placeOf: s.Redis.placeOf, reports: map[outage.ReportID]map[where]placed{}, hashes: map[string]map[string]string{}, lifetimes: map[string]time.Duration{}}
	wanted := [Shards]bool{}
	for _, shard := range lost {
		wanted[shard], m.shards[shard] = true, map[outage.Minute]bool{}
	}
	if past == nil {
		return m, nil
	}
	now := s.Now()
	err := past.ShardCounts(ctx, outage.MinuteOf(now.Add(-HotWindow)), func(from byte, count outage.Count) {
		if shard := int(from) % Shards; wanted[shard] {
			m.count(shard, count)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("restoring the counters: %w", err)
	}
	err = past.Entries(ctx, now.Add(-recent-time.Minute), func(entry outage.Entry) {
		if shard := shardOf(entry.Report); wanted[shard] {
			m.entry(shard, entry, now)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("restoring the latest reports: %w", err)
	}
	err = past.Imported(ctx, now.Add(-seenAtLeast), func(id outage.ReportID) {
		if wanted[int(id.Shard)%Shards] {
			m.imported(id)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("restoring the lines of imports: %w", err)
	}
	return m, nil
}

// count restores the counters of a minute.
func (p *snapshot) count(shard int, c outage.Count) {
	key := minuteKey(shard, c.Start)
	if c.Network != "" {
		p.access(key, c)
		return
	}
	place := p.placeOf.field(c.Service, c.Country, where{c.Region, c.District, c.Cell})
	letter := string(c.Kind)[:1]
	p.add(key, place+letter+"|"+c.Symptom, c.N, countersFor)
	p.add(key, place+strings.ToUpper(letter)+"|"+c.Symptom, c.Submissions-c.N, countersFor)
	p.add(key, place+keyedField+letter+"|"+c.Symptom, c.Keyed, countersFor)
	p.add(key, place+judgedField+"|"+c.Symptom, int64(c.Judged*1000+0.5), countersFor)
	p.add(key, place+firstField+"|", c.Prefixes, countersFor)
	for level, n := range c.Nodes {
		p.add(key, place+nodesField+strconv.Itoa(1<<level)+"|", n, countersFor)
	}
	p.shards[shard][c.Start] = true
}

// access restores the counters of an access network in a minute that other counters
// make known.
func (p *snapshot) access(key string, c outage.Count) {
	head, tail := p.placeOf.field(c.Service, c.Country, where{})+accessField, "|"+c.Network+"/"+string(c.Region)
	p.add(key, head+tail, c.N, countersFor)
	p.add(key, head+judgedField+tail, int64(c.Judged*1000+0.5), countersFor)
	p.add(key, head+firstField+tail, c.Prefixes, countersFor)
	p.add(key, head+keyedField+tail, c.Keyed, countersFor)
}

// entry restores the state that one report leaves: its reporter's half hour, its
// prefix's share and its line in the ledger.
func (p *snapshot) entry(shard int, e outage.Entry, now time.Time) {
	second := e.At.Unix()
	half := int64(outage.HalfHour / time.Second)
	slot := second / half
	place := halfHourPlace(e.Reporter, e.Service, e.Kind)
	offset := string(binary.BigEndian.AppendUint16(nil, uint16(second-slot*half)))
	if e.Keyed {
		if e.Counted {
			p.pack(halfHourKey(shard, slot, true), place, offset, importFor)
		}
		return
	}
	if e.Counted && e.Sign > 0 {
		p.pack(halfHourKey(shard, slot, false), place, offset, recent+time.Minute)
		if e.Kind == outage.Problem {
			if p.reports[e.ID] == nil { // a move is no other report
				p.add(fmt.Sprintf("%sp:%d", base(shard), slot), prefixField(e.Prefix, e.Service), 1, recent)
			}
			p.network(shard, e.Report)
		}
	}
	if now.Sub(e.ID.Received.Time()) < ledgerFor {
		p.ledger(shard, e)
	}
}

// ledger restores the line of a report: its last place, or that it was taken back. Each
// move added it to a place and took it from another.
func (p *snapshot) ledger(shard int, e outage.Entry) {
	places := p.reports[e.ID]
	if places == nil {
		places = map[where]placed{}
		p.reports[e.ID] = places
	}
	at, line := whereIs(e.Report), p.placeOf.encodeEntry(e)
	here := places[at]
	here.times += e.Sign
	if e.Sign > 0 {
		here.line = line
	}
	places[at] = here
	for _, there := range places {
		if there.times > 0 {
			line = there.line
		}
	}
	p.set(ledgerKey(shard, e.ID.Received), e.ID.String(), line, ledgerFor)
}

// placed is how often a report was added to a place, less how often it was taken from
// there, and its line of the ledger there.
type placed struct {
	times int8
	line  string
}

// network restores the networks of the nodes of a report.
func (p *snapshot) network(shard int, r outage.Report) {
	key := fmt.Sprintf("%sn:%d", base(shard), r.At.Unix()/nodeQuarter)
	prefix := prefixField(r.Prefix, r.Service)
	for _, field := range nodeFields(r) {
		if field == "" {
			continue
		}
		network := prefix
		if first, ok := p.hashes[key][field]; ok && first != prefix {
			network = severalNetworks
		}
		p.set(key, field, network, recent)
	}
}

// imported marks a line as stored. Its request is not archived, so that it is a duplicate
// for every request.
func (p *snapshot) imported(id outage.ReportID) {
	duplicate := strconv.Itoa(int(outage.Duplicate)) + "\x00\x00\x00\x00"
	p.pack(linesKey(id), packedPlace(id.Random), duplicate, seenFor)
}
