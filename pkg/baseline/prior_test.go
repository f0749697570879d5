package baseline

import (
	"math"
	"testing"
)

func levels(of ...float64) (l Levels) {
	for _, level := range of {
		l.Add(level)
	}
	return l
}

func TestPrior(t *testing.T) {
	p := DefaultParams()
	nothing := p.NewPrior(Peers{})
	if math.Abs(nothing.Level-p.PriorLevel) > 1e-9 || math.Abs(nothing.Spread-p.PriorSpread) > 1e-9 {
		t.Errorf("nothing is known, and the prior is %+v", nothing)
	}
	wide := levels(.05, .5, 5, 50)
	country := p.NewPrior(Peers{Country: wide})
	if country.Level < .5 || country.Level > 2 || country.Spread < 1.5 {
		t.Errorf("among services of all sizes: %+v", country)
	}
	category := p.NewPrior(Peers{Country: wide, Category: levels(40, 50, 60, 50, 40, 60)})
	if category.Level < 10 || category.Spread >= country.Spread {
		t.Errorf("in a category of large ones: %+v", category)
	}
	elsewhere := Size{Level: 50, Country: wide}
	size := p.NewPrior(Peers{Country: wide, Sizes: []Size{elsewhere}})
	if size.Level < 5 || size.Spread >= country.Spread {
		t.Errorf("large elsewhere: %+v", size)
	}
	for n := 1; n < 64; n *= 2 { // more of the same makes it surer
		few, more := Levels{}, Levels{}
		for range n {
			few.Add(2)
			more.Add(2)
			more.Add(2)
		}
		a, b := p.NewPrior(Peers{Country: few}), p.NewPrior(Peers{Country: more})
		if b.Spread > a.Spread || math.Abs(b.Level-2) > math.Abs(a.Level-2)+1e-9 {
			t.Errorf("%d services: %+v, twice as many: %+v", n, a, b)
		}
	}
}

// The own level takes over: after a few reporters the prior hardly matters.
func TestOwnLevelTakesOver(t *testing.T) {
	params := DefaultParams()
	for _, known := range []Prior{{Level: .01, Spread: 1}, {Level: 20, Spread: 1}} {
		s := NewSeries(params, NewPool(params, Land{}), 0)
		s.SetPrior(known)
		if got := s.base(); math.Abs(got-known.Level) > 1e-9 {
			t.Errorf("without data %g, want %g", got, known.Level)
		}
		before := s.Uncertainty()
		known.Peers = 20
		if s.SetPrior(known); s.Uncertainty() >= before {
			t.Errorf("uncertainty %g among known services, %g without any", s.Uncertainty(), before)
		}
		s.stats.Count, s.stats.Minutes = 3000, 3000
		if got := s.base(); got < .95 || got > 1.05 {
			t.Errorf("with 3000 reporters in as many minutes %g, want 1", got)
		}
		if s.Uncertainty() >= before {
			t.Errorf("uncertainty %g after, %g before", s.Uncertainty(), before)
		}
	}
}
