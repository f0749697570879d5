package bucket

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// from is a report of a person in a network and a block.
func (b *bench) from(person, prefix, block uint64) outage.Report {
	report := b.report(person, "whatsapp", outage.Problem)
	report.ID = outage.NewReportID(block, b.now)
	report.Prefix = prefix
	report.Origin = outage.Origin{Epoch: 1, Next: prefix + 1<<40, Block: block, Person: person}
	return report
}

// judged is the weighted reports of the current half hour, and the number of their
// networks.
func (b *bench) judged() (reporters float64, networks int64) {
	start := outage.MinuteOf(b.now.Truncate(outage.HalfHour))
	for _, count := range b.counts(outage.Query{Service: "whatsapp", Span: outage.Span{From: start, To: start + 30}}) {
		reporters, networks = reporters+count.Judged, networks+count.Prefixes
	}
	return reporters, networks
}

// people adds n reports of different people of one network.
func (b *bench) people(n int, prefix, block uint64) {
	for i := range n {
		b.add(b.from(prefix<<20+uint64(b.now.Unix())<<8+uint64(i), prefix, block))
	}
}

// days adds reports of a network for some days, from so many people a day.
func (b *bench) days(days, each int, prefix, block uint64) {
	for range days {
		b.people(each, prefix, block)
		b.now = b.now.Add(24 * time.Hour)
	}
}

// early begins the counters within the first days of epoch 1, so that both keys stay
// valid.
func early(b *bench) {
	b.now = time.Unix(int64(outage.OriginKeyStep/time.Second)*2, 0).UTC().Add(9 * time.Hour)
	for shard := range Shards {
		if err := b.redis.client.Set(b.t.Context(), base(shard)+"alive", b.now.Unix(), 0).Err(); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestCapGrowsWithUsualPeople trains a network for up to four weeks. The people added on a
// day at most double from week to week.
func TestCapGrowsWithUsualPeople(t *testing.T) {
	for _, c := range []struct {
		name        string
		days, each  int // on a usual day
		least, most float64
	}{
		{"one person a day", 27, 1, 1, 1.8},
		{"32 people a day, for a week", 7, 32, 1.4, 2.3},
		{"32 people a day, for two weeks", 14, 32, 1.6, 2.7},
		{"160 people a day, for four weeks", 27, 160, 1.8, 3.8},
	} {
		t.Run(c.name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
				b := newBench(t, client)
				early(b)
				b.days(c.days, c.each, 7, 70)
				b.people(200, 7, 70)
				if judged, networks := b.judged(); judged < c.least || judged > c.most || networks != 1 {
					t.Errorf("200 reports weigh %v, of %d networks, want %v to %v of one", judged, networks, c.least, c.most)
				}
			})
		})
	}
}

// TestTokensDoNotCountAsPeople trains a network with one address and many tokens.
func TestTokensDoNotCountAsPeople(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		early(b)
		for range 14 {
			for i := range uint64(160) {
				report := b.from(uint64(b.now.Unix())<<8+i, 7, 70)
				report.Origin.Person = 12345
				b.add(report)
			}
			b.now = b.now.Add(24 * time.Hour)
		}
		b.people(250, 7, 70)
		if judged, _ := b.judged(); judged > 1.7 {
			t.Errorf("the reports of an address with 160 tokens a day weigh %v", judged)
		}
	})
}

// TestYoungerKeyTakesOver continues with the next key for networks, which inherits the
// weekly allowance.
func TestYoungerKeyTakesOver(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		early(b)
		b.days(13, 64, 7, 70)
		before, _ := b.judgedNow(7, 70, 1)
		b.now = b.now.Add(36 * time.Hour)
		after, _ := b.judgedNow(7+1<<40, 70, 2)
		if after < .7*before || after < 1.4 {
			t.Errorf("weight %v under the next key, %v before", after, before)
		}
	})
}

// judgedNow is the weight of 100 people of a network, hashed under the key of an epoch.
func (b *bench) judgedNow(prefix, block uint64, epoch int64) (float64, int64) {
	for i := range uint64(100) {
		report := b.from(prefix<<20+uint64(b.now.Unix())<<8+i, prefix, block)
		report.Origin.Epoch = epoch
		b.add(report)
	}
	return b.judged()
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
			t.Errorf("the second half hour of a flood weighs %v", judged)
		}
	})
}

func TestNewNetworksOfABlockCountAsOne(t *testing.T) {
	for _, c := range []struct {
		name     string
		learnt   int // days
		block    func(i uint64) uint64
		most     float64
		networks int64
	}{
		{"one block, after a week", 8, func(uint64) uint64 { return 70 }, 1.5, 1},
		{"one block, in the first minute", 0, func(uint64) uint64 { return 70 }, 1.5, 1},
		{"a block each, after a week", 8, func(i uint64) uint64 { return 1<<44 + 16*i }, 30, 20},
		{"a block each, in the first minute", 0, func(i uint64) uint64 { return 1<<44 + 16*i }, 30, 20},
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
					t.Errorf("20 networks weigh %v and count as %d, want %v at most and %d", judged, networks, c.most, c.networks)
				}
			})
		})
	}
}

func TestHostersGainNoCap(t *testing.T) {
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
			t.Errorf("a hoster that reports each day weighs %v", judged)
		}
	})
}

// TestBlocksAddUp compares the parts of blocks with the weighted reports.
func TestBlocksAddUp(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		early(b)
		b.people(30, 7, 70)
		b.people(5, 8, 1<<44)
		minute := outage.MinuteOf(b.now)
		counts, err := b.redis.Blocks(t.Context(), outage.Span{From: minute, To: minute + 1})
		if err != nil {
			t.Fatal(err)
		}
		blocks, sum := map[uint64]float64{}, 0.
		for _, count := range counts {
			if count.Service != "whatsapp" || count.Start != minute {
				t.Errorf("a part of %q at %v", count.Service, count.Start)
			}
			blocks[count.Block] += count.Reporters
			sum += count.Reporters
		}
		if judged, _ := b.judged(); len(blocks) != 2 || sum < judged-.01 || sum > judged+.01 {
			t.Errorf("%d blocks have %v of %v judged reporters", len(blocks), sum, judged)
		}
	})
}

// Any field of a minute's blocks is decoded or rejected.
func FuzzDecodeBlock(f *testing.F) {
	f.Add("whatsapp|IN|863cf2caf|\x00|\xff\x7c12", "1500")
	f.Add("|||123456", "1")
	f.Add("short", "x")
	f.Fuzz(func(t *testing.T, field, value string) {
		if count, err := decodeBlock(field, value); err == nil && count.Block>>48 != 0 {
			t.Errorf("block %x has more than 48 bits", count.Block)
		}
	})
}
