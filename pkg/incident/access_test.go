package incident

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// ordinary are the shares of a country of three networks.
var ordinary = outage.OrdinaryAccess{Total: 400, Counts: []outage.AccessCount{
	{Network: "", Reporters: 20}, {Network: "airtel", Reporters: 140}, {Network: "bt", Reporters: 80}, {Network: "jio", Reporters: 160},
}}

// over is a candidate with an incident whose reporters named networks.
func over(c Candidate, jio, airtel, bt float64) Candidate {
	c.ID, c.Open, c.Previous = c.Service, true, Attribution{Verdict: outage.LikelyCause}
	var named []outage.AccessCount
	for network, n := range map[string]float64{"jio": jio, "airtel": airtel, "bt": bt} {
		if n > 0 {
			named = append(named, outage.AccessCount{Network: network, Reporters: n})
		}
	}
	c.Access = ordinary.Compare(named)
	return c
}

type verdict struct {
	cause   string
	pattern outage.AccessPattern
}

func TestAccessNetworks(t *testing.T) {
	jio := up("jio", 12, 60, 20, everywhere)
	for _, c := range []struct {
		name       string
		candidates []Candidate
		want       map[string]verdict
	}{
		{"one network is down, and people report what they cannot reach", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 55, 3, 2), over(up("youtube", 12, 200, 30, scattered), 38, 2, 1),
			over(up("netflix", 14, 90, 25, everywhere), 21, 1, 0), over(jio, 9, 0, 0),
		}, map[string]verdict{
			"whatsapp": {"jio", outage.AccessOne}, "youtube": {"jio", outage.AccessOne}, "netflix": {"jio", outage.AccessOne}, "jio": {},
		}},
		{"one network is down, and nobody reports it", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 55, 3, 2), over(up("youtube", 12, 200, 30, scattered), 38, 2, 1),
			over(up("netflix", 14, 90, 25, everywhere), 21, 1, 0),
		}, map[string]verdict{"whatsapp": {"jio", outage.AccessOne}, "youtube": {"jio", outage.AccessOne}, "netflix": {"jio", outage.AccessOne}}},
		{"the same without networks", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 0, 0, 0), over(up("youtube", 12, 200, 30, scattered), 0, 0, 0),
			over(up("netflix", 14, 90, 25, everywhere), 0, 0, 0),
		}, map[string]verdict{"whatsapp": {}, "youtube": {}, "netflix": {}}},
		{"an app is down, and people blame their network", []Candidate{
			over(up("whatsapp", 11, 3000, 400, everywhere), 82, 71, 40), over(up("jio", 15, 260, 30, everywhere), 40, 0, 0),
		}, map[string]verdict{"whatsapp": {"", outage.AccessAlike}, "jio": {"whatsapp", ""}}},
		{"three apps of one data centre, and a network that rose with them", []Candidate{
			over(up("snapchat", 11, 300, 40, everywhere), 82, 71, 40), over(up("roblox", 12, 200, 30, everywhere), 41, 35, 20),
			over(up("netflix", 12, 200, 30, everywhere), 41, 34, 21), over(up("jio", 12, 900, 30, everywhere), 0, 0, 0),
		}, map[string]verdict{"snapchat": {"", outage.AccessAlike}, "roblox": {"", outage.AccessAlike}, "netflix": {"", outage.AccessAlike}, "jio": {}}},
		{"one app and its network", []Candidate{
			over(up("whatsapp", 11, 80, 30, everywhere), 55, 3, 2), over(jio, 9, 0, 0),
		}, map[string]verdict{"whatsapp": {"jio", outage.AccessOne}, "jio": {}}},
		{"two apps are not many", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 55, 3, 2), over(up("youtube", 12, 200, 30, scattered), 38, 2, 1),
		}, map[string]verdict{"whatsapp": {"", outage.AccessOne}, "youtube": {"", outage.AccessOne}}},
		{"three apps hours apart", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 55, 3, 2), over(up("youtube", 202, 200, 30, scattered), 38, 2, 1),
			over(up("netflix", 404, 90, 25, everywhere), 21, 1, 0),
		}, map[string]verdict{"whatsapp": {"", outage.AccessOne}, "youtube": {"", outage.AccessOne}, "netflix": {"", outage.AccessOne}}},
		{"few reporters say nothing", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 4, 0, 0), over(up("youtube", 12, 200, 30, scattered), 3, 0, 0),
			over(up("netflix", 14, 90, 25, everywhere), 4, 1, 0),
		}, map[string]verdict{"whatsapp": {}, "youtube": {}, "netflix": {}}},
		{"one prefix that names a network counts for less than two", []Candidate{
			over(up("whatsapp", 11, 300, 40, everywhere), 1.7, 0, 0), over(up("youtube", 12, 200, 30, scattered), 1.7, 0, 0),
			over(up("netflix", 14, 90, 25, everywhere), 1.7, 0, 0),
		}, map[string]verdict{"whatsapp": {}, "youtube": {}, "netflix": {}}},
		{"one prefix against an app that is down", []Candidate{
			over(up("whatsapp", 11, 3000, 400, everywhere), 83.7, 71, 40), over(up("jio", 15, 260, 30, everywhere), 41.7, 0, 0),
		}, map[string]verdict{"whatsapp": {"", outage.AccessAlike}, "jio": {"whatsapp", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			params := DefaultParams()
			results := AttributeAll(&params, known, c.candidates)
			got := map[string]verdict{}
			for id, to := range results {
				of := verdict{cause: to.Cause}
				if to.Access != nil {
					of.pattern = to.Access.Pattern
				}
				got[id] = of
				if (to.Cause != "") != (to.Verdict == outage.LikelyCollateral) {
					t.Errorf("%s: %s of %q", id, to.Verdict, to.Cause)
				}
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// The numbers and the reason of a verdict are those that it was reached by.
func TestAccessFinding(t *testing.T) {
	params := DefaultParams()
	results := AttributeAll(&params, known, []Candidate{
		over(up("whatsapp", 11, 300, 40, everywhere), 55, 3, 2), over(up("youtube", 12, 200, 30, scattered), 38, 2, 1),
		over(up("netflix", 14, 90, 25, everywhere), 21, 1, 0),
	})
	to := results["whatsapp"]
	want := outage.AccessFinding{Pattern: outage.AccessOne, Network: "jio", Services: 3, Named: 60, ShareRatio: rounded(outage.CompareShares(55, 60, 160, 400))}
	if to.Access == nil || *to.Access != want {
		t.Errorf("%+v, want %+v", to.Access, want)
	}
	if len(to.Reasons) < 2 || to.Reasons[0] != outage.ReasonMany || to.Reasons[1] != outage.ReasonNetwork {
		t.Errorf("reasons %v", to.Reasons)
	}
}

// A finding stays while too few reporters are left for another, and its services are
// counted.
func TestAccessFindingStays(t *testing.T) {
	params := DefaultParams()
	c := over(up("whatsapp", 11, 300, 40, everywhere), 1, 0, 0)
	c.Previous.Access = &outage.AccessFinding{Pattern: outage.AccessOne, Network: "jio", Services: 3, Named: 60}
	got := AttributeAll(&params, known, []Candidate{c})["whatsapp"].Access
	if got == nil || got.Network != "jio" || got.Services != 1 || c.Previous.Access.Services != 3 {
		t.Errorf("%+v of %+v", got, c.Previous.Access)
	}
}

// Not to connect at all speaks for the network where its share does not speak against
// it.
func TestSymptomOfANetwork(t *testing.T) {
	params := DefaultParams()
	jio := up("jio", 12, 600, 200, everywhere)
	score := func(connect outage.ShareRatio, rows ...float64) float64 {
		c := up("whatsapp", 11, 50, 40, everywhere)
		if len(rows) > 0 {
			c = over(c, rows[0], rows[1], rows[2])
		}
		c.Connect = connect
		return Attribute(&params, known, c, []Candidate{jio, c}, Attribution{}).Score
	}
	usual, more := outage.CompareShares(10, 50, 20, 100), outage.CompareShares(30, 50, 20, 100)
	if plain, with := score(usual), score(more); with != plain+pointsConnect {
		t.Errorf("the symptom adds %v to %v", with-plain, plain)
	}
	if with := score(more, 82, 71, 40); with != 0 {
		t.Errorf("with all networks alike the score is %v", with)
	}
}

// Neither the order of the candidates nor that of networks changes a result.
func TestAccessOrder(t *testing.T) {
	const seed = 9
	random := rand.New(rand.NewPCG(seed, seed))
	t.Logf("seed %d", seed)
	params := DefaultParams()
	for range 200 {
		var candidates []Candidate
		for _, service := range []string{"whatsapp", "youtube", "netflix", "signal", "telegram", "gmail", "jio", "airtel"} {
			c := over(up(service, outage.Minute(random.IntN(30)), float64(random.IntN(400)), float64(random.IntN(60)), everywhere),
				float64(random.IntN(80)), float64(random.IntN(20)*random.IntN(4)), float64(random.IntN(20)))
			candidates = append(candidates, c)
		}
		want := AttributeAll(&params, known, candidates)
		random.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
		if got := AttributeAll(&params, known, candidates); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order:\ngot  %+v\nwant %+v", got, want)
		}
	}
}

// TestAccessRates measures how often a pattern is found: of a network with which 85 % of
// the reporters are, of the ordinary shares, and of a service that the network's
// customers use half as much again as others do.
func TestAccessRates(t *testing.T) {
	const seed, runs = 21, 1000
	random := rand.New(rand.NewPCG(seed, seed))
	t.Logf("seed %d", seed)
	rates := func(n int, share, part float64) (one, all float64) {
		usual := outage.OrdinaryAccess{Total: 420, Counts: []outage.AccessCount{{Network: "jio", Reporters: 420 * share}, {Network: "airtel", Reporters: 420 * (1 - share)}}}
		for range runs {
			with := 0.
			for range n {
				if random.Float64() < part {
					with++
				}
			}
			rows := usual.Compare([]outage.AccessCount{{Network: "jio", Reporters: with}, {Network: "airtel", Reporters: float64(n) - with}})
			switch found := findingOf(rows); {
			case found != nil && found.Pattern == outage.AccessOne && found.Network == "jio":
				one += 1. / runs
			case found != nil && found.Pattern == outage.AccessAlike:
				all += 1. / runs
			}
		}
		return one, all
	}
	for _, share := range []float64{.1, .3, .5} {
		odds := 1.5 * share / (1 - share)
		for _, n := range []int{10, 20, 40, 80} {
			down, downAlike := rates(n, share, .85)
			usual, alike := rates(n, share, share)
			popular, _ := rates(n, share, odds/(1+odds))
			t.Logf("share %.1f, %d named: one network %.3f when it is down, %.3f ordinarily, %.3f where it is popular; all alike %.3f when it is down, %.3f ordinarily",
				share, n, down, usual, popular, downAlike, alike)
			if usual > .002 || popular > .01 || downAlike > .002 {
				t.Error("a pattern is found that is not there")
			}
		}
	}
}
