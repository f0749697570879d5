package baseline

import (
	"errors"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The layouts of versions 4 and 5. They must not change.

type blockV5 struct {
	Start    outage.Minute
	Totals   [BlockMinutes]uint32
	Minutes  uint8
	Dropped  bool
	Holiday  bool
	Slot     uint8
	Week     int32
	Mean     float32
	Seasonal float32
	Unplaced uint32
}

type cellCountV5 struct {
	Handle    int32
	Reporters uint32
}

// ReadSeriesV5 reads what AppendState wrote in versions 4 and 5 and returns what
// follows it. Those versions had one dispersion, of single minutes of the country: it
// initialises the estimate of the country at that scale, the priors all others.
func ReadSeriesV5(params Params, pool *Pool, from []byte) (*Series, []byte, error) {
	s, from, err := readSeries(params, pool, from, (*waitingBlock).readV5)
	if err != nil {
		return nil, nil, err
	}
	const weight = 400
	s.noise.Sum[depthCountry][0], s.noise.Weight[depthCountry][0] = weight*s.level.Dispersion, weight
	s.noise.estimate(&params)
	s.noise.Skip = 1<<scales - 1
	return s, from, nil
}

func (w *waitingBlock) readV5(from []byte, places int) ([]byte, error) {
	var b blockV5
	from, err := get(from, &b)
	if err != nil {
		return nil, err
	}
	if b.Slot >= slots {
		return nil, errors.New("reading a baseline: the slot of a block is not an hour of the week")
	}
	w.block = block{
		Start: b.Start, Totals: b.Totals, Minutes: b.Minutes, Dropped: b.Dropped, Holiday: b.Holiday,
		Slot: b.Slot, Week: b.Week, Mean: b.Mean, Seasonal: b.Seasonal, Unplaced: b.Unplaced,
	}
	var count uint32
	if from, err = get(from, &count); err != nil {
		return nil, err
	}
	cells, from, err := getMany[cellCountV5](from, count)
	if err != nil {
		return nil, err
	}
	for _, at := range cells {
		if at.Handle < 0 || int(at.Handle) >= places {
			return nil, errors.New("reading a baseline: the place of a count does not exist")
		}
		w.cells = append(w.cells, cellCount{Handle: at.Handle, Reporters: at.Reporters})
	}
	return from, nil
}
