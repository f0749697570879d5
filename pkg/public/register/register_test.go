package register

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// archive is a store in memory, and the incidents and the clock of a test.
type archive struct {
	now       time.Time
	leads     bool
	away      error
	incidents []public.Incident
	files     []outage.RegisterFile
	totals    map[string]int64
}

func (a *archive) Incidents(_ context.Context, _ outage.IncidentFilter, cursor string, _ int) ([]public.Incident, string, error) {
	if cursor == "" && len(a.incidents) > 1 {
		return a.incidents[:1], "rest", nil
	}
	if cursor == "rest" {
		return a.incidents[1:], "", nil
	}
	return a.incidents, "", nil
}

func (a *archive) extent(_ context.Context, in public.Incident) (public.Extent, error) {
	return public.Extent{Total: a.totals[in.ID], Worst: public.QuarterCount{Start: in.Since, Reports: 7}}, a.away
}

func (a *archive) RegisterFiles(context.Context) ([]outage.RegisterFile, error) {
	return a.files, a.away
}

func (a *archive) RegisterFile(_ context.Context, quarter string, version int) (outage.RegisterFile, error) {
	for _, file := range a.files {
		if file.Quarter == quarter && file.Version == version {
			return file, a.away
		}
	}
	return outage.RegisterFile{}, errors.New("no such file")
}

func (a *archive) SaveRegisterFile(_ context.Context, file outage.RegisterFile) error {
	a.files = append(a.files, file)
	return nil
}

func at(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
}

func ended(service string, opened time.Time, lasted time.Duration, regions ...outage.Region) public.Incident {
	return public.Incident{
		ID: outage.IncidentID(service, "IN", opened), Service: service, Country: "IN", State: outage.StateResolved,
		OpenedAt: opened, ClosedAt: opened.Add(lasted), Since: outage.MinuteOf(opened),
		Footprint: public.Footprint{Scope: outage.ScopeRegion, Regions: regions}, Verdict: outage.LikelyCause, Peak: 12.345678,
		Changes: []public.Change{{At: opened, State: outage.StateOpen}, {At: opened.Add(lasted), State: outage.StateResolved}},
	}
}

func newRegister(a *archive) *Register {
	return New(Config{
		Incidents: a, Extent: a.extent, Store: a, Leads: func() bool { return a.leads },
		Now: func() time.Time { return a.now }, Logger: slog.New(slog.DiscardHandler),
	})
}

func refresh(t *testing.T, r *Register) {
	t.Helper()
	if err := r.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func checkEditions(t *testing.T, r *Register, want ...string) {
	t.Helper()
	var got []string
	for _, edition := range r.Editions() {
		got = append(got, fmt.Sprintf("%s v%d %d", edition.Quarter, edition.Version, edition.Incidents))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("editions %q, want %q", got, want)
	}
}

// An incident that opens or ends is in the register within seconds, not only with the
// next of the rounds.
func TestTheRegisterFollowsIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list listing
		config := newRegister(&archive{}).config
		config.Now, config.Incidents = time.Now, &list
		r := New(config)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = r.Run(ctx) }()
		rows := func() []Row {
			time.Sleep(lookEvery)
			synctest.Wait()
			return r.Rows(Filter{})
		}
		if got := rows(); len(got) != 0 {
			t.Fatalf("rows before any incident: %v", got)
		}
		open := ended("whatsapp", time.Now().Add(-time.Minute), time.Hour, "IN-WB")
		open.ClosedAt, open.State = time.Time{}, outage.StateOpen
		list.only.Store(&open)
		if got := rows(); len(got) != 1 || got[0].State != outage.StateOpen {
			t.Fatalf("rows after an incident opened: %v", got)
		}
		closed := open
		closed.ClosedAt, closed.State = time.Now(), outage.StateResolved
		list.only.Store(&closed)
		if got := rows(); len(got) != 1 || got[0].State != outage.StateResolved {
			t.Fatalf("rows after it ended: %v", got)
		}
	})
}

// listing has one incident, or none, which a test may change while the register runs.
type listing struct {
	only atomic.Pointer[public.Incident]
}

func (l *listing) Incidents(context.Context, outage.IncidentFilter, string, int) ([]public.Incident, string, error) {
	if in := l.only.Load(); in != nil {
		return []public.Incident{*in}, "", nil
	}
	return nil, "", nil
}

func TestVersionsOfAQuarter(t *testing.T) {
	first, second := ended("jio", at(2025, 2, 28, 15), time.Hour, "IN-WB"), ended("upi", at(2025, 3, 26, 13), time.Hour)
	a := &archive{now: at(2025, 4, 7, 23), leads: true, incidents: []public.Incident{first}, totals: map[string]int64{first.ID: 900, second.ID: 50}}
	r := newRegister(a)

	refresh(t, r) // within the week after its end
	checkEditions(t, r, "2025-Q1 v0 1", "2025-Q2 v0 0")

	a.now, a.leads = at(2025, 4, 8, 0), false
	refresh(t, r)
	checkEditions(t, r, "2025-Q1 v0 1", "2025-Q2 v0 0") // another server stores
	a.leads = true
	refresh(t, r)
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 0")
	refresh(t, r) // nothing changed
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 0")

	a.incidents = []public.Incident{second, first} // an import
	a.now = at(2025, 4, 8, 23)
	refresh(t, r) // less than a day after the last version
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 0")
	if _, rows, _ := r.Current(Quarter{2025, 1}); len(rows) != 1 {
		t.Errorf("the current file has %d rows before its version is stored", len(rows))
	}
	a.now = at(2025, 4, 9, 0)
	refresh(t, r)
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q1 v2 2", "2025-Q2 v0 0")

	other := newRegister(a) // a server that starts
	refresh(t, other)
	checkEditions(t, other, "2025-Q1 v1 1", "2025-Q1 v2 2", "2025-Q2 v0 0")
	for version, want := range map[int]int{0: 2, 1: 1, 2: 2} {
		if _, rows, err := other.Version(context.Background(), Quarter{2025, 1}, version); err != nil || len(rows) != want || rows[0].Service != "jio" {
			t.Errorf("version %d: %d rows, %v; want %d", version, len(rows), err, want)
		}
	}
	for _, missing := range []struct {
		quarter Quarter
		version int
	}{{Quarter{2025, 1}, 3}, {Quarter{2024, 4}, 0}, {Quarter{2025, 2}, 1}} {
		if _, _, err := other.Version(context.Background(), missing.quarter, missing.version); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeNotFound {
			t.Errorf("%v: %v", missing, err)
		}
	}
}

// Rows without totals are shown while the archive is away and never stored.
func TestRegisterWithoutArchive(t *testing.T) {
	in := ended("jio", at(2025, 2, 28, 15), time.Hour)
	a := &archive{now: at(2025, 5, 1, 0), leads: true, incidents: []public.Incident{in}, totals: map[string]int64{in.ID: 3}}
	r := newRegister(a)
	a.away = errors.New("away")
	if err := r.Refresh(context.Background()); !errors.Is(err, a.away) || len(a.files) != 0 {
		t.Errorf("%v, %d files", err, len(a.files))
	}
	a.away = nil
	refresh(t, r)
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 0")
	a.away = errors.New("away")
	if err := r.Refresh(context.Background()); err == nil {
		t.Error("no error while the archive is away")
	}
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 0") // what was read stays
	a.incidents = append(a.incidents, ended("whatsapp", at(2025, 4, 30, 15), time.Hour))
	if err := r.Refresh(context.Background()); err == nil {
		t.Error("no error while the archive is away")
	}
	checkEditions(t, r, "2025-Q1 v1 1", "2025-Q2 v0 1") // what is not settled goes on
}

func TestRowOfACauseListsWhatItAffected(t *testing.T) {
	cause, affected := ended("jio", at(2025, 2, 28, 15), time.Hour), ended("whatsapp", at(2025, 2, 28, 15), 2*time.Hour)
	affected.Verdict, affected.Cause = outage.LikelyCollateral, "jio"
	later := ended("upi", at(2025, 2, 28, 18), time.Hour) // after its end
	later.Verdict, later.Cause = outage.LikelyCollateral, "jio"
	a := &archive{now: at(2025, 3, 1, 0), incidents: []public.Incident{later, affected, cause}, totals: map[string]int64{cause.ID: 5}}
	r := newRegister(a)
	refresh(t, r)
	for _, c := range []struct {
		filter Filter
		want   string
	}{
		{Filter{Service: "jio"}, "jio"}, {Filter{Service: "whatsapp"}, "jio whatsapp"}, {Filter{Country: "GB"}, ""},
		{Filter{Year: 2025, Quarter: 1}, "jio whatsapp upi"}, {Filter{Year: 2025, Quarter: 2}, ""}, {Filter{Region: "IN-WB"}, ""}, {Filter{}, "jio whatsapp upi"},
	} {
		var got []string
		for _, row := range r.Rows(c.filter) {
			got = append(got, row.Service)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
		}
	}
	rows := r.Rows(Filter{Service: "whatsapp"})
	if body, err := CSV(rows); err != nil || !strings.Contains(string(body), ",jio;whatsapp,5,2025-02-28T15:00:00Z,7,12.3457,likely_cause,,,,2025-02-28T15:00:00Z open;2025-02-28T16:00:00Z resolved\r\n") {
		t.Errorf("%v: %s", err, body)
	}
}

func TestHoursCountOverlapsOnce(t *testing.T) {
	row := func(service string, from, to int, districts ...outage.District) Row {
		end := at(2025, 1, 1, to)
		return Row{Service: service, Country: "IN", Start: at(2025, 1, 1, from), End: &end, Regions: []outage.Region{"IN-WB"}, Districts: districts}
	}
	open := row("upi", 20, 20, "a")
	open.End = nil
	rows := []Row{row("jio", 3, 6, "a", "b"), row("jio", 1, 4, "a"), row("jio", 4, 5, "a"), row("jio", 10, 11, "a"), open}
	var got []string
	for _, h := range HoursOf(rows, LevelDistrict, at(2025, 1, 1, 2), at(2025, 1, 1, 22)) {
		got = append(got, fmt.Sprintf("%s %s %d %s", h.Place, h.Service, h.Incidents, h.Duration))
	}
	if want := []string{"a jio 4 5h0m0s", "b jio 1 3h0m0s", "a upi 1 2h0m0s"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for level, want := range map[Level]int{LevelCountry: 2, LevelRegion: 2, LevelDistrict: 3} {
		if got := HoursOf(rows, level, time.Time{}, at(2025, 1, 2, 0)); len(got) != want {
			t.Errorf("%s: %d places and services, want %d", level, len(got), want)
		}
	}
}

func TestQuarters(t *testing.T) {
	for text, want := range map[string]string{"2025-Q1": "2025-Q1", "2025-q4": "2025-Q4", "2025-Q5": "", "25-Q1": "", "2025Q1": "", "": ""} {
		got, ok := ParseQuarter(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %s, %t", text, got, ok)
		}
	}
	last := QuarterOf(time.Date(2026, 1, 1, 5, 0, 0, 0, time.FixedZone("", 6*3600)))
	if last != (Quarter{2025, 4}) || !last.Start().Equal(at(2025, 10, 1, 0)) || !last.End().Equal(at(2026, 1, 1, 0)) {
		t.Errorf("%s from %s to %s", last, last.Start(), last.End())
	}
}
