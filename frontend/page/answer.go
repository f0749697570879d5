package page

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// answer is what others report, for somebody who just has: how many there are nearby,
// the verdict, and what tells service and network apart. Empty texts are left out.
type answer struct {
	Others, Verdict, Networks, Cause string
	Incident                         string // the address of the open one, ""
}

// answerNumbers are the public numbers that an answer is made of.
type answerNumbers struct {
	health   public.Health
	incident *public.Incident // with its places and networks
	regions  map[outage.Region]int64
	span     outage.Span // of regions
}

// answerCache holds the numbers of one minute, because thousands may report in it. Its
// keys are services and countries of the catalogue.
type answerCache struct {
	mu     sync.Mutex
	asOf   time.Time
	values map[string]answerNumbers
}

func (c *answerCache) get(asOf time.Time, key string, read func() answerNumbers) answerNumbers {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asOf.Equal(asOf) {
		c.asOf, c.values = asOf, map[string]answerNumbers{}
	}
	if found, ok := c.values[key]; ok {
		return found
	}
	c.values[key] = read() // what could not be read is read again in the next minute
	return c.values[key]
}

// recently is how long back the people of a region are counted.
const recently = 30 // minutes

// answerNumbers reads the numbers of a service in a country.
func (page *thanksPage) answerNumbers(ctx context.Context, service string, country outage.Country) answerNumbers {
	return page.builder.answers.get(page.read.asOf, service+"/"+string(country), func() (n answerNumbers) {
		var err error
		if n.health, err = page.read.readings.Health(ctx, service, country); err != nil {
			page.read.miss(err, "health")
			return n
		}
		if open := n.health.Incident; open != nil {
			if in, err := page.read.incidents.Incident(ctx, open.ID); err == nil {
				n.incident = &in
			}
		}
		to := outage.MinuteOf(page.read.asOf).Floor(outage.Quarter)
		n.span = outage.Span{From: to - recently, To: to}
		rows, err := page.read.readings.Regions(ctx, service, country, n.span)
		if err != nil {
			page.read.miss(err, "regions")
		}
		n.regions = map[outage.Region]int64{}
		for _, row := range rows {
			n.regions[row.Region] = row.Reports
		}
		return n
	})
}

// answer is that for a report of an outcome.
func (page *thanksPage) answer(ctx context.Context, service outage.Service, of Outcome) *answer {
	country := page.At.Country
	if page.ID == "" || page.Undone || country == "" {
		return nil
	}
	n := page.answerNumbers(ctx, service.Slug, country)
	if n.health.Status == "" { // it could not be read
		return nil
	}
	result := &answer{Verdict: page.words.verdict(service, country, n.health).Sentence}
	if page.Kind == outage.Problem {
		result.Others = page.others(n, of)
	}
	if n.incident != nil {
		in := *n.incident
		result.Incident, result.Networks = page.incidentPath(in.ID), page.builder.sentences.Networks(page.At.Lang, in)
		if cause := in.Blamed(); cause != "" {
			result.Cause = page.T("incident.cause", "service", page.Name, "cause", page.words.serviceNamed(cause))
		}
	}
	return result
}

// others says how many more reported: in the region where it may be shown, else in the
// country. The report itself is not among them, if it is in the span.
func (page *thanksPage) others(n answerNumbers, of Outcome) string {
	own := func(span outage.Span) int64 {
		if of.Counted && of.At >= span.From && of.At < span.To {
			return 1
		}
		return 0
	}
	if reports := n.regions[of.Region]; placed(of.Region) && reports > 0 {
		return page.people(page.words.regionName(of.Region), reports-own(n.span), n.span)
	}
	to := outage.MinuteOf(page.read.asOf)
	span := outage.Span{From: to - outage.Minute(n.health.Window/time.Minute), To: to}
	if span.From == span.To {
		return ""
	}
	return page.people(page.CountryName(page.At.Country), n.health.Reports-own(span), span)
}

func (page *thanksPage) people(where string, others int64, span outage.Span) string {
	country := page.At.Country
	when := page.T("span", "from", page.Clock(span.From.Time(), country), "to", page.Clock(span.To.Time(), country), "zone", page.Zone(country))
	if others <= 0 {
		return page.T("thanks.alone", "where", where, "when", when)
	}
	return page.T("thanks.others", "where", where, "when", when, "n", others)
}

// MinuteIn reads the minute of a report from the query of its page, 0 for none.
func MinuteIn(text string) outage.Minute {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return outage.Minute(n)
}
