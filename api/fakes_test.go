package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// now is the instant at which all tests take place.
var now = time.Date(2026, 11, 22, 20, 20, 30, 0, time.UTC)

const (
	kolkata outage.Cell = 0x843cf3bffffffff
	leeds   outage.Cell = 0x84195abffffffff
)

// world is everything behind the API, and what it was asked.
type world struct {
	more       []outage.Record // stand before the other incidents
	asked      []string
	from       outage.Client
	log        bytes.Buffer
	err        error // what the intake and the readings answer
	past       error // what Series answers
	place      bool  // whether receipts have a place
	unresolved bool
	ready      bool
	degraded   []string
	limited    bool
	demo       bool // a past outage is played
	hub        string
}

func (w *world) ask(format string, args ...any) {
	w.asked = append(w.asked, fmt.Sprintf(format, args...))
}

func (w *world) Decode(body []byte) (outage.Submission, error) {
	var said struct {
		Service, Country string
		Location         *outage.LatLng
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return outage.Submission{}, outage.Invalid("", "The body is not JSON.")
	}
	return outage.Submission{Service: said.Service, Country: said.Country, Location: said.Location}, nil
}

func (w *world) Take(_ context.Context, from outage.Client, said outage.Submission, key string) (outage.Receipt, error) {
	w.from = from
	w.ask("take %s %s %q", said.Service, said.Country, key)
	if w.err != nil {
		return outage.Receipt{}, w.err
	}
	receipt := outage.Receipt{ID: "r1", Service: said.Service, Country: countrytest.IN, Counted: true, Undo: "secret"}
	receipt.StatusNumbers = outage.StatusNumbers{Status: outage.StatusElevated, Window: tenMinutes, Observed: 31, Expected: new(2.25)}
	if w.place {
		receipt.Cell, receipt.Region, receipt.District = 0x863cf3b07ffffff, "IN-WB", "IN-WB-kolkata"
	}
	if w.unresolved {
		receipt.Unresolved = &outage.Unresolved{Suggestions: []outage.Place{city, {Name: "India", Kind: outage.PlaceCountry, Country: countrytest.IN}}}
	}
	return receipt, nil
}

func (w *world) TakeBatch(_ context.Context, importer string, lines []byte, key string) (outage.BatchReceipt, error) {
	w.ask("batch %s %d %q", importer, len(lines), key)
	return outage.BatchReceipt{
		Accepted: 2, Counted: 1, Duplicate: 3,
		Rejected: []*outage.Error{{Code: outage.CodeUnknown, Field: "service", Line: 7, Detail: "no service has this name"}},
	}, w.err
}

func (w *world) Owner(key string) string {
	if key == "open" {
		return "importer"
	}
	return ""
}

func (w *world) Place(_ context.Context, _ netip.Addr, id, token, text string, country outage.Country) (outage.Place, error) {
	w.ask("place %s %s %s %q", id, token, text, country)
	switch {
	case w.err != nil:
		return outage.Place{}, w.err
	case token != "secret":
		return outage.Place{}, &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "Wrong token."}
	case text == "Kolkata":
		return city, nil
	}
	fault := outage.Invalid("place", "is not understood")
	fault.Suggestions = []outage.Place{city}
	return outage.Place{}, fault
}

var city = outage.Place{Name: "Kolkata", Kind: outage.PlaceCity, Country: countrytest.IN, Region: "IN-WB", District: "IN-WB-kolkata", Cell: 0x863cf2c67ffffff}

func (w *world) Undo(_ context.Context, _ netip.Addr, id, token string) error {
	if w.limited {
		return &outage.Error{Code: outage.CodeLimited, Detail: "Too many.", RetryAfter: 1500 * time.Millisecond}
	}
	w.ask("undo %s %s", id, token)
	switch {
	case w.err != nil:
		return w.err
	case id == "old":
		return &outage.Error{Code: outage.CodeGone, Detail: "Too late."}
	case id != "r1":
		return &outage.Error{Code: outage.CodeNotFound, Detail: "No such report."}
	case token != "secret":
		return &outage.Error{Code: outage.CodeForbidden, Detail: "The token does not fit.", Field: "undo"}
	}
	return nil
}

// tenMinutes is the window of a health.
const tenMinutes = 10 * time.Minute

// Now and AsOf are those of a snapshot at the instant of all tests.
func (w *world) Now() time.Time  { return now }
func (w *world) AsOf() time.Time { return now.Truncate(time.Minute) }

// within is the code of the finest part of an area.
func within(area outage.Area) string {
	return cmp.Or(string(area.District), string(area.Region))
}

func window(span outage.Span) string {
	return span.From.Time().Format("01-02T15:04") + ".." + span.To.Time().Format("01-02T15:04")
}

func (w *world) Heatmap(_ context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	w.ask("heatmap %q %q %d %s", service, country, resolution, window(span))
	expected, ratio, wrong := 3.00004, 14.0, math.Inf(1)
	return public.Heatmap{
		AsOf: w.AsOf(), Span: span.Snap(outage.Quarter), Service: service, Country: country, Resolution: resolution,
		Total: 56, Unplaced: 3, Withheld: 8, NotYetPlaced: 6,
		Cells: []public.HeatCell{
			{Cell: kolkata, Region: "IN-WB", Reports: 42, Expected: &expected, Ratio: &ratio, Status: outage.StatusOutage},
			{Cell: leeds, Reports: 3, Ratio: &wrong, Status: outage.StatusUnknown},
		},
	}, w.err
}

func (w *world) Places(_ context.Context, service string, country outage.Country, level int, span outage.Span) (public.PlaceTable, error) {
	w.ask("places of level %d %q %q %s", level, service, country, window(span))
	expected, ratio := 3.00004, 14.0
	table := public.PlaceTable{
		AsOf: w.AsOf(), Span: span.Snap(outage.Quarter), Service: service, Country: country, Level: level, Total: 56, Unplaced: 3, Withheld: 8, NotYetPlaced: 6,
		Places: []public.PlaceCount{
			{Region: "IN-WB", Reports: 42, Expected: &expected, Ratio: &ratio, Status: outage.StatusOutage},
			{Region: "GB-TLE", Reports: 3, Status: outage.StatusUnknown},
		},
	}
	if level == outage.LevelDistrict {
		table.Places[0].District, table.Places[1].District = "IN-WB-kolkata", "E08000035"
	}
	return table, w.err
}

func (w *world) RegionOfDistrict(district outage.District) outage.Region {
	return map[outage.District]outage.Region{"IN-WB-kolkata": "IN-WB", "E08000035": "GB-TLE"}[district]
}

func (w *world) DistrictName(district outage.District, _ string) string {
	return map[outage.District]string{"IN-WB-kolkata": "Kolkata", "E08000035": "Leeds"}[district]
}

func (w *world) Series(_ context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error) {
	w.ask("series %q %q %q %s %d", service, area.Country, within(area), window(span), step)
	expected, upper := 1.5, 4.0
	points := []public.Point{
		{Start: span.From, Reports: 5, Works: 1, Back: 2, Expected: &expected, Upper: &upper},
		{Start: span.To - outage.Minute(step), Reports: 7},
	}
	return public.Series{AsOf: w.AsOf(), Span: span, Step: step, Points: points}, errors.Join(w.err, w.past)
}

func (w *world) Days(ctx context.Context, service string, area outage.Area, span outage.Span, _ *time.Location) (public.Series, error) {
	return w.Series(ctx, service, area, span, day)
}

func (w *world) Day(_ context.Context, service string) (public.Day, error) {
	w.ask("day %q", service)
	return public.Day{0: 5, public.Hours - 1: 7}, errors.Join(w.err, w.past)
}

func (w *world) Extent(_ context.Context, in public.Incident) (public.Extent, error) {
	if w.past != nil {
		return public.Extent{}, w.past
	}
	span := in.Span(now)
	return public.Extent{Span: span, Total: 4321, Worst: public.QuarterCount{Start: span.From.Floor(outage.Quarter), Reports: 1234}}, w.err
}

// Extremes are worst around Kolkata.
func (w *world) Extremes(context.Context, string, outage.Country, outage.Span) (public.Extremes, error) {
	return public.Extremes{Worst: []outage.Town{{Name: "Kolkata"}}}, w.past
}

func (w *world) Symptoms(_ context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error) {
	w.ask("symptoms %q %q %q %s", service, area.Country, within(area), window(span))
	if w.past != nil {
		return public.Symptoms{}, w.past
	}
	return public.Symptoms{
		AsOf: w.AsOf(), Span: span.Snap(outage.Quarter), Total: 9, Withheld: 1,
		Items: []public.SymptomCount{{Symptom: "send", Reports: 5, Share: 5.0 / 9}, {Reports: 3, Share: 3.0 / 9}},
	}, w.err
}

func (w *world) Networks(_ context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Networks, error) {
	w.ask("networks %q %q %q %s", service, country, region, window(span))
	if w.past != nil {
		return public.Networks{}, w.past
	}
	jio := outage.CompareShares(60, 80, 100, 400)
	return public.Networks{
		AsOf: w.AsOf(), Span: span.Snap(outage.Quarter), Total: 99, Named: 80,
		Items: []public.NetworkCount{{Network: "jio", Reports: 60, Share: .75, Ratio: &jio}, {Network: "airtel", Reports: 20, Share: .25}},
	}, w.err
}

func (w *world) Health(_ context.Context, service string, country outage.Country) (public.Health, error) {
	expected := 2.25
	if country == countrytest.GB {
		return public.Health{Window: tenMinutes, Status: outage.StatusUnknown, Observed: 1, Reports: 1}, w.err
	}
	incident := public.IncidentOf(meant(), nil)
	other := incident
	other.ID = "whatsapp-in-20261122T1830Z"
	return public.Health{Window: tenMinutes, Status: outage.StatusOutage, Observed: 31, Reports: 44, Expected: &expected, Incident: &incident, Incidents: []public.Incident{incident, other}}, w.err
}

// notice is what the vendor of whatsapp published, 10 minutes after the incident opened.
func notice() outage.Notice {
	opened := now.Add(-80 * time.Minute).Truncate(time.Minute)
	return outage.Notice{
		ID: "n1", Title: "Messages are delayed", State: outage.OfficialMajor, Phase: outage.PhaseIdentified, Link: "https://status.example/n1",
		PublishedAt: opened.Add(10 * time.Minute), UpdatedAt: opened.Add(20 * time.Minute), SeenAt: opened.Add(11 * time.Minute),
	}
}

func (w *world) Official(service string) *public.OfficialStatus {
	if service != "whatsapp" {
		return nil
	}
	return public.OfficialStatusOf(outage.Official{
		Service: service, Source: outage.FromPage, State: outage.OfficialMajor, Page: "https://status.example/",
		Notices: []outage.Notice{notice()}, At: notice().SeenAt, CheckedAt: now,
	})
}

func (w *world) Enter(_ context.Context, service, page string, entered outage.Notice) (outage.Official, error) {
	w.ask("official %s %q %s %q", service, page, entered.State, entered.Title)
	entered.ID, entered.SeenAt = "operator-1", now
	return outage.Official{Service: service, Source: outage.FromOperator, State: entered.State, At: now, Notices: []outage.Notice{entered}}, w.err
}

func (w *world) Withdraw(_ context.Context, service string) (bool, error) {
	w.ask("withdraw %s", service)
	return service == "whatsapp", w.err
}

// withNotice is a record in its public form, as the notices make it.
func withNotice(record outage.Record) public.Incident {
	in := public.IncidentOf(record, nil)
	if in.Service == "whatsapp" {
		in.Official = public.NoticeOf(in, []outage.Notice{notice()}, now)
	}
	return in
}

// meant is an incident that is over, with all that one can have.
func meant() outage.Record {
	opened := now.Add(-80 * time.Minute).Truncate(time.Minute)
	closed := opened.Add(50 * time.Minute)
	return outage.Record{
		Incident: outage.Incident{
			ID: outage.IncidentID("whatsapp", countrytest.IN, opened), Service: "whatsapp", Country: countrytest.IN,
			State: outage.StateResolved, OpenedAt: opened, ClosedAt: closed, Since: outage.MinuteOf(opened) - 8,
			Footprint: outage.Footprint{
				Scope: outage.ScopeRegion, Regions: []outage.Region{"IN-WB"},
				Cells: []outage.CellWeight{{Cell: kolkata, Weight: 120.5}, {Cell: leeds, Weight: 2.99}}, Centroid: outage.LatLng{Lat: 22.5712345, Lng: 88.36},
			},
			Final: true, Observed: 1412, Expected: 18.33333, Threshold: 61.2, Ratio: 1.04, Peak: 77.12345,
			Severity: outage.SeverityCritical, Verdict: outage.LikelyCollateral, Cause: "jio", Parent: "jio-and-others-in-20261122T2246Z",
			Reasons: []outage.Reason{outage.ReasonMany, outage.ReasonNetwork, outage.ReasonOnset},
			Access: &outage.AccessFinding{
				Pattern: outage.AccessOne, Network: "jio", Services: 4, Named: 80,
				ShareRatio: outage.ShareRatio{Observed: 60, Expected: 20, Ratio: 3, Low: 2.4, High: 3.67, Evidence: 35.6},
			},
			Recoveries: []outage.Recovery{
				{Region: "IN-WB", Reports: 900, Ratio: 1.04, Peak: 77.12345, At: closed, Back: 4},
				{Region: "IN-BR", Reports: 2, Ratio: 1, Peak: 2, Back: 2},
				{Region: "IN-OR", Reports: 3, Ratio: 1, Peak: 2, Back: 2},
			},
			Why: meantWhy(outage.MinuteOf(opened)),
		},
		Changes: []outage.Change{
			{At: opened, State: outage.StateOpen, Ratio: 60, Verdict: outage.LikelyCause},
			{At: opened.Add(3 * time.Minute), State: outage.StateOpen, Ratio: 70, Verdict: outage.LikelyCollateral, Cause: "jio"},
			{At: closed, State: outage.StateResolved, Ratio: math.Inf(1)},
		},
	}
}

// meantWhy has a tip and a step that the public must not see in full.
func meantWhy(opened outage.Minute) outage.Explanation {
	return outage.Explanation{
		Window: outage.Span{From: opened - 8, To: opened}, Reports: 1500, Judged: 1412.5, Works: 3,
		Alarming: []outage.Signal{
			{Scope: outage.ScopeCountry, Since: opened - 8, Observed: 1412, Expected: 18.33333, Evidence: 60, Needed: 16, Threshold: 61.2, Alternative: 40, Minute: opened - 1,
				Run: outage.RunSignal{Evidence: 55.12345, Needed: 11.2, Dispersion: .21, Recurrence: 9.5}},
			{Scope: outage.ScopeRegion, Region: "IN-WB", Since: opened - 2, Observed: 300, Expected: 3, Evidence: 30, Needed: 17, Threshold: 9, Alternative: 12},
			{Scope: outage.ScopeCell, Cell: kolkata, Since: opened - 2, Observed: 2, Expected: .01, Evidence: 19, Needed: 18, Threshold: 2, Alternative: 200},
		},
		History: []outage.Step{
			{Minute: opened - 2, Observed: 7, Expected: 1.5, Upper: 1.8, Node: outage.Signal{Scope: outage.ScopeCell, Cell: kolkata, Observed: 6, Evidence: 9, Needed: 18}},
			{Minute: opened - 1, Observed: 40, Expected: 1.5, Upper: 1.8, Node: outage.Signal{Scope: outage.ScopeCountry, Observed: 47, Evidence: 20.12345, Needed: 16}},
		},
	}
}

// scant is an incident under way of which next to nothing is known.
func scant() outage.Record {
	opened := now.Truncate(time.Minute)
	return outage.Record{Incident: outage.Incident{
		ID: outage.IncidentID("virgin-media", countrytest.GB, opened), Service: "virgin-media", Country: countrytest.GB,
		State: outage.StateOpen, OpenedAt: opened, Since: outage.MinuteOf(opened) - 1, Observed: 1, Expected: math.NaN(), Threshold: 1,
		Footprint: outage.Footprint{Scope: outage.ScopeCountry},
		Severity:  outage.SeverityMinor, Verdict: outage.LikelyCause,
	}}
}

func (w *world) Incidents(_ context.Context, filter outage.IncidentFilter, cursor string, limit int) ([]public.Incident, string, error) {
	w.ask("incidents %q %q %q %s %q %d", filter.Service, filter.Country, filter.State, window(filter.Span), cursor, limit)
	if cursor != "" && cursor != "more" {
		return nil, "", outage.Invalid("cursor", "It is not one that this server gave.")
	}
	var found []public.Incident
	pending := scant()
	pending.State = outage.StatePending
	for _, record := range append(w.more, pending, scant(), meant()) {
		if filter.Matches(record.Incident) && (record.State == outage.StatePending) == (filter.State == outage.StatePending) {
			found = append(found, withNotice(record))
		}
	}
	if len(found) > limit {
		return found[:limit], "more", w.err
	}
	return found, "", w.err
}

func (w *world) Incident(_ context.Context, id string) (public.Incident, error) {
	for _, record := range []outage.Record{scant(), meant()} {
		if record.ID == id {
			return withNotice(record), w.err
		}
	}
	return public.Incident{}, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "No incident has this id."}
}

func (w *world) Family(slug string) []outage.Service {
	if slug != "meta" {
		return nil
	}
	whatsapp, _ := w.Service("whatsapp")
	return []outage.Service{
		whatsapp, {Slug: "facebook", Family: "meta"},
		{Slug: "portal", Family: "meta", Country: []outage.Country{countrytest.GB}},
	}
}

func (w *world) RegionName(region outage.Region, _ string) string {
	return map[outage.Region]string{"IN-WB": "West Bengal"}[region]
}

func (w *world) Services() []outage.Service {
	symptoms := []outage.Symptom{{Slug: "send", Names: map[string]string{"en": "Messages not sending", "bn": "মেসেজ যাচ্ছে না"}}}
	return []outage.Service{
		{Slug: "whatsapp", Name: "WhatsApp", Family: "meta", Category: "messaging", Names: map[string]string{"en": "WhatsApp", "hi": "व्हाट्सऐप"}, Symptoms: symptoms},
		{Slug: "virgin-media", Name: "Virgin <b>Media</b>", Category: "broadband", Names: map[string]string{"en": "Virgin <b>Media</b>"}, Country: []outage.Country{countrytest.GB}},
	}
}

func (w *world) Service(slug string) (outage.Service, bool) {
	for _, service := range w.Services() {
		if service.Slug == slug {
			return service, true
		}
	}
	return outage.Service{}, false
}

func (w *world) Search(q string, country outage.Country, limit int) []outage.Place {
	w.ask("places %q %q %d", q, country, limit)
	if q == "nowhere" {
		return nil
	}
	return []outage.Place{{Name: "Kolkata", Kind: outage.PlaceCity, Country: countrytest.IN, Region: "IN-WB", Cell: 0x863cf3b07ffffff}}
}

func (w *world) Center(cell outage.Cell) outage.LatLng {
	first := w.Boundary(cell)[0]
	return outage.LatLng{Lat: first.Lat + .5, Lng: first.Lng + .123456789}
}

// Boundary is a square, clockwise for one cell and counter-clockwise for the other.
func (w *world) Boundary(cell outage.Cell) []outage.LatLng {
	if cell == kolkata {
		return []outage.LatLng{{Lat: 22, Lng: 88}, {Lat: 23.123456789, Lng: 88}, {Lat: 23, Lng: 89}, {Lat: 22, Lng: 89}}
	}
	return []outage.LatLng{{Lat: 53, Lng: -2}, {Lat: 53, Lng: -1}, {Lat: 54, Lng: -1}, {Lat: 54, Lng: -2}}
}

func (w *world) Regions(country outage.Country) []outage.Region {
	return map[outage.Country][]outage.Region{countrytest.GB: {"GB-TLE", "GB-TLI"}, countrytest.IN: {"IN-WB"}}[country]
}

func (w *world) Subscribe(after, service string, country outage.Country) (<-chan outage.Event, func(), error) {
	w.ask("subscribe %q %q %q", after, service, country)
	if w.err != nil {
		return nil, nil, w.err
	}
	events := make(chan outage.Event, 2)
	events <- outage.Event{ID: "k-1", Name: "status", Service: "whatsapp", Country: countrytest.IN, Data: []byte(`{"service":"whatsapp"}`)}
	events <- outage.Event{ID: "k-2", Name: "counts", Service: "whatsapp", Country: countrytest.IN, Data: []byte(`{"service":"whatsapp"}`)}
	close(events)
	return events, func() { w.ask("leave") }, nil
}

func (w *world) Ready() (bool, []string, string) {
	if !w.ready {
		return false, w.degraded, "starting"
	}
	return true, w.degraded, ""
}

func (w *world) Quota(netip.Addr) outage.Quota {
	if w.limited {
		return outage.Quota{Limit: 300, Window: time.Minute, Reset: time.Minute}
	}
	return outage.Quota{Limit: 300, Window: time.Minute, Remaining: 299, Reset: 200 * time.Millisecond}
}

// testOrigins is the one address at which the tests ask.
var testOrigins = forwarded.NewOrigins([]string{"example.com"}, nil)

// app is an app around the world that reads more than any route takes.
func (w *world) app() *fiber.App { return w.appReading(maxBatch + 4<<10) }

// appReading is an app around the world, as the server makes one, that reads
// bodies up to a number of bytes.
func (w *world) appReading(most int) *fiber.App {
	logger := slog.New(slog.NewTextHandler(&w.log, nil))
	app := fiber.New(fiber.Config{BodyLimit: most, ErrorHandler: ErrorHandler(logger, nil)})
	api := New(Config{
		Intake: w, Readings: func() Readings { return w }, Incidents: w, IncidentRegister: quarterlies{}, Services: w, Places: w, Shapes: w, Readiness: w, Streams: w, Limiter: w, Keys: w, Wanted: requests{w},
		Webhooks: hooks{w}, Pushes: pushes{w}, Officials: w, Demo: w.demo, Hub: w.hub,
		// The router's tests have no socket, and their peer is 0.0.0.0.
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")},
		WriteOrigins:   []string{"https://status.example.org"},
		OriginOf:       func(c *fiber.Ctx) string { return testOrigins.Of(netip.Addr{}, "", string(c.Request().Host())) },
		Now:            func() time.Time { return now },
		Logger:         logger,
	})
	if w.limited { // by what others of its network did
		api.streams = ratelimit.NewSlots(0)
		for range 100 {
			api.keyFailures.Failed(netip.IPv4Unspecified(), now)
		}
	}
	api.Register(app)
	// A page with a wide pattern, which must never answer for the API.
	app.Get("/:a/:b?/:c?", func(c *fiber.Ctx) error { return c.SendString("page") })
	return app
}

// requests are the services that people asked for in the world.
type requests struct{ world *world }

func (r requests) List(context.Context) ([]outage.Wanted, error) {
	return []outage.Wanted{{Day: "2026-11-22", Text: "example bank", Networks: 12}}, r.world.err
}
