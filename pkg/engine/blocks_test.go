package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// fromBlocks are reporters of a minute in one cell, spread evenly over blocks of
// networks; block 0 is not known.
func fromBlocks(reporters int, blocks ...uint64) []outage.Judged {
	count := outage.Judged{
		Service: "a", Country: countrytest.GB, Cell: enginetest.CellIn(countrytest.GB, 2, 1, 1, 1), Reporters: reporters, Networks: 20,
	}
	for _, block := range blocks {
		if block != 0 {
			count.Blocks = append(count.Blocks, outage.BlockShare{Block: block, Reporters: float64(reporters) / float64(len(blocks))})
		}
	}
	return []outage.Judged{count}
}

// withNetworks is an engine that requires networks, after five days of one report in
// ten minutes, each from a block of its own.
func withNetworks(t *testing.T) (*Engine, outage.Minute) {
	t.Helper()
	config := DefaultConfig(enginetest.World{})
	config.Networks = 3
	line := New(config)
	random := rand.New(rand.NewPCG(1, 1))
	const begin = outage.Minute(29000160) // a Wednesday in February
	minute := begin
	for ; minute < begin+5*1440; minute++ {
		var counts []outage.Judged
		if minute%10 == 0 {
			counts = fromBlocks(1, random.Uint64())
		}
		if changes, err := line.Tick(minute, counts); err != nil || len(changes) > 0 {
			t.Fatalf("changes %v on ordinary days, error %v", changes, err)
		}
	}
	return line, minute
}

func TestAlarmsStandWithoutTheirLargestBlock(t *testing.T) {
	for name, c := range map[string]struct {
		blocks []uint64
		opens  bool
	}{
		"one block":                    {[]uint64{7}, false},
		"nothing known":                {[]uint64{0}, false},
		"two blocks, one of them most": {[]uint64{7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8}, false},
		"twenty blocks":                {[]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, true},
	} {
		t.Run(name, func(t *testing.T) {
			line, minute := withNetworks(t)
			opened := false
			for i := range outage.Minute(5) {
				changes, err := line.Tick(minute+i, fromBlocks(20, c.blocks...))
				if err != nil {
					t.Fatal(err)
				}
				opened = opened || len(changes) > 0
			}
			watch, _ := line.View().Watch("a", countrytest.GB)
			if opened != c.opens {
				t.Errorf("opened: %v", opened)
			}
			if !c.opens && len(c.blocks) == 1 && (watch.Status(100) == outage.StatusElevated || watch.Pending != nil) {
				t.Errorf("status %s, pending %v", watch.Status(100), watch.Pending)
			}
		})
	}
}

// TestBlocksSurviveARestart saves and restores during an attack.
func TestBlocksSurviveARestart(t *testing.T) {
	line, minute := withNetworks(t)
	for i := range outage.Minute(3) {
		if _, err := line.Tick(minute+i, fromBlocks(2+int(i), 7)); err != nil {
			t.Fatal(err)
		}
	}
	var state bytes.Buffer
	if err := line.Save(&state); err != nil {
		t.Fatal(err)
	}
	config := line.config
	again := New(config)
	if err := again.Restore(bytes.NewReader(state.Bytes())); err != nil {
		t.Fatal(err)
	}
	for i := range outage.Minute(20) {
		counts := fromBlocks(6, 7, 7, 8)
		one, err := line.Tick(minute+3+i, counts)
		other, err2 := again.Tick(minute+3+i, counts)
		if err != nil || err2 != nil || fmt.Sprint(one) != fmt.Sprint(other) {
			t.Fatalf("%v and %v: %v %v", one, other, err, err2)
		}
	}
}

// TestBlocksAreBounded adds far more parts a minute than are retained.
func TestBlocksAreBounded(t *testing.T) {
	var b blocks
	for minute := range outage.Minute(10) {
		count := outage.Judged{Reporters: 2000}
		for i := range uint64(2000) {
			count.Blocks = append(count.Blocks, outage.BlockShare{Block: 1 + i, Reporters: 1})
		}
		count.Blocks[1999].Reporters = 50
		b.add(5, &count)
		b.advance(minute)
	}
	if len(b.parts) != mostParts {
		t.Errorf("%d parts are retained, want %d", len(b.parts), mostParts)
	}
	largest := false
	for _, part := range b.parts {
		largest = largest || part.Block == 2000 && part.Minute == 9
	}
	if !largest {
		t.Error("the largest block of the last minute was dropped")
	}
}
