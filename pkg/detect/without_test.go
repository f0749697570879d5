package detect

import (
	"math/rand/v2"
	"testing"
)

// TestStandsWithout compares an excursion without some of its reporters with that
// of charts that never had them.
func TestStandsWithout(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	drawn := rand.New(rand.NewPCG(seed, 1))
	stands, falls := 0, 0
	for range 1000 {
		with, without := newTestCharts(), newTestCharts()
		left, taken := uint32(1+drawn.IntN(60)), uint32(drawn.IntN(60))
		step(with, old, observed(0, left+taken), tree)
		step(without, old, observed(0, left), tree)
		alarm, ok := alarmOf(with, old, tree)
		if !ok {
			continue
		}
		_, want := alarmOf(without, old, tree)
		if got := alarm.StandsWithout(float64(taken)); got && !want {
			t.Errorf("%d of %d reporters: stands, though they alone do not alarm", left, left+taken)
		} else if got {
			stands++
		} else {
			falls++
		}
	}
	if stands < 10 || falls < 10 {
		t.Errorf("%d stand and %d fall: the test shows too little", stands, falls)
	}
}

// TestCapOnEvidenceHidesNoCrowd has far more reporters than the evidence that is
// kept can tell.
func TestCapOnEvidenceHidesNoCrowd(t *testing.T) {
	charts := newTestCharts()
	step(charts, old, observed(0, 1000), tree)
	alarm, ok := alarmOf(charts, old, tree)
	if !ok || !alarm.StandsWithout(300) || !alarm.StandsWithout(900) {
		t.Errorf("1000 reporters do not stand without 300 or 900 of them: %+v", alarm)
	}
	if alarm.StandsWithout(998) {
		t.Error("two reporters stand")
	}
}
