package bucket

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"downpour/pkg/outage"
	"downpour/pkg/redistest"
)

// from is a report of a person in a network and a block.
func (b *bench) from(person, prefix, block uint64) outage.Report {
	report := b.report(person, "whatsapp", outage.Problem)
	report.ID = outage.NewReportID(block, b.now)
	report.Prefix = prefix
	report.Origin = outage.Origin{Epoch: 1, Next: prefix + 1<<40, Block: block}
	return report
}

// judged is what the detector sees of the half hour under way, and how many
// networks it came from.
func (b *bench) judged() (reporters float64, networks int64) {
	start := outage.MinuteOf(b.now.Truncate(outage.HalfHour))
	for _, count := range b.counts(outage.Query{Service: "whatsapp", Span: outage.Span{From: start, To: start + 30}}) {
		reporters, networks = reporters+count.Judged, networks+count.Prefixes
	}
	return reporters, networks
}

// people adds n reports of different people behind a network.
func (b *bench) people(n int, prefix, block uint64) {
	for i := range n {
		b.add(b.from(prefix<<20+uint64(b.now.Unix())<<8+uint64(i), prefix, block))
	}
}

// days lets a network report for some days, so many people a day.
func (b *bench) days(days, each int, prefix, block uint64) {
	for range days {
		b.people(each, prefix, block)
		b.now = b.now.Add(24 * time.Hour)
	}
}

// early begins a memory within the first days of epoch 1, so that both keys live
// on.
func early(b *bench) {
	b.now = time.Unix(int64(outage.OriginKeyStep/time.Second)*2, 0).UTC().Add(9 * time.Hour)
	for shard := range Shards {
		if err := b.redis.client.Set(b.t.Context(), base(shard)+"alive", b.now.Unix(), 0).Err(); err != nil {
			b.t.Fatal(err)
		}
	}
}

func TestCapGrowsWithUsualReporters(t *testing.T) {
	for _, c := range []struct {
		name        string
		each        int // on a usual day
		least, most float64
	}{
		{"never many", 1, 1, 1.7},
		{"usually 32", 32, 5, 7.5},
		{"usually 160", 160, 21, 31.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				early(b)
				b.days(8, c.each, 7, 70)
				b.people(200, 7, 70)
				if judged, networks := b.judged(); judged < c.least || judged > c.most || networks != 1 {
					t.Errorf("200 reports are judged as %v of %d networks, want %v to %v of one", judged, networks, c.least, c.most)
				}
			})
		})
	}
}

func TestCapDoesNotGrowWithTheDayItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		early(b)
		b.days(8, 1, 7, 70)
		b.people(1000, 7, 70)
		b.now = b.now.Add(31 * time.Minute)
		b.people(100, 7, 70)
		if judged, _ := b.judged(); judged > 1.7 {
			t.Errorf("the second half hour of a flood is judged as %v", judged)
		}
	})
}

func TestNewNetworksOfABlockPassForOne(t *testing.T) {
	for _, c := range []struct {
		name     string
		learnt   int // days
		block    func(i uint64) uint64
		most     float64
		networks int64
	}{
		{"one block, after a week", 8, func(uint64) uint64 { return 70 }, 1.5, 1},
		{"a block each, after a week", 8, func(i uint64) uint64 { return 1<<44 + 16*i }, 30, 20},
		{"one block, before anybody is known", 2, func(uint64) uint64 { return 70 }, 30, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				early(b)
				b.now = b.now.Add(time.Duration(c.learnt) * 24 * time.Hour)
				for i := range uint64(20) {
					b.people(30, 100+i, c.block(i))
				}
				judged, networks := b.judged()
				if judged > c.most || networks != c.networks {
					t.Errorf("20 networks are judged as %v of %d, want %v at most of %d", judged, networks, c.most, c.networks)
				}
			})
		})
	}
}

func TestHostersLearnNothing(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		early(b)
		for range 8 {
			for i := range uint64(160) {
				report := b.from(i, 7, 70)
				report.Origin.Hosted = true
				b.add(report)
			}
			b.now = b.now.Add(24 * time.Hour)
		}
		for i := range uint64(200) {
			report := b.from(1000+i, 7, 70)
			report.Origin.Hosted = true
			b.add(report)
		}
		if judged, _ := b.judged(); judged > 1.7 {
			t.Errorf("a hoster that reports each day is judged as %v", judged)
		}
	})
}
