package scenario

import (
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Options is what a script is played with.
type Options struct {
	// Shift moves everything by whole minutes. The wave keeps its course and
	// its draws. The ordinary days follow the local time that they are moved
	// to, so a shift by whole weeks moves every row as it is, as long as no
	// country puts its clocks forward or back on the way.
	Shift time.Duration
	// Seed is added to that of the script; another one draws other reports
	// from the same facts.
	Seed uint64
	// Places are where reports come from, by population. The cities that the
	// script names must be among them.
	Places []Place
	// Services are those that have ordinary days, in any order: the catalogue.
	// The services of the script must be among them.
	Services []outage.Service
	// Span plays only these minutes, in shifted time; zero plays all. A minute
	// is the same with and without those before it.
	Span outage.Span
}

// Play gives the rows of a script in order of time: one for each minute,
// service, country, point and symptom. Equal arguments give equal rows. Nothing
// is kept, so the length of a script costs no memory. An error of yield stops
// the play and is returned as it is; other errors come before the first row.
func Play(script *Script, options Options, yield func(Row) error) error {
	set, err := newSeriesSet(script, options)
	if err != nil {
		return fmt.Errorf("playing %s: %w", script.Name, err)
	}
	for minute := set.span.From; minute < set.span.To; minute++ {
		set.advance(minute)
		for _, s := range set.series {
			if err := s.play(minute, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// shifted is the script's span in shifted time, cut to what is asked for.
func (o *Options) shifted(script *Script) (outage.Span, outage.Minute, error) {
	if o.Shift%time.Minute != 0 {
		return outage.Span{}, 0, outage.Invalid("shift", "is not in whole minutes")
	}
	shift := outage.Minute(o.Shift / time.Minute)
	span := outage.Span{From: script.Span.From + shift, To: script.Span.To + shift}
	if o.Span != (outage.Span{}) {
		span.From, span.To = max(span.From, o.Span.From), min(span.To, o.Span.To)
	}
	return span, shift, nil
}
