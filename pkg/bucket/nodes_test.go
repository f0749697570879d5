package bucket

import (
	"context"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// behind is a report of a reporter behind a network, in a cell.
func (b *bench) behind(reporter, prefix uint64, cell outage.Cell) outage.Report {
	report := b.report(reporter, "whatsapp", outage.Problem)
	report.ID = outage.NewReportID(prefix, b.now)
	report.Prefix, report.Cell = prefix, cell
	if cell == 0 {
		report.Region = ""
	}
	return report
}

// nodes are the networks of the current quarter hour, by level.
func (b *bench) nodes() (nodes outage.NodeCounts) {
	start := outage.MinuteOf(b.now).Floor(outage.Quarter)
	for _, count := range b.counts(outage.Query{Span: outage.Span{From: start, To: start + outage.Quarter}, ByPlace: true}) {
		nodes = nodes.Plus(count.Nodes)
	}
	return nodes
}

// TestNetworksOfNodes counts the first two networks of each node of the public
// table in a quarter hour, for any number of reporters behind them.
func TestNetworksOfNodes(t *testing.T) {
	const near = kolkata ^ 1<<(3*(15-6))  // in the same cell of resolution 5
	const far = kolkata ^ 1<<(3*(15-4)+1) // in the same cell of resolution 3
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		var sent []outage.Report
		for _, step := range []struct {
			what             string
			clock            string
			reporter, prefix uint64
			cell             outage.Cell
			want             outage.NodeCounts
		}{
			{"the first of a network", "10:00:00", 1, 16, kolkata, outage.NodeCounts{1, 1, 1, 1, 1}},
			{"another of it", "10:00:01", 2, 16, kolkata, outage.NodeCounts{1, 1, 1, 1, 1}},
			{"the same network in a near cell", "10:00:02", 3, 16, near, outage.NodeCounts{2, 1, 1, 1, 1}},
			{"a second network, far away", "10:00:03", 4, 32, far, outage.NodeCounts{3, 2, 2, 2, 2}},
			{"a third network", "10:00:04", 5, 48, kolkata, outage.NodeCounts{4, 3, 3, 2, 2}},
			{"a fourth network", "10:00:05", 6, 64, kolkata, outage.NodeCounts{4, 3, 3, 2, 2}},
			{"a repeat", "10:14:59", 1, 16, kolkata, outage.NodeCounts{4, 3, 3, 2, 2}},
			{"the next quarter hour", "10:15:00", 7, 16, kolkata, outage.NodeCounts{1, 1, 1, 1, 1}},
			{"no place", "10:15:01", 8, 32, 0, outage.NodeCounts{1, 1, 1, 1, 1}},
		} {
			b.at(step.clock)
			report := b.behind(step.reporter, step.prefix, step.cell)
			sent = append(sent, report)
			b.add(report)
			if got := b.nodes(); got != step.want {
				t.Errorf("%s: %v, want %v", step.what, got, step.want)
			}
		}
		first := sent[7]
		if err := b.store.Undo(context.Background(), first.ID, first.UndoHash); err != nil {
			t.Fatal(err)
		}
		if got := b.nodes(); got != (outage.NodeCounts{}) {
			t.Errorf("after the only report was undone: %v", got)
		}
		keyed := b.behind(9, 80, kolkata)
		keyed.Keyed = true
		b.add(keyed)
		if got := b.nodes(); got != (outage.NodeCounts{}) {
			t.Errorf("an importer's report has a network: %v", got)
		}
		log := b.entries()
		if at := slices.IndexFunc(log, func(e outage.Entry) bool { return e.Reporter == 4 }); log[at].Nodes != 0b11111 {
			t.Errorf("the log has the levels %b of the far report", log[at].Nodes)
		}
	})
}

// A network that reports from two districts is one in the larger cells, which districts do
// not divide.
func TestNetworkOfTwoDistricts(t *testing.T) {
	b := newBench(t, redistest.Embedded(t))
	for i, district := range []outage.District{"IN-WB-a", "IN-WB-b"} {
		report := b.behind(uint64(i+1), 16, kolkata)
		report.District = district
		b.add(report)
	}
	if got, want := b.nodes(), (outage.NodeCounts{2, 1, 1, 1, 1, 2}); got != want {
		t.Errorf("networks of nodes: %v, want %v", got, want)
	}
}

// TestNetworksOfNodesAfterDataLoss flushes Redis within a quarter hour: the network of the
// earlier report is not counted again.
func TestNetworksOfNodesAfterDataLoss(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		b := newBench(t, client)
		b.add(b.behind(1, 16, kolkata))
		past := archived{b.entries()}
		if err := client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Restore(context.Background(), past); err != nil {
			t.Fatal(err)
		}
		b.at("10:01:00").add(b.behind(2, 16, kolkata))
		if got, want := b.nodes(), (outage.NodeCounts{1, 1, 1, 1, 1}); got != want {
			t.Errorf("the same network: %v, want %v", got, want)
		}
		b.add(b.behind(3, 32, kolkata))
		if got, want := b.nodes(), (outage.NodeCounts{2, 2, 2, 2, 2}); got != want {
			t.Errorf("a second network: %v, want %v", got, want)
		}
	})
}
