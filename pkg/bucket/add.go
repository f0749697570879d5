package bucket

import (
	"fmt"
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
	const fields = 21 + outage.NodeLevels // of a report, as the script reads them
	arguments = make([]any, 0, 4+len(parts)+fields*reportsOf(parts))
	arguments = append(arguments, now.Unix(), int(countersFor.Seconds()), int(ledgerFor.Seconds()), touchedMost)
	for _, part := range parts {
		keys = append(keys, base(part.shard))
		arguments = append(arguments, len(part.waiting))
		arguments = r.reportArguments(arguments, part.waiting, cap)
	}
	return keys, arguments
}

// reportArguments appends what add.lua reads of each report.
func (r *Redis) reportArguments(arguments []any, waiting []*pending, cap int) []any {
	for _, one := range waiting {
		report, half, limit := &one.report, halfHourField, cap
		if one.timeline != live {
			half = importField
		}
		if report.Keyed {
			limit = 0
		}
		bucket, field := half(report.Reporter, report.Service, report.Kind)
		earlier, line := "", ""
		if report.Earlier != 0 {
			earlierBucket, earlierField := half(report.Earlier, report.Service, report.Kind)
			earlier = earlierField + earlierBucket
		}
		if one.timeline != live {
			seenBucket, seen := seenField(report.ID)
			line = one.request + seen + seenBucket
		}
		personBucket, person := personField(report.Origin.Person)
		arguments = append(arguments,
			report.ID.String(), int64(report.ID.Received), report.At.Unix(),
			r.placeOf.field(report.Service, report.Country, whereIs(*report)),
			string(report.Kind)[:1], report.Symptom, bucket, field, earlier,
			prefixField(report.Prefix, report.Service), limit, r.placeOf.encodeReport(*report),
			string(one.timeline), line,
			report.Origin.Epoch, learntField(*report, report.Prefix), learntField(*report, report.Origin.Next),
			prefixField(report.Origin.Block, report.Service), personBucket, person, accessPart(*report))
		for _, node := range nodeFields(*report) {
			arguments = append(arguments, node)
		}
	}
	return arguments
}

// readAdded reads what add.lua returned for a shard.
func readAdded(answer any, reports int) added {
	answers, _ := answer.([]any)
	if len(answers) != reports+1 {
		return added{err: fmt.Errorf("storing %d reports: Redis returned %d outcomes", reports, len(answers)-1)}
	}
	stored := added{entry: fmt.Sprint(answers[0]), outcomes: make([]outage.Outcome, reports)}
	for i := range stored.outcomes {
		outcome, _ := answers[i+1].(int64) // the script returns numbers
		stored.outcomes[i] = outage.Outcome(outcome)
	}
	return stored
}
