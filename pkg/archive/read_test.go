package archive

import (
	"cmp"
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

var (
	testNow  = time.Date(2026, 11, 22, 10, 7, 30, 0, time.UTC)
	testSpan = outage.Span{From: outage.MinuteOf(testNow.Add(-20 * time.Hour)), To: outage.MinuteOf(testNow) + 1}
	always   = outage.Span{From: -1 << 40, To: 1 << 40}
)

func randomQuery(random *rand.Rand) outage.Query {
	from := testSpan.From + outage.Minute(random.IntN(int(testSpan.To-testSpan.From)))
	query := outage.Query{
		Span: outage.Span{From: from, To: from + 1 + outage.Minute(random.IntN(600))}, ByPlace: random.IntN(2) == 0, BySymptom: random.IntN(2) == 0,
		Service: []string{"", "whatsapp", "jio"}[random.IntN(3)], Country: []outage.Country{"", countrytest.GB, countrytest.IN}[random.IntN(3)],
	}
	if random.IntN(4) == 0 {
		query.ByNetwork, query.BySymptom = true, false
	}
	query.Step = []int{0, 1, 5, 15, 60, 1440}[random.IntN(6)]
	if random.IntN(2) == 0 {
		query.Span = query.Span.Snap(outage.Quarter)
	}
	return query
}

func withoutDistricts(entries []outage.Entry) []outage.Entry {
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i].District = ""
	}
	return entries
}

func TestCountsAreThoseOfAModel(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		random := seeded(t)
		entries := randomEntries(t, random, 1500, testSpan)
		insertAll(t, random, prepared(t, db), entries)
		checkTables(t, db, entries)
		plain, undivided := model{entries, always}, model{withoutDistricts(entries), always}
		for range 150 {
			query := randomQuery(random)
			got, err := db.Counts(context.Background(), query)
			must(t, err)
			of := plain
			if !quarters(query) { // minutes do not know districts
				of = undivided
			}
			want, err := of.Counts(context.Background(), query)
			must(t, err)
			if quarters(query) && !query.ByNetwork { // which do not count the networks of half hours
				want = slices.DeleteFunc(withoutPrefixes(want), func(c outage.Count) bool { return c.N == 0 && c.Submissions == 0 && c.Judged == 0 })
			}
			if !quarters(query) { // minutes do not know the nodes of networks
				for i := range want {
					want[i].Nodes = outage.NodeCounts{}
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%+v:\ngot  %+v\nwant %+v", query, got, want)
			}
		}
	})
}

func withoutPrefixes(counts []outage.Count) []outage.Count {
	for i := range counts {
		counts[i].Prefixes = 0
	}
	return counts
}

// The same window is asked of Redis's place in the reader alone, of both
// sources cut at some border, and of the archive alone.
func TestEveryBorderGivesTheSameAnswers(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		random := seeded(t)
		entries := randomEntries(t, random, 2500, testSpan)
		insertAll(t, random, prepared(t, db), entries)
		now := func() time.Time { return testNow }
		hot := public.New(public.Config{Hot: model{entries, always}, Now: now})
		for range 40 {
			border := testSpan.From + outage.Minute(random.IntN(int(testSpan.To-testSpan.From)))
			split := public.New(public.Config{Hot: model{entries, outage.Span{From: border, To: always.To}}, Past: db, Now: now})
			query := randomQuery(random)
			compareReaders(t, hot, split, query, border)
		}
	})
}

func compareReaders(t *testing.T, hot, split *public.Reader, query outage.Query, border outage.Minute) {
	t.Helper()
	ctx := context.Background()
	same := func(what string, got, want any, err error) {
		t.Helper()
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s of %+v with the border at %d:\ngot  %+v\nwant %+v", what, query, border, got, want)
		}
	}
	for resolution := outage.CellCoarse; resolution <= outage.CellFine; resolution++ {
		want, err := hot.Snapshot().Heatmap(ctx, query.Service, query.Country, resolution, query.Span)
		must(t, err)
		got, err := split.Snapshot().Heatmap(ctx, query.Service, query.Country, resolution, query.Span)
		same("heatmap", got, want, err)
	}
	for _, level := range []int{outage.LevelRegion, outage.LevelDistrict} {
		want, err := hot.Snapshot().Places(ctx, query.Service, query.Country, level, query.Span)
		must(t, err)
		got, err := split.Snapshot().Places(ctx, query.Service, query.Country, level, query.Span)
		same("places", got, want, err)
	}
	for _, region := range []outage.Region{"", "GB-TLE", "IN-WB"} {
		country := cmp.Or(region.Country(), query.Country)
		want, err := hot.Snapshot().Series(ctx, query.Service, outage.Area{Country: country, Region: region}, query.Span, 15)
		must(t, err)
		got, err := split.Snapshot().Series(ctx, query.Service, outage.Area{Country: country, Region: region}, query.Span, 15)
		same("series", got, want, err)
		wantSymptoms, err := hot.Snapshot().Symptoms(ctx, query.Service, outage.Area{Country: country, Region: region}, query.Span)
		must(t, err)
		gotSymptoms, err := split.Snapshot().Symptoms(ctx, query.Service, outage.Area{Country: country, Region: region}, query.Span)
		same("symptoms", gotSymptoms, wantSymptoms, err)
	}
}

// Cases 11 to 14 of the rules of counting, by the archive.
func TestFloorOfTheArchive(t *testing.T) {
	random := seeded(t)
	places, err := geography()
	must(t, err)
	leeds, _, region, err := places.Locate(outage.LatLng{Lat: 53.8, Lng: -1.55})
	must(t, err)
	var siblings []outage.Cell
	for digit := range outage.Cell(7) {
		const shift = 3 * (15 - outage.CellFine)
		siblings = append(siblings, leeds&^(7<<shift)|digit<<shift)
	}
	for name, c := range map[string]struct {
		counts      []int
		fine        []int64 // shown at resolution 6, most first
		parent      []int64 // shown at resolution 5
		unplacedToo int
		live        bool // came as they were made
	}{
		"one in a village": {counts: []int{1}},
		"two and two":      {counts: []int{2, 2}, parent: []int64{4}},
		"three and two":    {counts: []int{3, 2}, fine: []int64{3}, parent: []int64{3}},
		"three, two, one":  {counts: []int{3, 2, 1}, fine: []int64{3}, parent: []int64{6}},
		"unplaced as well": {counts: []int{5}, fine: []int64{5}, parent: []int64{5}, unplacedToo: 2},
		// What was shown while the quarter hour was open grows by three at least.
		"four, live":            {counts: []int{4}, fine: []int64{3}, parent: []int64{3}, live: true},
		"five and one, live":    {counts: []int{5, 1}, fine: []int64{3}, parent: []int64{6}, live: true},
		"two and two, live":     {counts: []int{2, 2}, parent: []int64{4}, live: true},
		"eight and seven, live": {counts: []int{8, 7}, fine: []int64{8, 7}, parent: []int64{15}, live: true},
	} {
		t.Run(name, func(t *testing.T) {
			db := prepared(t, embeddedDB(t))
			var entries []outage.Entry
			add := func(n int, cell outage.Cell, region outage.Region) {
				for range n {
					e := outage.Entry{Sign: 1, Counted: true, Weight: 1, Nodes: 1<<outage.NodeLevels - 1}
					e.Report = outage.Report{ID: outage.NewReportID(random.Uint64(), testNow), Service: "jio", Kind: outage.Problem,
						Country: countrytest.GB, Region: region, Cell: cell, At: testNow.Add(-time.Hour), Keyed: !c.live}
					entries = append(entries, e)
				}
			}
			for i, n := range c.counts {
				add(n, siblings[i], region)
			}
			add(c.unplacedToo, 0, "")
			must(t, db.insert(context.Background(), "floor", entries))
			for resolution, want := range map[int][]int64{outage.CellFine: c.fine, outage.CellFine - 1: c.parent} {
				table, err := db.Table(context.Background(), outage.Query{Span: testSpan.Snap(outage.Quarter)}, resolution, public.Floor)
				must(t, err)
				var got []int64
				for _, row := range table.Rows {
					got = append(got, row.Reports)
					if row.Judged != float64(row.Reports) { // the weight of each is 1
						t.Errorf("%d reports are judged as %g", row.Reports, row.Judged)
					}
				}
				if !slices.Equal(got, want) || table.Total != int64(len(entries)) || table.Unplaced != int64(c.unplacedToo) {
					t.Errorf("at resolution %d: %+v, want rows of %v", resolution, table, want)
				}
			}
		})
	}
}

func TestEntriesRoundTrip(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		random := seeded(t)
		now := time.Now().UTC().Truncate(time.Minute)
		entries := randomEntries(t, random, 800, outage.Span{From: outage.MinuteOf(now.Add(-50 * time.Minute)), To: outage.MinuteOf(now)})
		insertAll(t, random, prepared(t, db), entries)
		var got []outage.Entry
		must(t, db.Entries(context.Background(), now.Add(-time.Hour), func(e outage.Entry) { got = append(got, e) }))
		undone := map[outage.ReportID]bool{}
		for _, e := range got {
			if undone[e.ID] {
				t.Fatalf("the retraction of %s comes before it", e.ID)
			}
			undone[e.ID] = e.Sign < 0
		}
		order := func(a, b outage.Entry) int {
			return cmp.Or(cmp.Compare(a.ID.Random, b.ID.Random), cmp.Compare(a.Sign, b.Sign))
		}
		slices.SortFunc(got, order)
		want := slices.SortedFunc(slices.Values(entries), order)
		for i := range want {
			if i >= len(got) || !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("entry %d of %d:\ngot  %+v\nwant %+v", i, len(want), got[min(i, len(got)-1)], want[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d entries, want %d", len(got), len(want))
		}
	})
}

// ShardCounts restores counters, so it must tell apart what they do.
func TestShardCountsAreThoseOfAModel(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		random := seeded(t)
		now := outage.MinuteOf(time.Now())
		span := outage.Span{From: now - 20*60, To: now}
		entries := randomEntries(t, random, 800, span)
		insertAll(t, random, prepared(t, db), entries)
		from := span.From + 300
		got, want := map[byte]outage.Sums{}, map[byte]outage.Sums{}
		by := outage.Query{Step: 1, ByPlace: true, BySymptom: true, ByNetwork: true}
		add := func(to map[byte]outage.Sums, shard byte, count outage.Count) {
			if to[shard] == nil {
				to[shard] = outage.Sums{}
			}
			to[shard].Add(count, by)
		}
		must(t, db.ShardCounts(context.Background(), from, func(shard byte, count outage.Count) { add(got, shard, count) }))
		for _, e := range entries {
			if e.Minute() >= from {
				add(want, e.ID.Shard%bucket.Shards, countOf(e))
				if c, ok := accessOf(e); ok {
					add(want, e.ID.Shard%bucket.Shards, c)
				}
			}
		}
		for shard := range 256 {
			if !slices.Equal(got[byte(shard)].Counts(), want[byte(shard)].Counts()) {
				t.Errorf("shard %d: got %+v, want %+v", shard, got[byte(shard)].Counts(), want[byte(shard)].Counts())
			}
		}
	})
}
