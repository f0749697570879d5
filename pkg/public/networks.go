package public

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// NetworkCount is the reports of those who named one access network.
type NetworkCount struct {
	Network string
	Reports int64
	Share   float64 // of all reports in the answer that named a network, 0 to 1
	// Ratio compares the judged reporters of the network with its ordinary share of all
	// that are in the answer. It is nil in a region, and where the ordinary share is not
	// known.
	Ratio *outage.ShareRatio
}

// Reading is what a ratio says in a word.
type Reading string

// The readings.
const (
	ReadingMore  Reading = "more"
	ReadingUsual Reading = "usual"
	ReadingLess  Reading = "less"
	ReadingFew   Reading = "too_few"
)

// By these ends of the interval of a ratio it has a word.
const (
	moreFrom, lessTo   = 1.2, .8
	usualFrom, usualTo = .5, 2.
)

// Reading is that of the ratio.
func (n NetworkCount) Reading() Reading {
	switch r := n.Ratio; {
	case r == nil:
		return ReadingFew
	case r.Low >= moreFrom:
		return ReadingMore
	case r.High <= lessTo:
		return ReadingLess
	case r.Low >= usualFrom && r.High <= usualTo:
		return ReadingUsual
	}
	return ReadingFew
}

// Networks is a breakdown by access network over a span of whole quarter hours.
type Networks struct {
	AsOf  time.Time // end of the newest whole minute that it was made from
	Span  outage.Span
	Total int64 // all problem reports of the span
	Named int64 // those of Items
	Items []NetworkCount
}

// ordinaryFor is how long the ordinary shares of the present stand for those of the
// past.
const ordinaryFor = 28 * 24 * 60 // minutes

// Networks breaks the problem reports of a span of whole quarter hours down by the
// access network that their senders named, in a country or a region. A network that was
// named fewer than Floor times in a quarter hour is left out for it, and so is one that
// was named from fewer than two network prefixes: in a region in the quarter hour, in a
// country since the half hour began, in which each prefix is counted once.
func (s *Snapshot) Networks(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (Networks, error) {
	answer := Networks{AsOf: s.AsOf(), Span: span.Snap(outage.Quarter)}
	totals := map[quarterKey]int64{}
	query := outage.Query{Service: service, Country: country, Span: answer.Span, ByPlace: region != ""}
	err := s.quarters(ctx, query, func(q quarter) {
		total := q.problems()
		if region != "" {
			total = q.shownOf(outage.AreaOf(region))
		}
		totals[quarterKey{q.start, q.service, q.country}] = total
		answer.Total += total
	})
	if err != nil {
		return answer, err
	}
	sums := map[string]tally{}
	query.ByNetwork, query.Span.From = true, query.Span.From.Floor(halfHour)
	prefixes := map[prefixKey]int64{}
	err = s.quarters(ctx, query, func(q quarter) {
		begin := q.start.Floor(halfHour)
		if region != "" {
			begin = q.start
		}
		for _, count := range q.counts {
			prefixes[prefixKey{quarterKey{begin, q.service, q.country}, count.Region, count.Network}] += count.Prefixes
		}
		if q.start < answer.Span.From {
			return
		}
		several := func(network string) bool {
			return prefixes[prefixKey{quarterKey{begin, q.service, q.country}, region, network}] >= outage.LeastNetworks
		}
		for network, t := range q.networks(region, totals[quarterKey{q.start, q.service, q.country}], several) {
			sums[network] = sums[network].Plus(t)
		}
	})
	answer.fill(sums)
	if now := outage.MinuteOf(s.at); err == nil && region == "" && country != "" && answer.Span.From > now-ordinaryFor {
		answer.compare(s.view.OrdinaryAccess(country), sums)
	}
	return answer, err
}

const halfHour = int(outage.HalfHour / time.Minute)

// prefixKey is a network that was named in a region, or the whole country, since a
// quarter hour.
type prefixKey struct {
	quarterKey
	region  outage.Region
	network string
}

// networks is what may be shown of total reports in the quarter hour, by network, of
// those that several prefixes named. In a
// region the total is itself of the public table, so a network is left out, too, where
// what is left of the total without it would be under the floor.
func (q quarter) networks(region outage.Region, total int64, several func(network string) bool) map[string]tally {
	tallies := map[string]tally{}
	for _, count := range q.counts {
		if region == "" || count.Region == region {
			tallies[count.Network] = tallies[count.Network].Plus(tallyOf(count))
		}
	}
	named, left := map[string]tally{}, total
	for _, network := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[network]
		n := shown(t, q.open)
		rest := left - n
		if n < Floor || !several(network) || rest < 0 || region != "" && rest != 0 && rest < Floor {
			continue
		}
		named[network], left = t.Part(n), rest
	}
	return named
}

func (n *Networks) fill(sums map[string]tally) {
	for _, t := range sums {
		n.Named += t.N
	}
	for network, t := range sums {
		n.Items = append(n.Items, NetworkCount{Network: network, Reports: t.N, Share: float64(t.N) / float64(n.Named)})
	}
	slices.SortFunc(n.Items, func(a, b NetworkCount) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Network, b.Network))
	})
}

// compare holds the judged reporters of the items against the ordinary shares.
func (n *Networks) compare(ordinary outage.OrdinaryAccess, sums map[string]tally) {
	var named []outage.AccessCount
	for network, t := range sums {
		named = append(named, outage.AccessCount{Network: network, Reporters: float64(t.Judged) / milli})
	}
	for _, row := range ordinary.Compare(named) {
		at := slices.IndexFunc(n.Items, func(item NetworkCount) bool { return item.Network == row.Network })
		if row.Expected > 0 {
			n.Items[at].Ratio = &row.ShareRatio
		}
	}
}

// AccessFinding is what access networks say of the cause of an incident.
type AccessFinding struct {
	Pattern          outage.AccessPattern
	Network          string  // with AccessOne, the network that most reporters are with
	Services         int     // with AccessOne, the services of which that holds
	Ratio, Low, High float64 // with AccessOne, against the ordinary share of the network
}

func findingOf(exact *outage.AccessFinding) *AccessFinding {
	switch {
	case exact == nil:
		return nil
	case exact.Pattern != outage.AccessOne:
		return &AccessFinding{Pattern: exact.Pattern}
	}
	return &AccessFinding{exact.Pattern, exact.Network, exact.Services, exact.Ratio, exact.Low, exact.High}
}
