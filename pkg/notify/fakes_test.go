package notify

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// memory is a Store in memory. history has its content after each write.
type memory struct {
	mutex   sync.Mutex
	entries map[[2]string][]byte
	history []map[[2]string][]byte
}

func newMemory(entries map[[2]string][]byte) *memory { return &memory{entries: maps.Clone(entries)} }

func (m *memory) Get(_ context.Context, kind, name string) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.entries[[2]string{kind, name}], nil
}

func (m *memory) All(_ context.Context, kind string) (map[string][]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found := map[string][]byte{}
	for key, value := range m.entries {
		if key[0] == kind {
			found[key[1]] = value
		}
	}
	return found, nil
}

func (m *memory) Count(_ context.Context, kind string) (int, error) {
	all, err := m.All(context.Background(), kind)
	return len(all), err
}

func (m *memory) Claim(_ context.Context, e Entry) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if stored := m.entries[[2]string{e.Kind, e.Name}]; stored != nil {
		return stored, nil
	}
	m.write([]Entry{e})
	return e.Value, nil
}

func (m *memory) Write(_ context.Context, entries []Entry) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.write(entries)
	return nil
}

func (m *memory) write(entries []Entry) {
	if m.entries == nil {
		m.entries = map[[2]string][]byte{}
	}
	for _, e := range entries {
		if key := [2]string{e.Kind, e.Name}; e.Value == nil {
			delete(m.entries, key)
		} else {
			m.entries[key] = e.Value
		}
	}
	m.history = append(m.history, maps.Clone(m.entries))
}

// world is the incidents, the catalogue and the geography.
type world struct {
	mutex     sync.Mutex
	incidents map[string]public.Incident
	official  outage.Official
}

func (w *world) Official(string) (outage.Official, bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.official, w.official.State != ""
}

func (w *world) says(state outage.OfficialState) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.official = outage.Official{State: state, At: time.Now()}
}

func (w *world) set(in public.Incident) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.incidents == nil {
		w.incidents = map[string]public.Incident{}
	}
	w.incidents[in.ID] = in
}

func (w *world) Incidents(_ context.Context, filter outage.IncidentFilter, _ string, _ int) (page []public.Incident, next string, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, in := range w.incidents {
		if filter.Matches(outage.Incident{ID: in.ID, State: in.State, Service: in.Service, Country: in.Country, OpenedAt: in.OpenedAt, ClosedAt: in.ClosedAt}) {
			page = append(page, in)
		}
	}
	return page, "", nil
}

func (w *world) Incident(_ context.Context, id string) (public.Incident, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	in, ok := w.incidents[id]
	if !ok {
		return in, &outage.Error{Code: outage.CodeNotFound}
	}
	return in, nil
}

var catalogue = []outage.Service{
	{Slug: "chat", Name: "Chat", Family: "talk", Symptoms: []outage.Symptom{{Slug: "send"}}},
	{Slug: "bank", Name: "Bank & Co <b>"},
}

func (w *world) Services() []outage.Service { return catalogue }
func (w *world) Service(slug string) (outage.Service, bool) {
	at := slices.IndexFunc(catalogue, func(s outage.Service) bool { return s.Slug == slug })
	if at < 0 {
		return outage.Service{}, false
	}
	return catalogue[at], true
}

func (w *world) Regions(country outage.Country) []outage.Region {
	return map[outage.Country][]outage.Region{countrytest.IN: {"IN-WB", "IN-KA"}}[country]
}

func (w *world) RegionOfDistrict(district outage.District) outage.Region {
	return map[outage.District]outage.Region{"IN-WB-kolkata": "IN-WB"}[district]
}

func (w *world) RegionName(region outage.Region, _ string) string { return string(region) }
func (w *world) Now() time.Time                                   { return time.Now() }

func (w *world) Extent(context.Context, public.Incident) (public.Extent, error) {
	return public.Extent{}, nil
}

func (w *world) Extremes(context.Context, string, outage.Country, outage.Span) (public.Extremes, error) {
	return public.Extremes{}, nil
}

func (w *world) Symptoms(context.Context, string, outage.Area, outage.Span) (public.Symptoms, error) {
	return public.Symptoms{Total: 10, Items: []public.SymptomCount{{Symptom: "send", Reports: 8}, {Symptom: "other", Reports: 1}}}, nil
}

// incident is one that opens now.
func incident(id string) public.Incident {
	now := time.Now()
	return public.Incident{
		ID: id, Service: "chat", Country: countrytest.IN, State: outage.StateOpen, OpenedAt: now, Since: outage.MinuteOf(now) - 5,
		Footprint: public.Footprint{Scope: outage.ScopeRegion, Regions: []outage.Region{"IN-WB"}, Districts: []outage.District{"IN-WB-kolkata"}},
		Observed:  30, Expected: 2, Ratio: 15, Peak: 15, Severity: outage.SeverityMinor, Verdict: outage.LikelyCause,
	}
}

// post is a request that a receiver took or refused.
type post struct {
	host, id string
	header   http.Header
	body     []byte
	status   int
	at       time.Time
}

// internet answers every request by a function of it.
type internet struct {
	answer func(*http.Request) (status int, err error)
	mutex  sync.Mutex
	posts  []post
}

func (i *internet) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	status, err := i.answer(request)
	if err != nil {
		return nil, err
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.posts = append(i.posts, post{request.URL.Host, request.Header.Get("webhook-id"), request.Header, body, status, time.Now()})
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil)), Request: request}, nil
}

// taken are the ids that a host took, in order.
func (i *internet) taken(host string) (ids []string) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	for _, p := range i.posts {
		if p.host == host && p.status < 300 {
			ids = append(ids, p.id)
		}
	}
	return ids
}

func always(status int) func(*http.Request) (int, error) {
	return func(*http.Request) (int, error) { return status, nil }
}

// service is one over a world, a store and an internet.
func service(t testing.TB, w *world, store Store, net *internet) *Service {
	t.Helper()
	return New(Config{
		Store: store, Incidents: w, Counts: func() Counts { return w }, Services: w, Shapes: w, Official: w.Official, Leads: func() bool { return true },
		Client: &http.Client{Transport: net}, PublicURL: "https://downpour.example", Logger: slog.New(slog.DiscardHandler),
	})
}

// start runs a service; the returned function ends it.
func start(t testing.TB, s *Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// subscribe adds a webhook of a host.
func subscribe(t testing.TB, s *Service, host string, settings Settings) Webhook {
	t.Helper()
	settings.URL = "https://" + host + "/hook"
	made, err := s.Create(context.Background(), "ops", settings, "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}
