package bucket

import (
	"fmt"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// part is the reports of one shard in a script call.
type part struct {
	shard   int
	waiting []*pending
}

// callReports is the most live reports of a script call that takes those of several
// shards: Redis does nothing else meanwhile.
const callReports = 256

// callsOf divides the reports of shards among script calls: one for each shard, or, where
// a script may touch several, as few as carry callReports each. Imports have one for each
// shard, so that live reports come between.
func callsOf(shards map[int][]*pending, together bool) (calls [][]part) {
	free := 0 // reports that the last call has room for
	for shard := range Shards {
		waiting := shards[shard]
		if len(waiting) == 0 {
			continue
		}
		one := part{shard, waiting}
		if together && waiting[0].timeline == live && len(waiting) <= free {
			calls[len(calls)-1] = append(calls[len(calls)-1], one)
			free -= len(waiting)
			continue
		}
		calls = append(calls, []part{one})
		free = callReports - len(waiting)
		if waiting[0].timeline != live {
			free = 0
		}
	}
	return calls
}

func reportsOf(parts []part) (n int) {
	for _, part := range parts {
		n += len(part.waiting)
	}
	return n
}

// addArguments are the KEYS and the ARGV of add.lua.
func (r *Redis) addArguments(parts []part, now time.Time, cap int) (keys []string, arguments []any) {
	const fields = 15 // of a report, as the script reads them
	arguments = make([]any, 0, 5+len(parts)+fields*reportsOf(parts))
	arguments = append(arguments, now.Unix(), int(countersFor.Seconds()), int(ledgerFor.Seconds()), touchedMost, cap)
	for _, part := range parts {
		keys = append(keys, base(part.shard))
		arguments = append(arguments, len(part.waiting))
		for _, one := range part.waiting {
			arguments = r.reportArguments(arguments, part.shard, one)
		}
	}
	if len(keys) == 1 { // as in every call to a cluster
		keys = declared(keys[0])
	}
	return keys, arguments
}

// reportArguments appends what add.lua reads of a report.
func (r *Redis) reportArguments(arguments []any, shard int, one *pending) []any {
	report := &one.report
	earlier, line, prefix := "", "", ""
	if report.Earlier != 0 {
		earlier = halfHourPlace(report.Earlier, report.Service, report.Kind)
	}
	if one.timeline != live {
		line = one.request + packedPlace(report.ID.Random)
	}
	if !report.Keyed {
		prefix = prefixField(report.Prefix, report.Service)
	}
	return append(arguments,
		report.ID.String(), one.moment(),
		r.placeOf.field(report.Service, report.Country, whereIs(*report)),
		string(report.Kind)[:1]+"|"+report.Symptom, halfHourPlace(report.Reporter, report.Service, report.Kind),
		prefix, prefixField(report.Origin.Block, report.Service),
		learntField(*report, report.Prefix), learntField(*report, report.Origin.Next), packedPlace(report.Origin.Person),
		r.placeOf.encodeReport(*report), earlier, accessPart(*report), line, r.shared.unshared(shard, *report))
}

// moment is when a report was received and counted, as add.lua reads it.
func (p *pending) moment() string {
	text := make([]byte, 0, 32)
	for _, n := range [...]int64{int64(p.report.ID.Received), p.report.At.Unix(), p.report.Origin.Epoch} {
		text = append(strconv.AppendInt(text, n, 10), ' ')
	}
	return string(append(text, p.timeline...))
}

// readAdded reads what add.lua returned for a shard.
func (r *Redis) readAdded(answer any, of part) added {
	const outcomeBits = 2 // of an answer; the others are levels of shared nodes
	answers, _ := answer.([]any)
	if len(answers) != len(of.waiting)+1 {
		return added{err: fmt.Errorf("storing %d reports: Redis returned %d outcomes", len(of.waiting), len(answers)-1)}
	}
	stored := added{entry: fmt.Sprint(answers[0]), outcomes: make([]outage.Outcome, len(of.waiting))}
	for i := range stored.outcomes {
		answer, _ := answers[i+1].(int64) // the script returns numbers
		stored.outcomes[i] = outage.Outcome(answer & (1<<outcomeBits - 1))
		r.shared.learn(of.shard, of.waiting[i].report, outage.NodeSet(answer>>outcomeBits))
	}
	return stored
}
