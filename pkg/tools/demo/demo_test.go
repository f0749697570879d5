package demo

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// fakeServer is an archive, an intake and a geography that remember what they got.
type fakeServer struct {
	mutex   sync.Mutex
	tokens  []string
	loaded  int
	earlier outage.Minute // of the first report that was loaded
	later   outage.Minute // of the last one
	merging []bool
	refuse  int // batches, before one is taken
	batches []time.Time
}

func (f *fakeServer) Load(_ context.Context, token string, entries []outage.Entry) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.tokens = append(f.tokens, token)
	f.loaded += len(entries)
	for i := range entries {
		at := outage.MinuteOf(entries[i].At)
		if f.earlier == 0 || at < f.earlier {
			f.earlier = at
		}
		f.later = max(f.later, at)
	}
	return nil
}

func (f *fakeServer) Merge(_ context.Context, may bool) error {
	f.merging = append(f.merging, may)
	return nil
}

func (f *fakeServer) TakeBatch(context.Context, string, []byte, string) (outage.BatchReceipt, error) {
	if f.refuse > 0 {
		f.refuse--
		return outage.BatchReceipt{}, errors.New("away")
	}
	f.batches = append(f.batches, time.Now())
	return outage.BatchReceipt{}, nil
}

func (*fakeServer) DistrictOf(outage.Cell, outage.Region) outage.District { return "" }

func (f *fakeServer) Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error) {
	return 1, countrytest.GB, "GB-LND", nil
}

// newTestDemo is a demo connected to a fake server.
func newTestDemo(t *testing.T, now func() time.Time) (*Demo, *fakeServer) {
	t.Helper()
	server := &fakeServer{}
	played, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(Config{World: played, Geography: server, HotWindow: 6 * time.Hour, Now: now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d.Connect(Server{
		Archive: server, Intake: server, Reached: func() outage.Minute { return d.started },
		Ready: func(context.Context) error { return nil },
	})
	return d, server
}

func TestLoadFillsTheArchiveUpToTheStart(t *testing.T) {
	if testing.Short() {
		t.Skip("draws the reports of four weeks")
	}
	now := time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	d, server := newTestDemo(t, func() time.Time { return now })
	if d.Loaded() == 1 {
		t.Error("it is loaded before it begins")
	}
	if err := d.load(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := errors.Join(d.WhenRecent(context.Background()), d.WhenFilled(context.Background())); err != nil {
		t.Error(err)
	}
	if d.Loaded() != 1 || server.loaded == 0 || !slices.Equal(server.merging, []bool{false}) {
		t.Errorf("loaded %f with %d reports, merging %v", d.Loaded(), server.loaded, server.merging)
	}
	if server.later >= d.started || d.started-server.earlier < learnMinutes {
		t.Errorf("loaded from %s to %s", server.earlier.Time(), server.later.Time())
	}
	slices.Sort(server.tokens)
	if n := len(server.tokens); n < 2 || len(slices.Compact(server.tokens)) != n {
		t.Errorf("tokens %v", server.tokens)
	}
	if d.AlertFrom() != d.started-alertMinutes || d.WarmUp() != learnMinutes*time.Minute || len(d.Sources()) == 0 {
		t.Errorf("alerts from %v, warm-up %s, %d sources", d.AlertFrom(), d.WarmUp(), len(d.Sources()))
	}
	other, _ := newTestDemo(t, func() time.Time { return now })
	if err := other.load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while loading: %v", err)
	}
}

func TestNoDemoIsLoaded(t *testing.T) {
	var none *Demo
	ctx := context.Background()
	if err := errors.Join(none.WhenRecent(ctx), none.WhenFilled(ctx)); err != nil || none.AlertFrom() != 0 || none.WarmUp() != 0 {
		t.Errorf("%v, %v, %v", err, none.AlertFrom(), none.WarmUp())
	}
}

// A report is sent once its time is over, and again while the intake refuses it.
func TestPlaySendsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, server := newTestDemo(t, time.Now)
		server.refuse = 2
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		began := time.Now()
		if err := d.play(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if len(server.batches) == 0 {
			t.Fatal("nothing was sent")
		}
		if server.refuse > 0 || server.batches[0].Sub(began) < sendEvery {
			t.Errorf("%d refusals left, the first batch after %s", server.refuse, server.batches[0].Sub(began))
		}
	})
}

// vendor remembers what it said, and when.
type vendor struct {
	notices []outage.Notice
	at      []time.Time
}

func (v *vendor) Enter(_ context.Context, _, _ string, n outage.Notice) (outage.Official, error) {
	v.notices, v.at = append(v.notices, n), append(v.at, time.Now())
	return outage.Official{}, nil
}

// The vendor speaks later than the people, and the last thing it says is that it is over.
func TestVendorSpeaksInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := newTestDemo(t, time.Now)
		v := &vendor{}
		d.Official = v
		close(d.filled)
		began := (d.script.Began + d.shift()).Time()
		if err := d.playNotices(t.Context()); err != nil || len(v.notices) != len(d.script.Notices) {
			t.Fatalf("%d notices, %v", len(v.notices), err)
		}
		first, last := v.notices[0], v.notices[len(v.notices)-1]
		if late := first.PublishedAt.Sub(began); late != 29*time.Minute || v.at[0].Before(first.PublishedAt) || last.Phase != outage.PhaseResolved {
			t.Errorf("first %s after the people, at %s, last %+v", late, v.at[0], last)
		}
	})
}

func TestEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo")
	for range 2 {
		if err := Empty(path); err != nil || !IsDirectory(path) {
			t.Fatal(err)
		}
		left := filepath.Join(path, "left")
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("a file of the demo before: %v", err)
		}
		if err := os.WriteFile(left, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Empty(other); err == nil || !strings.Contains(err.Error(), "holds something that is no demo") || IsDirectory(other) {
		t.Errorf("over other data: %v", err)
	}
}
