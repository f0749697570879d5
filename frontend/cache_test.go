package frontend

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// countingReadings counts the readings of the health of WhatsApp, and may be slow.
type countingReadings struct {
	pagetest.Readings
	asked *atomic.Int64
	wait  time.Duration
}

func (c countingReadings) Health(ctx context.Context, service string, country outage.Country) (public.Health, error) {
	if service == "whatsapp" {
		c.asked.Add(1)
	}
	time.Sleep(c.wait)
	return c.Readings.Health(ctx, service, country)
}

func TestOneRenderingForATick(t *testing.T) {
	now, asked := pagetest.Noon, &atomic.Int64{}
	_, app := testSite(t, func(c *Config) {
		c.Now, c.Readings = func() time.Time { return now }, always(countingReadings{asked: asked})
	})
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{0, 1}, {0, 1}, {tick - 1, 1}, {1, 2}, {tick, 3}} {
		now = now.Add(step.after)
		get(t, app, "/in/whatsapp")
		if got := asked.Load(); got != step.want {
			t.Fatalf("%v after noon: read %d times, want %d", now.Sub(pagetest.Noon), got, step.want)
		}
	}
}

func TestTheCacheIsCleared(t *testing.T) {
	now := pagetest.Noon
	site, app := testSite(t, func(c *Config) { c.Now = func() time.Time { return now } })
	for _, path := range everyPage {
		get(t, app, path)
	}
	now = now.Add(tick + staleFor)
	get(t, app, "/bn")
	if site.cache.Len() != 1 {
		t.Errorf("%d pages in the cache, want 1", site.cache.Len())
	}
}

func TestPartialPagesAreMadeAgainSooner(t *testing.T) {
	now, asked := pagetest.Noon, &atomic.Int64{}
	_, app := testSite(t, func(c *Config) {
		c.Now = func() time.Time { return now }
		c.Readings = always(countingReadings{Readings: pagetest.Readings{Err: pagetest.ErrAway}, asked: asked})
	})
	get(t, app, "/in/whatsapp")
	now = now.Add(tickPartial)
	get(t, app, "/in/whatsapp")
	if got := asked.Load(); got != 2 {
		t.Errorf("read %d times, want 2", got)
	}
}

func TestACrowdSharesOneRendering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := &atomic.Int64{}
		site, _ := testSite(t, func(c *Config) { c.Readings = always(countingReadings{asked: asked, wait: time.Second}) })
		at := address.Address{Lang: "en", Country: countrytest.IN, Service: "whatsapp"}
		var crowd sync.WaitGroup
		for range 50 {
			crowd.Go(func() {
				if _, err := site.cache.GetOrFill(t.Context(), at.Path(), func(context.Context) (*response, error) { return site.makePage(at) }); err != nil {
					t.Error(err)
				}
			})
		}
		crowd.Wait()
		if got := asked.Load(); got != 1 {
			t.Errorf("read %d times for a crowd, want 1", got)
		}
	})
}

func TestACrowdDoesNotWaitForTheNextPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := &atomic.Int64{}
		now := pagetest.Noon
		site, _ := testSite(t, func(c *Config) {
			c.Readings, c.Now = always(countingReadings{asked: asked, wait: time.Second}), func() time.Time { return now }
		})
		at := address.Address{Lang: "en", Country: countrytest.IN, Service: "whatsapp"}
		take := func() (took time.Duration) {
			start := time.Now()
			if _, err := site.cache.GetOrFill(t.Context(), at.Key(), func(context.Context) (*response, error) { return site.makePage(at) }); err != nil {
				t.Error(err)
			}
			return time.Since(start)
		}
		take()
		var waited atomic.Int64
		var crowd sync.WaitGroup
		now = pagetest.Noon.Add(tick)
		crowd.Go(func() { take() })
		synctest.Wait() // the next page is being made
		for range 50 {
			crowd.Go(func() {
				if take() > 0 {
					waited.Add(1)
				}
			})
		}
		crowd.Wait()
		if n := waited.Load(); n != 0 || asked.Load() != 2 {
			t.Errorf("%d of 50 waited, and the numbers were read %d times; want none and 2", n, asked.Load())
		}
	})
}

func TestCompression(t *testing.T) {
	_, app := testSite(t, nil)
	plain := get(t, app, "/in/whatsapp").body
	for accept, want := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "gzip, deflate, br, zstd": "br", "br;q=0, gzip": "gzip", "deflate": "",
	} {
		request := httptest.NewRequest(http.MethodGet, "/in/whatsapp", nil)
		request.Header.Set("Accept-Encoding", accept)
		got := ask(t, app, request)
		if encoding := got.header.Get("Content-Encoding"); encoding != want {
			t.Errorf("Accept-Encoding %q: encoding %q, want %q", accept, encoding, want)
			continue
		}
		var unpacked io.Reader = strings.NewReader(got.body)
		switch want {
		case "br":
			unpacked = brotli.NewReader(unpacked)
		case "gzip":
			reader, err := gzip.NewReader(unpacked)
			if err != nil {
				t.Fatal(err)
			}
			unpacked = reader
		}
		if body, err := io.ReadAll(unpacked); err != nil || string(body) != plain {
			t.Errorf("Accept-Encoding %q: other page, error %v", accept, err)
		}
	}
}

// BenchmarkService renders a page; BenchmarkCached takes one from the cache.
func BenchmarkService(b *testing.B) {
	site, _ := testSite(b, nil)
	for b.Loop() {
		page, err := site.makePage(address.Address{Lang: "bn", Service: "whatsapp"})
		if err != nil {
			b.Fatal(err)
		}
		page.Encoded("br", func(...string) string { return "br" })
	}
}

func BenchmarkCached(b *testing.B) {
	_, app := testSite(b, nil)
	for b.Loop() {
		get(b, app, "/bn/whatsapp")
	}
}
