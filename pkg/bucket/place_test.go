package bucket

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

func TestPlacesAreReadAsWritten(t *testing.T) {
	regions, districts := []outage.Region{"", "IN-WB", "IN-JH"}, []outage.District{"", "IN-WB-a", "IN-WB-b"}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for range 1000 {
		at := where{regions[random.IntN(3)], districts[random.IntN(3)], []outage.Cell{0, kolkata, kolkata ^ 1<<(3*(15-outage.CellFine))}[random.IntN(3)]}
		for _, of := range []PlaceOf{nil, placesOfTest} {
			if got, err := of.unpack(of.pack(at)); err != nil || got != at {
				t.Errorf("%+v as %q: %+v, %v", at, of.pack(at), got, err)
			}
		}
	}
	region, district := placesOfTest(kolkata)
	if text := PlaceOf(placesOfTest).pack(where{region, district, kolkata}); text != packCell(kolkata) {
		t.Errorf("what the cell says is stored as well: %s", text)
	}
	for _, text := range []string{"x", "@IN-WB~a~x@", "zz@IN-WB"} {
		if at, err := PlaceOf(nil).unpack(text); err == nil && PlaceOf(nil).pack(at) != text {
			t.Errorf("%q is read as %+v", text, at)
		}
	}
}

// placed are the reports of the last half hour, by place.
func (b *bench) placed() map[where]int64 {
	now := outage.MinuteOf(b.now)
	found := map[where]int64{}
	for _, count := range b.counts(outage.Query{Span: outage.Span{From: now - 30, To: now + 1}, ByPlace: true}) {
		if count.N != 0 {
			found[where{count.Region, count.District, count.Cell}] += count.N
		}
	}
	return found
}

func TestMove(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		ctx := context.Background()
		report := b.behind(1, 16, 0)
		report.Network = "jio"
		b.add(report)
		region := outage.Place{Country: countrytest.IN, Region: "IN-WB"}
		cell := outage.Place{Country: countrytest.IN, Region: "IN-WB", Cell: kolkata}
		_, cell.District = placesOfTest(kolkata)
		code := func(err error) outage.Code {
			if err == nil {
				return ""
			}
			return outage.AsError(err).Code
		}
		check := func(what string, err error, wantCode outage.Code, want where) {
			t.Helper()
			if got := code(err); got != wantCode {
				t.Errorf("%s: %v, want %q", what, err, wantCode)
			}
			placed := b.placed()
			if n := placed[want]; n != 1 || len(placed) != 1 {
				t.Errorf("%s: %v, want one report in %+v", what, placed, want)
			}
		}
		check("at first", nil, "", where{})
		check("a wrong token", b.store.Move(ctx, report.ID, report.UndoHash+1, cell), outage.CodeForbidden, where{})
		check("to a region", b.store.Move(ctx, report.ID, report.UndoHash, region), "", where{region: "IN-WB"})
		check("again", b.store.Move(ctx, report.ID, report.UndoHash, region), "", where{region: "IN-WB"})
		check("to another region", b.store.Move(ctx, report.ID, report.UndoHash, outage.Place{Country: countrytest.IN, Region: "IN-JH"}), outage.CodeConflict, where{region: "IN-WB"})
		there := where{cell.Region, cell.District, kolkata}
		check("to a cell", b.store.Move(ctx, report.ID, report.UndoHash, cell), "", there)
		check("back to the region", b.store.Move(ctx, report.ID, report.UndoHash, region), outage.CodeConflict, there)
		if got, want := b.nodes(), (outage.NodeCounts{1, 1, 1, 1, 1, int64(len(cell.District)) / max(1, int64(len(cell.District)))}); got != want {
			t.Errorf("networks of its nodes: %v, want %v", got, want)
		}
		other := b.report(2, "whatsapp", outage.Problem)
		b.add(other)
		if n := b.counts(outage.Query{Span: outage.Span{From: outage.MinuteOf(b.now), To: outage.MinuteOf(b.now) + 1}, ByPlace: true, ByNetwork: true}); len(n) != 1 || n[0].N != 1 || n[0].Region != "IN-WB" {
			t.Errorf("by network: %+v", n)
		}
		if err := b.store.Undo(ctx, other.ID, other.UndoHash); err != nil {
			t.Fatal(err)
		}

		past := archived{b.entries()}
		if err := client.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Restore(ctx, past); err != nil {
			t.Fatal(err)
		}
		check("after the memory was lost", b.store.Move(ctx, report.ID, report.UndoHash, cell), "", there)
		if err := b.store.Undo(ctx, report.ID, report.UndoHash); err != nil {
			t.Fatal(err)
		}
		if placed := b.placed(); len(placed) != 0 {
			t.Errorf("taken back: %v", placed)
		}
		if got := code(b.store.Move(ctx, report.ID, report.UndoHash, cell)); got != outage.CodeNotFound {
			t.Errorf("moved after it was taken back: %q", got)
		}
		b.at("10:11:00")
		late := b.behind(3, 32, 0)
		late.At = b.now.Add(-11 * 60e9)
		b.add(late)
		if got := code(b.store.Move(ctx, late.ID, late.UndoHash, cell)); got != outage.CodeGone {
			t.Errorf("after 11 minutes: %q", got)
		}
	})
}
