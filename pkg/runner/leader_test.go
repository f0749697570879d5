package runner

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/incident"
	"github.com/open-downpour/downpour/pkg/lease"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// history is recorded minutes as a source of counts.
type history map[outage.Minute][]outage.Judged

func (h history) Counts(_ context.Context, q outage.Query) ([]outage.Count, error) {
	var counts []outage.Count
	for m := q.Span.From; m < q.Span.To; m++ {
		for _, j := range h[m] {
			counts = append(counts, outage.Count{
				Service: j.Service, Country: j.Country, Cell: j.Cell, Start: m, Kind: outage.Problem,
				N: int64(j.Reporters), Judged: float64(j.Reporters),
			})
		}
	}
	return counts, nil
}

// recorded is sixteen days of minutes, and the state of a detector on the morning before
// their first outage.
var recorded = sync.OnceValues(func() (history, []byte) {
	n, all := enginetest.NewNoise(1), history{}
	line := engine.New(config())
	for m := start; m < start+16*day; m++ {
		all[m] = enginetest.Story(n, m)
		if m < morning {
			if _, err := line.Tick(m, all[m]); err != nil {
				panic(err)
			}
		}
	}
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		panic(err)
	}
	return all, state.Bytes()
})

// morning is ten minutes before the first outage: 2025-01-21T11:50Z.
const morning = outage.Minute(28957670)

// memoryArchive stores incidents for all servers.
type memoryArchive struct {
	mutex   sync.Mutex
	records map[string]outage.Record
}

func (s *memoryArchive) SaveIncidents(_ context.Context, records []outage.Record) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, r := range records {
		if s.records[r.ID].Revision <= r.Revision {
			s.records[r.ID] = r
		}
	}
	return nil
}

func (s *memoryArchive) LoadIncidents(_ context.Context, after int64) (records []outage.Record, latest int64, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, r := range s.records {
		records, latest = append(records, r), max(latest, r.Revision)
	}
	return records, max(latest, after), nil
}

type noNormals struct{}

func (noNormals) KeepNormals(context.Context, []outage.ServiceNormal) error { return nil }

// cluster is what several servers share: recorded minutes, a clock, an archive, a Redis.
type cluster struct {
	t       *testing.T
	client  redis.UniversalClient
	archive *memoryArchive
	history history
	now     time.Time
	number  int
}

func newCluster(t *testing.T, client redis.UniversalClient) *cluster {
	all, state := recorded()
	r := &cluster{t: t, client: client, archive: &memoryArchive{records: map[string]outage.Record{}}, history: all}
	if client != nil {
		if err := client.Set(context.Background(), "dp:{t}:detector", state, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	r.to(morning)
	return r
}

// to sets the clock so that the minute is over.
func (r *cluster) to(m outage.Minute) { r.now = (m + 1).Time().Add(Watermark) }

// server is one of several detectors.
type server struct {
	*Live
	repository *incident.Repository
}

func (r *cluster) server() *server {
	r.number++
	held := lease.New(r.client, "dp:{t}:lead", string(rune('a'+r.number)), time.Hour)
	return r.newServer(held, held.State("dp:{t}:detector"), held.State("dp:{t}:incidents"))
}

func (r *cluster) newServer(held Lease, state States, outbox incident.Outbox) *server {
	logger := slog.New(slog.DiscardHandler)
	now := func() time.Time { return r.now }
	repository := incident.NewRepository(r.archive, outbox, now, logger)
	return &server{repository: repository, Live: NewLive(LiveConfig{
		Engine: config(), Hot: r.history, Past: r.history, HotFrom: func() outage.Minute { return 0 },
		Repository: repository, States: state, Normals: noNormals{}, Lease: held, Now: now, Logger: logger,
	})}
}

// expire ends the lease, as the time of Redis would.
func (r *cluster) expire() {
	if err := r.client.Del(context.Background(), "dp:{t}:lead").Err(); err != nil {
		r.t.Fatal(err)
	}
}

func (s *server) step(t *testing.T) {
	t.Helper()
	if err := s.advance(context.Background()); err != nil && !errors.Is(err, lease.ErrLost) {
		t.Fatal(err)
	}
}

// records are all records of the repository, without their revisions.
func (s *server) records(t *testing.T) []outage.Record {
	t.Helper()
	records, _, err := s.repository.Incidents(context.Background(), outage.IncidentFilter{}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		records[i].Revision = 0
	}
	return records
}

// alone is the incidents and the state of a single server that never stops.
func alone(t *testing.T, last outage.Minute) (records []outage.Record, state []byte) {
	t.Helper()
	all, before := recorded()
	r := &cluster{t: t, archive: &memoryArchive{records: map[string]outage.Record{}}, history: all}
	files := FileState{Path: filepath.Join(t.TempDir(), "detector")}
	if err := files.Store(context.Background(), before); err != nil {
		t.Fatal(err)
	}
	s := r.newServer(nil, files, FileState{Path: filepath.Join(t.TempDir(), "incidents")})
	for m := morning; m <= last; m++ {
		r.to(m)
		s.step(t)
	}
	state, err := files.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if records = s.records(t); len(records) == 0 {
		t.Fatal("nothing was found")
	}
	return records, state
}

// During an outage servers are killed, paused and continued, with and without others in
// between. The incidents and the bytes of the final state equal those of a single server
// that never stopped.
func TestServersTakeTurns(t *testing.T) {
	const last = morning + 180
	want, wantState := alone(t, last)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	r := newCluster(t, redistest.Start(t).Client(t))
	servers := []*server{r.server(), r.server(), r.server()}
	turns := map[string]int{}
	for m := morning; m <= last; m++ {
		r.to(m)
		switch act := random.IntN(8); act {
		case 0: // killed: another process begins in its place
			servers[random.IntN(3)] = r.server()
			r.expire()
			turns["killed"]++
		case 1: // paused for longer than the lease lasts
			r.expire()
			turns["expired"]++
		}
		if random.IntN(3) == 0 {
			continue // no server runs in this minute
		}
		for _, i := range random.Perm(3) {
			if random.IntN(2) == 0 {
				servers[i].step(t)
			}
		}
	}
	t.Logf("turns: %v", turns)
	r.expire()
	final := r.server()
	final.step(t)
	if got := final.records(t); !reflect.DeepEqual(got, want) {
		t.Errorf("seed %d: found %d incidents that differ from the %d of one server", seed, len(got), len(want))
		for i := range min(len(got), len(want)) {
			t.Logf("%s %s %v\nwant %s %s %v", got[i].ID, got[i].State, got[i].Changes, want[i].ID, want[i].State, want[i].Changes)
		}
	}
	state, err := final.config.States.Load(context.Background())
	if err != nil || !bytes.Equal(state, wantState) {
		t.Errorf("seed %d: the state differs, %v", seed, err)
	}
}

// interrupting lets another server take over during an Append.
type interrupting struct {
	Repository
	during func()
}

func (b *interrupting) Append(ctx context.Context, at time.Time, changes []outage.Incident) error {
	if b.during != nil {
		b.during()
		b.during = nil
	}
	return b.Repository.Append(ctx, at, changes)
}

func TestAPausedServerWritesNothing(t *testing.T) {
	const last = morning + 60
	want, wantState := alone(t, last)
	r := newCluster(t, redistest.Start(t).Client(t))
	paused, other := r.server(), r.server()
	interrupted := false
	paused.Live.config.Repository = &interrupting{Repository: paused.repository, during: func() {
		// The lease ends before this server records its changes. Another one takes
		// over and finishes the day.
		interrupted = true
		r.expire()
		r.to(last)
		other.step(t)
	}}
	for m := morning; m <= last && !interrupted; m++ {
		r.to(m)
		if err := paused.advance(context.Background()); (err != nil) != interrupted {
			t.Fatalf("at %s: %v, interrupted %t", m.Time().Format(time.RFC3339), err, interrupted)
		}
	}
	if !interrupted {
		t.Fatal("nothing was recorded")
	}
	paused.step(t)
	if paused.Leads() {
		t.Error("two servers detect")
	}
	if got := other.records(t); !reflect.DeepEqual(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if state, _ := other.config.States.Load(context.Background()); !bytes.Equal(state, wantState) {
		t.Error("the state differs")
	}
	if view := paused.View(); view == nil || view.Minute != last {
		t.Error("the paused server does not follow")
	}
	if got, want := paused.View(), other.View(); !reflect.DeepEqual(got, want) {
		t.Error("the views differ")
	}
}

func TestImportsOfSeveralServers(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		shared := NewRedisState(client, "dp:{t}:imports")
		ctx := context.Background()
		var group sync.WaitGroup
		for i := range outage.Minute(20) { // each on a server of its own
			group.Go(func() {
				imports := NewImports(ImportsConfig{Pending: shared, Now: time.Now})
				if err := imports.Heard(ctx, outage.Span{From: 100 - i, To: 101 + i}, false); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		_, p, err := NewImports(ImportsConfig{Pending: shared}).load(ctx)
		if want := (outage.Span{From: 81, To: 120}); err != nil || p.Span != want {
			t.Errorf("pending %v, %v, want %v", p.Span, err, want)
		}
	})
}

func TestMinutesSeparateKinds(t *testing.T) {
	m := outage.Minute(1000)
	source := counts{
		{Service: "a", Country: countrytest.GB, Start: m, Kind: outage.Problem, N: 9, Judged: 4.6},
		{Service: "a", Country: countrytest.GB, Start: m, Kind: outage.Works, N: 7},
		{Service: "a", Country: countrytest.GB, Start: m, Kind: outage.Back, N: 2},
		{Service: "a", Country: countrytest.GB, Start: m, Kind: outage.Back, N: -1},
		{Service: "a", Country: "FR", Start: m, Kind: outage.Problem, N: 3, Judged: 3}, // covered before
	}
	got, err := Minutes(context.Background(), source, nil, outage.Span{From: m, To: m + 1})
	want := []outage.Judged{
		{Service: "a", Country: countrytest.GB, Reporters: 5, Capped: 4},
		{Service: "a", Country: countrytest.GB, Works: 7},
		{Service: "a", Country: countrytest.GB, Back: 2},
	}
	if err != nil || !reflect.DeepEqual(got[m], want) {
		t.Errorf("%+v, %v, want %+v", got[m], err, want)
	}
}

type counts []outage.Count

func (c counts) Counts(context.Context, outage.Query) ([]outage.Count, error) { return c, nil }
