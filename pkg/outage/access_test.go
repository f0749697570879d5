package outage

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The interval and the evidence of 2 x 2 tables, by hand.
func TestCompareShares(t *testing.T) {
	for _, c := range []struct {
		name                          string
		observed, sample, part, whole float64
		want                          ShareRatio
	}{
		{"three times its share", 60, 80, 100, 400, ShareRatio{60, 20, 3, 2.40, 3.67, 35.61}},
		{"its share", 20, 80, 100, 400, ShareRatio{20, 20, 1, .65, 1.48, 0}},
		{"none of few", 0, 4, 100, 400, ShareRatio{0, 1, 0, 0, 1.98, 1.14}},
		{"one of one, by little", 1, 1, 1, 4, ShareRatio{1, .25, 4, 0, 21.94, 1.12}},
		{"one of one", 1, 1, 100, 400, ShareRatio{1, .25, 4, .82, 4.76, 1.38}},
	} {
		got := CompareShares(c.observed, c.sample, c.part, c.whole)
		for i, pair := range [][2]float64{
			{got.Observed, c.want.Observed}, {got.Expected, c.want.Expected}, {got.Ratio, c.want.Ratio},
			{got.Low, c.want.Low}, {got.High, c.want.High}, {got.Evidence, c.want.Evidence},
		} {
			if math.Abs(pair[0]-pair[1]) > .01 {
				t.Errorf("%s: number %d of %+v, want %+v", c.name, i, got, c.want)
			}
		}
	}
	if got := CompareShares(3, 9, 0, 0); got.Ratio != 0 || got.Evidence != 0 {
		t.Errorf("without an ordinary share: %+v", got)
	}
}

// Of samples that have the ordinary share, about one in twenty has an interval
// without 1.
func TestIntervalCovers(t *testing.T) {
	const seed, runs = 5, 4000
	random := rand.New(rand.NewPCG(seed, seed))
	t.Logf("seed %d", seed)
	binomial := func(n int, p float64) (x float64) {
		for range n {
			if random.Float64() < p {
				x++
			}
		}
		return x
	}
	for _, share := range []float64{.1, .3, .6} {
		outside, strong := 0, 0
		for range runs {
			got := CompareShares(binomial(50, share), 50, max(1, binomial(300, share)), 300)
			if got.Low > 1 || got.High < 1 {
				outside++
			}
			if got.Evidence >= 6 {
				strong++
			}
		}
		if part := float64(outside) / runs; part > .07 {
			t.Errorf("a share of %.1f: %.3f of the intervals do not hold it", share, part)
		}
		if part := float64(strong) / runs; part > .002 {
			t.Errorf("a share of %.1f: %.4f have strong evidence of another one", share, part)
		}
	}
}
