package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
	"github.com/open-downpour/downpour/pkg/runner"
)

// noArchive is an archive that keeps neither normals nor files of the register.
type noArchive struct{}

func (noArchive) KeepNormals(context.Context, []outage.ServiceNormal) error { return nil }
func (noArchive) RegisterFiles(context.Context) ([]outage.RegisterFile, error) {
	return nil, nil
}
func (noArchive) RegisterFile(context.Context, string, int) (outage.RegisterFile, error) {
	return outage.RegisterFile{}, nil
}
func (noArchive) SaveRegisterFile(context.Context, outage.RegisterFile) error { return nil }

// detector runs the detector of the server by its clock, without an archive.
func (s *server) detector() *runner.Live {
	live := runner.NewLive(runner.LiveConfig{
		Engine: s.app.liveTimeline(), Hot: s.app.hot, Blocks: s.app.redis, Past: s.app.hot,
		HotFrom: func() outage.Minute { return s.app.hot.Span().From }, WarmUp: time.Minute,
		Repository: publishing{s.app.repository, s.app.publish, func() {}}, States: runner.FileState{Path: filepath.Join(s.t.TempDir(), "state")},
		Normals: noArchive{}, Now: s.now, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	s.app.live = live // whose view the pages show
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- live.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		<-ended
	})
	return live
}

// A crowd in Dublin and one in the east of the made-up country report, by coordinate and by
// code. Each has an incident in its region, which the list, the page, the map and the register
// show.
func TestLiveIncidentsOfMoreCountries(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the detector")
	}
	s := newServerOf(t, moreCountries(t), "embedded", func(*serveCommand) {})
	live, from, people := s.detector(), s.now(), 0
	reached := func(at time.Time) {
		t.Helper()
		if err := s.app.hot.Refresh(t.Context()); err != nil { // before the minute is over
			t.Fatal(err)
		}
		s.set(at)
		eventually(t, "the detector", func() bool { return live.Reached() >= outage.MinuteOf(at.Add(-runner.Watermark)) })
	}
	reached(from)
	crowds := map[outage.Country]struct {
		region outage.Region
		where  []string
	}{
		"IE": {"IE-D", []string{`"location":{"lat":53.3498,"lng":-6.2603}`, `"place":"D02"`}},
		"XZ": {"XZ-E", []string{`"location":{"lat":40.2,"lng":-39.5}`, `"place":"X201"`}},
	}
	for minute := range 16 {
		reached(from.Add(time.Duration(3+minute) * time.Minute))
		for _, crowd := range crowds {
			for i := range 20 {
				who := sender{addr: fmt.Sprintf("%d.%d.1.9", 20+people/200, people%200), agent: "Mozilla/5.0", language: "en"}
				if got := s.report(who, `{"service":"whatsapp",`+crowd.where[i%2]+`}`, ""); got.status != http.StatusAccepted {
					t.Fatalf("%s: %d %s", crowd.where[i%2], got.status, got.body)
				}
				people++
			}
		}
	}
	reached(from.Add(20 * time.Minute))
	made := register.New(register.Config{
		Incidents: public.NewIncidents(s.app.repository, s.app.reader, s.app.geography), Store: noArchive{},
		Extent: func(context.Context, public.Incident) (public.Extent, error) { return public.Extent{}, nil },
		Leads:  func() bool { return false }, Now: s.now,
	})
	if err := made.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for code, crowd := range crowds {
		var list struct {
			Items []struct {
				ID      string
				Regions []outage.Region
			}
		}
		s.read("/api/v1/incidents", url.Values{"country": {string(code)}}, &list)
		if len(list.Items) != 1 || !slices.Contains(list.Items[0].Regions, crowd.region) {
			t.Errorf("%s: incidents %+v, want one in %s", code, list.Items, crowd.region)
			continue
		}
		id := list.Items[0].ID
		for path, want := range map[string]string{
			"/incidents/" + id: "WhatsApp", "/" + strings.ToLower(string(code)) + "/whatsapp": id, "/map?country=" + string(code): `class="coast"`,
		} {
			if got := s.send(bob, http.MethodGet, path, "", http.Header{"Accept-Language": {"en"}}); got.status != http.StatusOK || !strings.Contains(string(got.body), want) {
				t.Errorf("%s: %d, want %q", path, got.status, want)
			}
		}
		rows := made.Rows(register.Filter{Country: code, Region: crowd.region})
		if len(rows) != 1 || rows[0].ID != id {
			t.Errorf("%s: the register has %+v", code, rows)
		}
	}
}
