package public

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// behind are n reports whose senders named a network, from a number of prefixes: as
// they are counted by place, and by network.
func behind(start outage.Minute, network string, n, prefixes int64, judged float64) []outage.Count {
	plain := live(start, 0, n)
	plain.Judged = judged
	named := plain
	named.Network, named.Prefixes, named.Nodes = network, prefixes, outage.NodeCounts{}
	return []outage.Count{plain, named}
}

func (r *Reader) mustNetworks(t *testing.T, country outage.Country, region outage.Region, span outage.Span) Networks {
	t.Helper()
	networks, err := r.Snapshot().Networks(context.Background(), "whatsapp", country, region, span)
	if err != nil {
		t.Fatal(err)
	}
	return networks
}

var quarterOfTen = outage.Span{From: ten, To: ten + outage.Quarter}

func TestNetworks(t *testing.T) {
	var counts []outage.Count
	counts = append(counts, behind(ten, "jio", 60, 40, 60)...)
	counts = append(counts, behind(ten+1, "airtel", 20, 20, 20)...)
	counts = append(counts, behind(ten+2, "bsnl", 2, 2, 2)...)     // under the minimum count
	counts = append(counts, behind(ten+3, "forged", 200, 1, 2)...) // of one prefix
	counts = append(counts, live(ten+4, 0, 18))                    // who named none
	view := outage.NewView(ten, nil).WithAccess(map[outage.Country]outage.OrdinaryAccess{countrytest.IN: {
		Total: 400, Counts: []outage.AccessCount{{Network: "airtel", Reporters: 100}, {Network: "jio", Reporters: 100}, {Network: "vi", Reporters: 200}},
	}})
	reader := New(Config{Hot: memory(counts), View: func() *outage.View { return view }, Now: (ten + 40).Time})
	got := reader.mustNetworks(t, countrytest.IN, "", outage.Span{From: ten + 3, To: ten + 9})
	if got.Span != quarterOfTen || got.Total != 300 || got.Named != 80 || len(got.Items) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []struct {
		network string
		reports int64
		ratio   float64
		reading Reading
	}{{"jio", 60, 3, ReadingMore}, {"airtel", 20, 1, ReadingUsual}} {
		item := got.Items[i]
		if item.Network != want.network || item.Reports != want.reports || item.Ratio == nil || item.Ratio.Ratio != want.ratio || item.Reading() != want.reading {
			t.Errorf("%+v of %+v, want %+v", item, item.Ratio, want)
		}
	}
	for what, other := range map[string]Networks{
		"both countries":     reader.mustNetworks(t, "", "", quarterOfTen),
		"without a detector": readAt(ten+40, counts...).mustNetworks(t, countrytest.IN, "", quarterOfTen),
	} {
		if len(other.Items) != 2 || other.Items[0].Ratio != nil || other.Items[0].Reading() != ReadingFew {
			t.Errorf("%s: %+v", what, other)
		}
	}
}

// A prefix is counted once in a half hour, so the second quarter hour of one takes what
// the first had, also where the span begins between them.
func TestNetworksOfAHalfHour(t *testing.T) {
	counts := append(behind(ten, "jio", 6, 2, 6), behind(ten+outage.Quarter, "jio", 9, 0, 9)...)
	counts = append(counts, behind(ten+2*outage.Quarter, "jio", 12, 1, 12)...)
	for _, c := range []struct {
		from, to outage.Minute
		want     int64
	}{{0, 3, 15}, {1, 2, 9}, {0, 1, 6}, {2, 3, 0}} {
		span := outage.Span{From: ten + c.from*outage.Quarter, To: ten + c.to*outage.Quarter}
		if got := readAt(ten+80, counts...).mustNetworks(t, countrytest.IN, "", span); got.Named != c.want {
			t.Errorf("quarter hours %d to %d: %d, want %d", c.from, c.to, got.Named, c.want)
		}
	}
}

func TestReadings(t *testing.T) {
	for _, c := range []struct {
		observed, sample, part, whole float64
		want                          Reading
	}{
		{60, 80, 100, 400, ReadingMore}, {20, 80, 100, 400, ReadingUsual}, {2, 80, 100, 400, ReadingLess},
		{2, 4, 100, 400, ReadingFew}, {1, 1, 100, 400, ReadingFew}, {0, 0, 0, 0, ReadingFew},
	} {
		ratio := outage.CompareShares(c.observed, c.sample, c.part, c.whole)
		if got := (NetworkCount{Ratio: &ratio}).Reading(); got != c.want {
			t.Errorf("%v: %s, want %s", c, got, c.want)
		}
	}
}

// TestNetworksKeepTheFloor asks random worlds minute by minute: nothing under the
// minimum count or of one prefix appears, and no two answers differ by less.
func TestNetworksKeepTheFloor(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 5))
	for range 60 {
		var counts memory
		prefixes := map[string]map[outage.Minute]int64{}
		before := map[outage.Region]map[string]int64{"": {}, "IN-WB": {}}
		for minute := ten; minute < ten+3*outage.Quarter; minute++ {
			for range random.IntN(3) {
				network := []string{"jio", "airtel", "bsnl"}[min(random.IntN(3), random.IntN(3))]
				cell := []outage.Cell{0, below(kolkata, 1, 2, 3)}[random.IntN(2)]
				plain := live(minute, cell, 1)
				named := plain
				named.Cell, named.Network, named.Prefixes, named.Nodes = 0, network, random.Int64N(2), outage.NodeCounts{}
				counts = append(counts, plain, named)
				if prefixes[network] == nil {
					prefixes[network] = map[outage.Minute]int64{}
				}
				prefixes[network][minute.Floor(halfHour)] += named.Prefixes
			}
			now := minute
			reader := New(Config{Hot: counts, Now: now.Time})
			span := outage.Span{From: ten, To: ten + 3*outage.Quarter}
			for region, last := range before {
				got := reader.mustNetworks(t, countrytest.IN, region, span)
				if left := got.Total - got.Named; left < 0 || region != "" && left > 0 && left < Floor {
					t.Fatalf("%s: %d of %d are left", region, left, got.Total)
				}
				for _, item := range got.Items {
					if item.Reports < Floor {
						t.Fatalf("%s shows %d of %s", region, item.Reports, item.Network)
					}
					if diff := item.Reports - last[item.Network]; diff != 0 && diff < Floor && diff > -Floor {
						t.Fatalf("%s: %s went from %d to %d", region, item.Network, last[item.Network], item.Reports)
					}
					enough := int64(0)
					for _, n := range prefixes[item.Network] {
						enough = max(enough, n)
					}
					if enough < outage.LeastNetworks {
						t.Fatalf("%s shows %s of at most %d prefixes", region, item.Network, enough)
					}
					last[item.Network] = item.Reports
				}
			}
		}
	}
}
