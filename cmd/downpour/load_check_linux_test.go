package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/tools/load"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// TestLoadIsArchived sends what a crowd sends to a server over engines of its own, beside readers
// and streams, and compares the ledger with the archive.
func TestLoadIsArchived(t *testing.T) {
	loaded, err := world.Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	one, archive := serveOverEngines(t)
	ledger := filepath.Join(t.TempDir(), "ledger")
	got, err := load.Run(t.Context(), load.Config{
		To: "http://" + one.at, Rate: 300, Duration: 3 * time.Second, Mix: load.Crowd, Readers: 10, Streams: 5,
		Clients: 1 << 20, Open: 100, Timeout: 30 * time.Second, Seed: seed, Ledger: ledger,
	}, loaded.Services, townsOf(loaded.Towns()))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %+v %+v", got, *got.Reads, *got.Streams)
	if got.Accepted != 900 || got.Counted == got.Accepted || got.Reads.Requests == 0 || got.Reads.Errors > 0 || got.Streams.Opened != 5 || got.Streams.Ended > 0 {
		t.Errorf("%+v %+v %+v", got, *got.Reads, *got.Streams)
	}
	check := loadCheckCommand{Ledger: ledger, Clickhouse: archive.url()}
	eventually(t, "the archive has all", func() bool { return check.Run(t.Context()) == nil })
	file, err := os.OpenFile(ledger, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(`{"id":"0001c8a1b20123456789abcdef","status":202}` + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := check.Run(t.Context()); err == nil {
		t.Error("a report that the archive does not have is not missed")
	}
}
