package bucket

import (
	"fmt"
	"strconv"
	"strings"
	"unique"

	"github.com/open-downpour/downpour/pkg/outage"
)

// A field of a minute's counters is service|country|place|what|symptom, where place is
// that of PlaceOf.pack and what is the first letter of a kind: lower case for reports that counted,
// upper case for repeats, and a k in front for the part that importers brought. Two
// more are for the detector: judged reports, and first ones of a network, without a
// symptom. Reports of full weight, which most are, have one field instead of two or three:
// what counts as reported and judged, or as first of its network as well. An n and a set of levels count
// the reports that were of a new network in their nodes of these levels.
const (
	judgedField = "j" // thousandths of a report
	firstField  = "x"
	keyedField  = "k"
	nodesField  = "n"

	fullField      = "f" // reported and judged
	fullFirstField = "q" // and the first of its network
)

// Reports that named an access network have counters of their own, in the whole
// country: service|country||what|network/region, where what is this letter and, but
// for the number of counted reports, one of those above.
const accessField = "o"

// accessPart is the end of the access fields of a report, "" for one that is not
// counted by its access network.
func accessPart(r outage.Report) string {
	if r.Kind != outage.Problem || r.Network == "" {
		return ""
	}
	return r.Network + "/" + string(r.Region)
}

// counter is what a field of a minute's counters counts: where, and which sums of a
// Count its value is added to.
type counter struct {
	of   outage.Count
	give func(to *outage.Count, n int64)
}

// What the fields of a letter give. Access fields have theirs without the letter.
var (
	gives = map[string]func(*outage.Count, int64){
		judgedField:    giveJudged,
		firstField:     givePrefixes,
		fullField:      func(to *outage.Count, n int64) { giveReports(to, n); to.Judged = float64(n) },
		fullFirstField: func(to *outage.Count, n int64) { giveReports(to, n); to.Judged, to.Prefixes = float64(n), n },
	}
	givesAccess = map[string]func(*outage.Count, int64){
		"": giveReports, judgedField: giveJudged, firstField: givePrefixes, keyedField: giveKeyed,
	}
)

func giveReports(to *outage.Count, n int64)     { to.N, to.Submissions = n, n }
func giveSubmissions(to *outage.Count, n int64) { to.Submissions = n }
func giveJudged(to *outage.Count, n int64)      { to.Judged = float64(n) / 1000 }
func givePrefixes(to *outage.Count, n int64)    { to.Prefixes = n }
func giveKeyed(to *outage.Count, n int64)       { to.Keyed = n }

var kindOf = map[string]outage.Kind{"p": outage.Problem, "w": outage.Works, "b": outage.Back}

// decodeField reads a field of a minute's counters.
func (of PlaceOf) decodeField(field string) (counter, error) {
	parts := strings.Split(field, "|")
	if len(parts) != 5 {
		return counter{}, fmt.Errorf("reading counter %q: %d parts instead of 5", field, len(parts))
	}
	at, err := of.unpack(parts[2])
	if err != nil {
		return counter{}, fmt.Errorf("reading counter %q: %w", field, err)
	}
	read := counter{of: outage.Count{
		Service: word(parts[0]), Country: outage.Country(word(parts[1])), Region: at.region, District: at.district, Cell: at.cell,
		Kind: outage.Problem, Symptom: word(parts[4]),
	}}
	if err := read.decodeWhat(parts[3]); err != nil {
		return counter{}, fmt.Errorf("reading counter %q: %w", field, err)
	}
	return read, nil
}

// word is one of few texts, which many counts share; a part of a field would keep the whole
// field in memory.
func word(part string) string { return unique.Make(part).Value() }

// decodeWhat reads the letters of a field.
func (c *counter) decodeWhat(what string) error {
	if give, ok := gives[what]; ok {
		c.give = give
		return nil
	}
	if sum, ok := strings.CutPrefix(what, accessField); ok {
		return c.decodeAccess(sum)
	}
	if digits, ok := strings.CutPrefix(what, nodesField); ok {
		levels, err := strconv.ParseUint(digits, 10, outage.NodeLevels)
		c.give = func(to *outage.Count, n int64) { to.Nodes = outage.NodeSet(levels).Counts(n) }
		return err
	}
	letter, keyed := strings.CutPrefix(what, keyedField)
	kind, ok := kindOf[letter]
	if c.give = giveReports; keyed {
		c.give = giveKeyed
	} else if !ok {
		kind, ok = kindOf[strings.ToLower(letter)]
		c.give = giveSubmissions
	}
	if !ok {
		return fmt.Errorf("no kind %q", what)
	}
	c.of.Kind = kind
	return nil
}

// decodeAccess reads an access field, whose letters are given without the first.
func (c *counter) decodeAccess(what string) error {
	network, region, ok := strings.Cut(c.of.Symptom, "/")
	if !ok || network == "" {
		return fmt.Errorf("no network in %q", c.of.Symptom)
	}
	if c.give = givesAccess[what]; c.give == nil {
		return fmt.Errorf("no sum %q", what)
	}
	c.of.Symptom, c.of.Network, c.of.Region = "", word(network), outage.Region(word(region))
	return nil
}

// parseCounter reads the value of a field.
func parseCounter(field, value string) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading counter %q: malformed value %q", field, value)
	}
	return n, nil
}

// decodeFields are the counts of the fields of a minute. Those that cannot be read are left out.
func (of PlaceOf) decodeFields(minute outage.Minute, fields map[string]string, failed func(error)) []outage.Count {
	sums := outage.Sums{}
	for field, value := range fields {
		n, err := parseCounter(field, value)
		if err != nil {
			failed(err)
			continue
		}
		read, err := of.decodeField(field)
		if err != nil {
			failed(err)
			continue
		}
		read.of.Start = minute
		read.give(&read.of, n)
		sums.Add(read.of, wholeCounts)
	}
	return sums.All()
}
