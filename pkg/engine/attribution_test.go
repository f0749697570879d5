package engine

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// relations relates the services of these tests.
type relations map[string]outage.Service

func (r relations) Service(slug string) (outage.Service, bool) {
	s, ok := r[slug]
	return s, ok
}

var related = relations{
	"chat":   {Slug: "chat", Family: "group"},
	"photos": {Slug: "photos", Family: "group"},
	"mobile": {Slug: "mobile", Category: "mobile"},
	"rival":  {Slug: "rival", Category: "mobile"},
	"bank":   {Slug: "bank"},
	"video":  {Slug: "video"},
}

// crowd is a burst of reports of one service.
type crowd struct {
	service string
	country outage.Country
	from    int // minutes after noon of the fifteenth day
	minutes int
	mean    float64 // reporters a minute
	region  int     // -1 for anywhere
}

const noon = 15*day + 12*60

// usual are the services of these tests.
var usual = []string{"bank", "chat", "mobile", "photos", "rival", "video"}

// ordinaryDays is the state after fifteen days and a morning without outages.
func ordinaryDays(t *testing.T) []byte {
	t.Helper()
	line := New(relatedConfig())
	n := lowNoise(11)
	for m := start; m < start+noon; m++ {
		tick(t, line, m, n.MinuteOf(usual, m))
	}
	return saved(t, line)
}

func relatedConfig() Config {
	c := config()
	c.Relations = related
	return c
}

func lowNoise(seed uint64) *enginetest.Noise {
	n := enginetest.NewNoise(seed)
	for _, service := range usual {
		n.Rates[service] = .5
	}
	return n
}

func add(n *enginetest.Noise, counts []outage.Judged, c crowd, after int) []outage.Judged {
	if after < c.from || after >= c.from+c.minutes {
		return counts
	}
	mean := c.mean * min(1, float64(after-c.from+1)/5)
	return n.Burst(counts, c.service, c.country, mean, func() outage.Cell {
		if c.region < 0 {
			return n.Place(c.country)
		}
		return enginetest.CellIn(c.country, c.region, n.Random.IntN(3), n.Random.IntN(3), 1)
	})
}

// lastOf is the last change of each service and country.
func lastOf(changes []outage.Incident) map[string]outage.Incident {
	last := map[string]outage.Incident{}
	for _, in := range changes {
		last[in.Service+" "+string(in.Country)] = in
	}
	return last
}

func TestCollateral(t *testing.T) {
	state := ordinaryDays(t)
	const gb, in = countrytest.GB, countrytest.IN
	for _, c := range []struct {
		name   string
		crowds []crowd
		cause  map[string]string // by service in GB that must have an incident; "" is its own
		parent map[string]bool
	}{
		{"one of a family, and a sibling that people name", []crowd{
			{"chat", gb, 0, 60, 200, -1}, {"photos", gb, 4, 50, 5, -1},
		}, map[string]string{"chat GB": "", "photos GB": "chat"}, map[string]bool{"chat GB": true, "photos GB": true}},
		{"people blame their network", []crowd{
			{"chat", gb, 0, 60, 200, -1}, {"mobile", gb, 5, 50, 5, -1}, {"rival", gb, 5, 50, 4, -1},
		}, map[string]string{"chat GB": "", "mobile GB": "chat", "rival GB": "chat"}, nil},
		{"a network, and what people cannot reach", []crowd{
			{"mobile", gb, 0, 60, 40, -1}, {"chat", gb, 1, 55, 20, -1}, {"bank", gb, 2, 50, 12, -1}, {"video", gb, 2, 50, 15, -1},
		}, map[string]string{"mobile GB": "", "chat GB": "mobile", "bank GB": "mobile", "video GB": "mobile"},
			map[string]bool{"mobile GB": true, "chat GB": true, "bank GB": true, "video GB": true}},
		{"a network that others are called from", []crowd{
			{"mobile", gb, 0, 60, 100, -1}, {"rival", gb, 4, 50, 5, -1},
		}, map[string]string{"mobile GB": "", "rival GB": "mobile"}, nil},
		{"two that have nothing in common", []crowd{
			{"bank", gb, 0, 60, 30, -1}, {"video", gb, 5, 60, 25, -1},
		}, map[string]string{"bank GB": "", "video GB": ""}, map[string]bool{}},
		{"elsewhere in the country", []crowd{
			{"chat", gb, 0, 60, 200, 0}, {"photos", gb, 4, 50, 6, 3},
		}, map[string]string{"chat GB": "", "photos GB": ""}, nil},
		{"both countries", []crowd{
			{"chat", gb, 0, 60, 60, -1}, {"chat", in, 6, 60, 60, -1},
		}, map[string]string{"chat GB": "", "chat IN": ""}, map[string]bool{"chat GB": true, "chat IN": true}},
		{"a sibling that stays broken", []crowd{
			{"chat", gb, 0, 40, 200, -1}, {"photos", gb, 4, 200, 6, -1},
		}, map[string]string{"chat GB": "", "photos GB": ""}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			line := New(relatedConfig())
			if err := line.Restore(bytes.NewReader(state)); err != nil {
				t.Fatal(err)
			}
			n := lowNoise(12)
			var changes []outage.Incident
			for after := range 190 {
				m := start + noon + outage.Minute(after)
				counts := n.MinuteOf(usual, m)
				for _, crowd := range c.crowds {
					counts = add(n, counts, crowd, after)
				}
				changes = append(changes, tick(t, line, m, counts)...)
			}
			last := lastOf(changes)
			for name, cause := range c.cause {
				in, ok := last[name]
				if !ok {
					t.Errorf("%s has no incident", name)
				} else if in.Cause != cause || (in.Verdict == outage.LikelyCollateral) != (cause != "") || (cause != "") != (len(in.Reasons) > 0) {
					t.Errorf("%s is %s of %q because of %v, want %q", name, in.Verdict, in.Cause, in.Reasons, cause)
				}
				if c.parent != nil && (in.Parent != "") != c.parent[name] {
					t.Errorf("%s is of the event %q", name, in.Parent)
				}
			}
			for name := range last {
				if _, ok := c.cause[name]; !ok {
					t.Errorf("%s has an incident", name)
				}
			}
			verdicts := map[string][]string{}
			for _, in := range changes {
				if causes := verdicts[in.ID]; len(causes) == 0 || causes[len(causes)-1] != in.Cause {
					verdicts[in.ID] = append(causes, in.Cause)
				}
			}
			for id, causes := range verdicts {
				if len(causes) > 3 {
					t.Errorf("the verdict on %s changes too often: %q", id, causes)
				}
			}
		})
	}
}

// The verdicts are the same with several workers, in another order of counts, and with
// a restart after any minute.
func TestCollateralIsDeterministic(t *testing.T) {
	state := ordinaryDays(t)
	parallel := relatedConfig()
	parallel.Workers = 3
	whole, halting := New(relatedConfig()), New(parallel)
	for _, line := range []*Engine{whole, halting} {
		if err := line.Restore(bytes.NewReader(state)); err != nil {
			t.Fatal(err)
		}
	}
	n, again := lowNoise(13), lowNoise(13)
	random := rand.New(rand.NewPCG(31, 32))
	crowds := []crowd{
		{"chat", countrytest.GB, 0, 40, 200, -1}, {"photos", countrytest.GB, 4, 90, 6, -1}, {"mobile", countrytest.GB, 5, 50, 5, -1},
		{"chat", countrytest.IN, 8, 60, 50, -1}, {"bank", countrytest.IN, 20, 60, 40, 1},
	}
	returned := 0
	for after := range 160 {
		m := start + noon + outage.Minute(after)
		counts, shuffled := n.MinuteOf(usual, m), again.MinuteOf(usual, m)
		for _, crowd := range crowds {
			counts, shuffled = add(n, counts, crowd, after), add(again, shuffled, crowd, after)
		}
		for i := range counts { // side counts must not depend on the order either
			counts[i].Works, counts[i].Back = i%3, i%5
			shuffled[i].Works, shuffled[i].Back = i%3, i%5
		}
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		want, got := tick(t, whole, m, counts), tick(t, halting, m, shuffled)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("at %s: %+v, want %+v", stamp(m), got, want)
		}
		returned += len(want)
		if !reflect.DeepEqual(halting.View(), whole.View()) {
			t.Fatalf("at %s: the views differ", stamp(m))
		}
		text := saved(t, halting)
		if !bytes.Equal(text, saved(t, whole)) {
			t.Fatalf("at %s: the states differ", stamp(m))
		}
		halting = New(parallel)
		if err := halting.Restore(bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(halting.View(), whole.View()) {
			t.Fatalf("at %s: the view of what was restored differs", stamp(m))
		}
	}
	if returned < 6 {
		t.Errorf("only %d changes", returned)
	}
}

// openedAfter is how many minutes after noon an outage of chat opens, while so
// many people a minute say that it works for them.
func openedAfter(t *testing.T, state []byte, mean float64, works int) (minutes int, in outage.Incident) {
	t.Helper()
	line := New(relatedConfig())
	if err := line.Restore(bytes.NewReader(state)); err != nil {
		t.Fatal(err)
	}
	n := lowNoise(14)
	for after := range 60 {
		m := start + noon + outage.Minute(after)
		counts := add(n, n.MinuteOf(usual, m), crowd{"chat", countrytest.GB, 0, 60, mean, -1}, after)
		counts = append(counts, outage.Judged{Service: "chat", Country: countrytest.GB, Works: works, Capped: 2})
		for _, in := range tick(t, line, m, counts) {
			if in.Service == "chat" {
				return after, in
			}
		}
	}
	t.Fatalf("never opened at %.0f a minute with %d for whom it works", mean, works)
	return 0, in
}

// Reports that it works raise the evidence that opening takes by a quarter at most. A
// large outage gains that much within a minute.
func TestWorksCannotSilence(t *testing.T) {
	state := ordinaryDays(t)
	for _, c := range []struct {
		mean  float64
		works int
		late  int // minutes, at most
	}{
		{60, 9, 0}, {60, 100, 1}, {60, 100_000, 1}, {20, 100_000, 1}, {6, 3, 0}, {6, 100_000, 3},
	} {
		plain, _ := openedAfter(t, state, c.mean, 0)
		contested, in := openedAfter(t, state, c.mean, c.works)
		t.Logf("%.0f a minute: opens after %d minutes, with %d for whom it works after %d", c.mean, plain, c.works, contested)
		if contested < plain || contested > plain+c.late {
			t.Errorf("%.0f a minute with %d for whom it works: %d minutes late", c.mean, c.works, contested-plain)
		}
		if window := in.Why.Window; in.Why.Works != int64(c.works)*int64(window.To-window.From) {
			t.Errorf("the explanation has %d works in %d minutes of %d", in.Why.Works, window.To-window.From, c.works)
		}
	}
}

func TestAnOpeningIsExplained(t *testing.T) {
	_, in := openedAfter(t, ordinaryDays(t), 20, 0)
	why := in.Why
	if why.Window != (outage.Span{From: in.Since, To: outage.MinuteOf(in.OpenedAt)}) || why.Judged != float64(in.Observed) {
		t.Errorf("%+v of %+v", why, in)
	}
	if minutes := int64(why.Window.To - why.Window.From); why.Reports != in.Observed+2*minutes {
		t.Errorf("%d reports before the caps, want %d and two a minute", why.Reports, in.Observed)
	}
	if len(why.Alarming) == 0 || why.Alarming[0].Scope != outage.ScopeCountry || why.Alarming[0].Evidence < why.Alarming[0].Needed || why.Alarming[0].Alternative == 0 {
		t.Errorf("alarming nodes %+v", why.Alarming)
	}
	if !slices.IsSortedFunc(why.History, func(a, b outage.Step) int { return int(a.Minute - b.Minute) }) || len(why.History) == 0 {
		t.Fatalf("history %+v", why.History)
	}
	last := why.History[len(why.History)-1]
	if last.Minute+1 != why.Window.To || last.Node.Evidence < last.Node.Needed || last.Upper < last.Expected {
		t.Errorf("the history ends with %+v", last)
	}
}
