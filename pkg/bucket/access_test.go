package bucket

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// naming is a report behind a prefix whose sender names an access network.
func (b *bench) naming(reporter, prefix uint64, network string) outage.Report {
	report := b.behind(reporter, prefix, kolkata)
	report.Network, report.Symptom = network, "send"
	report.Origin = outage.Origin{Block: prefix << 16}
	return report
}

// access are the counts by network since the quarter hour began.
func (b *bench) access(byPlace bool) []outage.Count {
	start := outage.MinuteOf(b.now).Floor(outage.Quarter)
	return b.counts(outage.Query{Span: outage.Span{From: start, To: start + outage.Quarter}, ByNetwork: true, ByPlace: byPlace})
}

func count(network string, region outage.Region, n int64, judged float64, prefixes int64) outage.Count {
	start := outage.MinuteOf(moment("10:00:00"))
	return outage.Count{
		Service: "whatsapp", Country: countrytest.IN, Region: region, Start: start, Kind: outage.Problem, Network: network,
		N: n, Submissions: n, Judged: judged, Prefixes: prefixes,
	}
}

// TestAccessNetworksAreCounted counts who named which network: not repeats, not those
// for whom it works, and of one prefix no more than its cap.
func TestAccessNetworksAreCounted(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.at("10:00:00")
		works := b.naming(4, 48, "jio")
		works.Kind = outage.Works
		elsewhere := b.naming(5, 64, "jio")
		elsewhere.Region, elsewhere.Cell = "", 0
		for _, report := range []outage.Report{
			b.naming(1, 16, "jio"), b.naming(1, 16, "jio"), b.naming(2, 32, "jio"), b.naming(3, 32, "airtel"), works, elsewhere, b.naming(6, 80, ""),
		} {
			b.add(report)
		}
		if got, want := b.access(true), []outage.Count{
			count("jio", "", 1, 1, 1), count("airtel", "IN-WB", 1, .125, 0), count("jio", "IN-WB", 2, 2, 2),
		}; !reflect.DeepEqual(got, want) {
			t.Errorf("by region:\ngot  %+v\nwant %+v", got, want)
		}
		if got, want := b.access(false), []outage.Count{count("airtel", "", 1, .125, 0), count("jio", "", 3, 3, 3)}; !reflect.DeepEqual(got, want) {
			t.Errorf("in the country:\ngot  %+v\nwant %+v", got, want)
		}
		if n := b.total("whatsapp", outage.Problem); n != 5 {
			t.Errorf("%d problem reports in all, want 5", n)
		}
		before := b.access(true)
		past := archived{b.entries()}
		if err := client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Restore(context.Background(), past); err != nil {
			t.Fatal(err)
		}
		if got := b.access(true); !reflect.DeepEqual(got, before) {
			t.Errorf("after data loss:\ngot  %+v\nwant %+v", got, before)
		}
		if err := b.store.Undo(context.Background(), elsewhere.ID, elsewhere.UndoHash); err != nil {
			t.Fatal(err)
		}
		if got, want := b.access(true), before[1:]; !reflect.DeepEqual(got, want) {
			t.Errorf("after one was undone:\ngot  %+v\nwant %+v", got, want)
		}
	})
}

// TestOnePrefixNamesANetwork lets one network of machines name a provider 200 times.
func TestOnePrefixNamesANetwork(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.at("10:00:00")
		for reporter := range uint64(200) {
			b.add(b.naming(100+reporter, 16, "jio"))
		}
		if got := b.access(false)[0]; got.N != 200 || got.Judged > 1.7 || got.Prefixes != 1 {
			t.Errorf("200 reports of one prefix are %+v", got)
		}
	})
}

func moment(clock string) time.Time {
	of, _ := time.Parse("15:04:05", clock)
	return time.Date(2026, 11, 22, of.Hour(), of.Minute(), of.Second(), 0, time.UTC)
}
