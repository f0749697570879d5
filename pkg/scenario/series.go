package scenario

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/open-downpour/downpour/pkg/outage"
)

// waveDispersion is how far the minutes of a wave vary about its curve beyond
// the luck of counting: by about a twentieth.
const waveDispersion = .002

// repeatShare is the share of reports, among those of one row, whose sender
// reported before.
const repeatShare = .02

// series draws the reports of one service in one country.
type series struct {
	name        seriesName
	key         uint64        // of its draws
	shift       outage.Minute // from the minutes of the script
	background  *background
	rate        rate
	seasonality *seasonality
	ordinary    sampler
	curve       *curve // nil without a wave
	wave        sampler

	spots  []spot
	source *rand.PCG
	random *rand.Rand
	drawn  []drawnReport
}

// sampler draws a point and a symptom by their weights.
type sampler struct {
	places   categorical
	symptoms categorical
	texts    []string
}

// drawnReport is one report: a point and a symptom.
type drawnReport struct {
	spot    int
	symptom string
}

func newSeries(name seriesName, seed uint64, shift outage.Minute, crowd []spot) (*series, error) {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name.service + "/" + string(name.country))) // a hash takes everything
	source := rand.NewPCG(0, 0)
	return &series{
		name: name, key: mixed(hash.Sum64() ^ mixed(seed)), shift: shift,
		spots: crowd, source: source, random: rand.New(source),
	}, nil
}

// sampler weighs the points by their people, times what is asked for a city.
func (s *series) newSampler(symptoms []Share, times map[string]float64) sampler {
	v := sampler{
		places: newCategorical(len(s.spots), func(i int) float64 {
			if factor, ok := times[s.spots[i].city]; ok {
				return s.spots[i].population * factor
			}
			return s.spots[i].population
		}),
		symptoms: newCategorical(len(symptoms), func(i int) float64 { return symptoms[i].Weight }),
	}
	for _, share := range symptoms {
		v.texts = append(v.texts, share.Symptom)
	}
	return v
}

// join adds a wave to the ordinary days.
func (s *series) join(wave *Wave) error {
	for city := range wave.Places {
		if !slices.ContainsFunc(s.spots, func(at spot) bool { return at.city == city }) {
			return outage.Unknown("places", "have no %s in %s, which the script names", city, s.name.country)
		}
	}
	var err error
	if s.curve, err = newCurve(wave.Points); err != nil {
		return err
	}
	if s.wave = s.newSampler(wave.Symptoms, wave.Places); !s.wave.places.possible() {
		return outage.Invalid("places", "leave nobody who could report %s in %s", s.name.service, s.name.country)
	}
	return nil
}

// play draws a minute and gives its rows. The draws depend on the minute of
// the script alone, not on those before.
func (s *series) play(minute outage.Minute, yield func(Row) error) error {
	written := minute - s.shift
	key := mixed(s.key ^ uint64(written))
	s.source.Seed(key, mixed(key))
	s.drawn = s.drawn[:0]
	s.sample(&s.ordinary, s.draw(s.rate*s.seasonality.factor, s.background.Dispersion))
	if mean := s.curve.mean(written); mean > 0 {
		s.sample(&s.wave, s.draw(mean, waveDispersion))
	}
	if len(s.drawn) == 0 {
		return nil
	}
	return s.rows(minute, yield)
}

// draw is a negative binomial count: a Poisson count whose mean has a gamma
// distribution.
func (s *series) draw(mean, dispersion float64) int {
	if !(mean > 0) {
		return 0
	}
	factor := distuv.Gamma{Alpha: 1 / dispersion, Beta: 1 / dispersion, Src: s.source}.Rand()
	return int(distuv.Poisson{Lambda: mean * factor, Src: s.source}.Rand())
}

// sample draws the points and symptoms of n reports.
func (s *series) sample(v *sampler, n int) {
	for range n {
		at := s.spots[v.places.draw(s.random)].first
		s.drawn = append(s.drawn, drawnReport{spot: at, symptom: v.texts[v.symptoms.draw(s.random)]})
	}
}

// rows adds equal reports up.
func (s *series) rows(minute outage.Minute, yield func(Row) error) error {
	slices.SortFunc(s.drawn, func(a, b drawnReport) int {
		return cmp.Or(cmp.Compare(a.spot, b.spot), cmp.Compare(a.symptom, b.symptom))
	})
	for start := 0; start < len(s.drawn); {
		same, end := s.drawn[start], start
		reporters := 0
		for ; end < len(s.drawn) && s.drawn[end] == same; end++ {
			if end == start || s.random.Float64() >= repeatShare {
				reporters++
			}
		}
		err := yield(Row{
			Minute: minute, Service: s.name.service, Country: s.name.country,
			Point: s.spots[same.spot].at, Placed: true,
			Symptom: same.symptom, Reporters: reporters, N: end - start,
		})
		if err != nil {
			return err
		}
		start = end
	}
	return nil
}

// mixed spreads the bits of a key, so that neighbouring minutes have nothing in
// common (the finaliser of SplitMix64, G. L. Steele and others 2014).
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
