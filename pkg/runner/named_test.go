package runner

import (
	"context"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// named answers each kind of query with counts of its own.
type named struct{}

func (named) Counts(_ context.Context, query outage.Query) ([]outage.Count, error) {
	count := func(start outage.Minute, kind outage.Kind, judged float64) outage.Count {
		return outage.Count{Service: "chat", Country: countrytest.GB, Start: start, Kind: kind, Judged: judged, N: int64(judged)}
	}
	jio, works, other := count(7, outage.Problem, 1.5), count(7, outage.Works, 1), count(8, outage.Problem, .25)
	switch {
	case query.ByNetwork:
		jio.Network, other.Network = "jio", "jio"
		return []outage.Count{jio, other}, nil
	case query.BySymptom:
		jio.Symptom = "connect"
		return []outage.Count{jio, count(7, outage.Problem, 1), works}, nil
	}
	return []outage.Count{works, count(7, outage.Problem, 2), count(7, outage.Problem, 1), other}, nil
}

// Networks and symptoms come with the first count that has reporters, of problem
// reports and as the caps left them.
func TestNamedNetworksAndSymptoms(t *testing.T) {
	got, err := Minutes(t.Context(), named{}, nil, outage.Span{From: 7, To: 9})
	if err != nil {
		t.Fatal(err)
	}
	want := map[outage.Minute][]outage.Judged{7: {
		{Service: "chat", Country: countrytest.GB, Works: 1},
		{
			Service: "chat", Country: countrytest.GB, Reporters: 2,
			Access: []outage.AccessCount{{Network: "jio", Reporters: 1.5}}, Symptoms: []outage.SymptomCount{{Symptom: "connect", Reporters: 1.5}},
		},
		{Service: "chat", Country: countrytest.GB, Reporters: 1},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
