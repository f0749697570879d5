package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/cell/celltest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
	"github.com/open-downpour/downpour/pkg/runner"
)

// experience is the state of a detector that has watched WhatsApp in the UK for
// eight days up to a minute, at two reports a minute.
func experience(t *testing.T, until outage.Minute) []byte {
	t.Helper()
	line := engine.New(engine.DefaultConfig(celltest.Geography(t)))
	for m := until - 8*24*60; m <= until; m++ {
		if _, err := line.Tick(m, []outage.Judged{{Service: "whatsapp", Country: countrytest.GB, Reporters: int(m % 5)}}); err != nil {
			t.Fatal(err)
		}
	}
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		t.Fatal(err)
	}
	return state.Bytes()
}

// outcry sends reports through servers, each from a block of networks of its own, until
// it is told to stop.
func outcry(bases []string) (stop func()) {
	over := make(chan struct{})
	var senders sync.WaitGroup
	for i := range 4 {
		senders.Go(func() {
			ticks := time.NewTicker(100 * time.Millisecond)
			defer ticks.Stop()
			for n := i; ; n += 4 {
				select {
				case <-over:
					return
				case <-ticks.C:
				}
				request, err := http.NewRequest(http.MethodPost, bases[n/4%len(bases)]+"/api/v1/reports", strings.NewReader(`{"service":"whatsapp","country":"GB"}`))
				if err != nil {
					panic(err) // the address is ours
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("X-Forwarded-For", fmt.Sprintf("11.%d.%d.7", n&0xff, n>>8&0xff))
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
				if response, err := http.DefaultClient.Do(request.WithContext(ctx)); err == nil {
					response.Body.Close()
				}
				cancel()
			}
		})
	}
	return func() { close(over); senders.Wait() }
}

// knownTo are the ids of the incidents of a server's API.
func knownTo(base string) (ids []string) {
	_, body := fetch(base + "/api/v1/incidents?service=whatsapp")
	var list struct {
		Items []struct{ ID string }
	}
	_ = json.Unmarshal([]byte(body), &list)
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

// detecting is how often a server has logged that it detects.
func (p *process) detecting() int { return strings.Count(p.output.String(), "msg=detecting") }

// Two servers watch over one outage. The one that detects is stopped, goes on
// again, and the one that took over is killed: there is one incident all along,
// and both tell of it.
func TestTwoServersDetectOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for minutes to end")
	}
	t.Parallel()
	counters, shelf := redistest.Start(t), newVault(t, t.TempDir())
	shelf.startAndWait(t)
	client := counters.Client(t)
	before := outage.MinuteOf(time.Now().Add(-runner.Watermark)) - 1
	if err := client.Set(context.Background(), detectKeys+"detector", experience(t, before), 0).Err(); err != nil {
		t.Fatal(err)
	}
	var servers []*process
	var bases []string
	for range 2 {
		address := redistest.FreeAddress(t)
		server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--redis", counters.URL(), "--clickhouse", shelf.url())
		server.start(t)
		servers, bases = append(servers, server), append(bases, "http://"+address)
	}
	for _, base := range bases {
		eventually(t, "a server is ready", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	}
	eventually(t, "one detects", func() bool { return servers[0].detecting()+servers[1].detecting() == 1 })
	first, second := 0, 1
	if servers[1].detecting() > 0 {
		first, second = 1, 0
	}
	stop := outcry(bases)
	defer func() { stop() }()
	for _, base := range bases {
		eventually(t, "the incident is listed", func() bool { return len(knownTo(base)) == 1 })
	}
	id := knownTo(bases[first])

	signal := func(p *process, s syscall.Signal) {
		if err := p.running.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	signal(servers[first], syscall.SIGSTOP)
	eventually(t, "the other takes over", func() bool { return servers[second].detecting() == 1 })
	signal(servers[first], syscall.SIGCONT)
	state := func() string { return client.Get(context.Background(), detectKeys+"detector").Val() }
	at := state()
	eventually(t, "the state moves on", func() bool { return state() != at })
	if servers[first].detecting() != 1 {
		t.Error("the one that was stopped took the lease back from the one that has it")
	}
	servers[second].kill()
	eventually(t, "the first takes over again", func() bool { return servers[first].detecting() == 2 })
	at = state()
	eventually(t, "the state moves on", func() bool { return state() != at })
	servers[second].start(t)
	eventually(t, "the other is back", func() bool { return slices.Equal(knownTo(bases[second]), id) })
	if got := knownTo(bases[first]); !slices.Equal(got, id) {
		t.Errorf("there are the incidents %v, want %v", got, id)
	}
	if term := client.Get(context.Background(), detectKeys+"lead:term").Val(); term != "3" {
		t.Errorf("the lease was taken %s times, want 3", term)
	}
}
