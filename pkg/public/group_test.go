package public

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

var began = time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)

// listed is an incident that opened some minutes after ten; one that lasted 0
// minutes goes on.
func listed(id, service, cause string, after, lasted int, weights ...float64) Incident {
	in := Incident{
		ID: id, Service: service, Country: countrytest.GB, State: outage.StateOpen, OpenedAt: began.Add(time.Duration(after) * time.Minute),
		Footprint: Footprint{Scope: outage.ScopeCell},
	}
	in.Since = outage.MinuteOf(in.OpenedAt)
	for _, weight := range weights {
		in.Footprint.Cells = append(in.Footprint.Cells, CellWeight{Weight: weight})
	}
	if lasted > 0 {
		in.State, in.ClosedAt = outage.StateResolved, in.OpenedAt.Add(time.Duration(lasted)*time.Minute)
	}
	if cause != "" {
		in.Verdict, in.Cause = outage.LikelyCollateral, cause
	}
	return in
}

func ids(list []Incident) (ids []string) {
	for _, in := range list {
		ids = append(ids, in.ID)
	}
	return ids
}

func TestInOrder(t *testing.T) {
	elsewhere := listed("w-in", "whatsapp", "", 0, 0)
	elsewhere.Country = countrytest.IN
	for name, c := range map[string]struct{ list, want []Incident }{
		"a consequence above its cause": {
			[]Incident{listed("m", "messenger", "whatsapp", 9, 0), listed("x", "x", "", 5, 0), listed("w", "whatsapp", "", 0, 0)},
			[]Incident{{ID: "x"}, {ID: "w"}, {ID: "m"}},
		},
		"a chain": {
			[]Incident{listed("c", "c", "b", 3, 0), listed("b", "b", "a", 2, 0), listed("a", "a", "", 1, 0)},
			[]Incident{{ID: "a"}, {ID: "b"}, {ID: "c"}},
		},
		"two that name each other": {
			[]Incident{listed("a", "a", "b", 1, 0), listed("b", "b", "a", 2, 0)},
			[]Incident{{ID: "a"}, {ID: "b"}},
		},
		"a cause that is in no list": {
			[]Incident{listed("m", "messenger", "whatsapp", 9, 0), elsewhere},
			[]Incident{{ID: "m"}, {ID: "w-in"}},
		},
		"the cause of another day": {
			[]Incident{listed("m", "messenger", "whatsapp", 600, 30), listed("w", "whatsapp", "", 0, 30)},
			[]Incident{{ID: "m"}, {ID: "w"}},
		},
	} {
		if got := ids(InOrder(c.list)); !slices.Equal(got, ids(c.want)) {
			t.Errorf("%s: got %v, want %v", name, got, ids(c.want))
		}
	}
}

func TestGroups(t *testing.T) {
	country := listed("all", "power", "", 2, 0)
	country.Footprint.Scope, country.State, country.Peak = outage.ScopeCountry, outage.StateRecovering, 9
	groups := GroupsOf([]Incident{
		listed("grid", "grid", "power", 40, 0),
		listed("small", "power", "", 30, 0, 6), listed("large", "power", "", 20, 0, 9, 12), country,
		listed("late", "power", "", 15, 50), listed("early", "power", "", 1, 20), listed("before", "power", "", -90, 20),
	})
	var got [][]string
	for _, group := range groups {
		got = append(got, ids(group))
	}
	want := [][]string{{"all", "large", "small"}, {"grid"}, {"early", "late"}, {"before"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if whole := groups[0].Whole(); whole.ID != "all" || !whole.ClosedAt.IsZero() || whole.State != outage.StateOpen || whole.Peak != 9 {
		t.Errorf("the whole of the open ones is %+v", whole)
	}
	if whole := groups[2].Whole(); !whole.Over() || whole.Since != groups[2][0].Since || !whole.ClosedAt.Equal(began.Add(65*time.Minute)) {
		t.Errorf("the whole of the ended ones is %+v", whole)
	}
}

func TestEvents(t *testing.T) {
	wider := listed("wider", "mast", "", 3, 0)
	wider.Parent = "p"
	list := []Incident{
		listed("third", "power", "", 30, 0), listed("second", "power", "", 20, 50), listed("first", "power", "", 1, 25), listed("alone", "grid", "", 5, 0),
		listed("before", "power", "", -90, 20), wider,
	}
	want := map[string]string{"first": "first", "second": "first", "third": "first", "wider": "p"}
	if got := EventsOf(list); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
