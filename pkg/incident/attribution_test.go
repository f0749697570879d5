package incident

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// services is a small catalogue.
type services map[string]outage.Service

func (s services) Service(slug string) (outage.Service, bool) {
	service, ok := s[slug]
	service.Slug = slug
	return service, ok
}

var known = services{
	"whatsapp":  {Family: "meta", Category: "messaging"},
	"messenger": {Family: "meta", Category: "messaging"},
	"facebook":  {Family: "meta", Category: "social"},
	"instagram": {Family: "meta", Category: "social"},
	"threads":   {Family: "meta", Category: "social"},
	"telegram":  {Category: "messaging"},
	"snapchat":  {Category: "social", DependsOn: []string{"aws"}},
	"roblox":    {Category: "games", DependsOn: []string{"aws"}},
	"signal":    {Category: "messaging", DependsOn: []string{"aws"}},
	"youtube":   {Family: "google", Category: "video"},
	"gmail":     {Family: "google", Category: "mail"},
	"netflix":   {Category: "video"},
	"upi":       {Category: "payments"},
	"phonepe":   {Category: "payments", DependsOn: []string{"upi"}},
	"paytm":     {Category: "payments", DependsOn: []string{"upi"}},
	"o2":        {Category: "mobile"},
	"ee":        {Category: "mobile"},
	"jio":       {Category: "mobile"},
	"airtel":    {Category: "mobile"},
	"bt":        {Category: "broadband"},
	"aws":       {Category: "cloud"},
}

var (
	everywhere = []float64{.3, .3, .2, .2}
	scattered  = []float64{.35, .2, .25, .2}
	north      = []float64{1, 0, 0, 0}
	south      = []float64{0, 0, .5, .5}
)

// up is a candidate.
func up(service string, onset outage.Minute, excess, ratio float64, shares []float64) Candidate {
	return Candidate{Service: service, Onset: onset, Excess: excess, Ratio: ratio, Shares: shares}
}

func TestAttribute(t *testing.T) {
	ended := up("whatsapp", 12, 60000, 1000, everywhere)
	for _, c := range []struct {
		name   string
		effect Candidate
		others []Candidate
		cause  string
		reason outage.Reason // the strongest
	}{
		{"no other candidate", up("messenger", 16, 1500, 200, everywhere), nil, "", ""},
		{"Messenger beside WhatsApp", up("messenger", 16, 1500, 200, scattered),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "whatsapp", outage.ReasonSize},
		{"WhatsApp beside Messenger", up("whatsapp", 12, 60000, 1000, everywhere),
			[]Candidate{up("messenger", 16, 1500, 200, scattered)}, "", ""},
		{"a family that breaks as one", up("messenger", 16, 9800, 300, everywhere),
			[]Candidate{up("facebook", 14, 30000, 500, everywhere), up("instagram", 15, 20000, 500, everywhere)}, "", ""},
		{"the smallest member of such a family", up("threads", 17, 700, 80, everywhere),
			[]Candidate{up("facebook", 14, 30000, 500, everywhere), up("instagram", 15, 20000, 500, everywhere)}, "", ""},
		{"a carrier reported for it", up("jio", 18, 600, 12, everywhere),
			[]Candidate{up("facebook", 14, 30000, 500, everywhere), up("whatsapp", 15, 20000, 500, scattered)}, "facebook", outage.ReasonSize},
		{"a rival app that people try", up("telegram", 20, 700, 15, everywhere),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "whatsapp", outage.ReasonSize},
		{"an unrelated one half as large", up("netflix", 16, 30000, 800, everywhere),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "", ""},
		{"in another region", up("messenger", 16, 1500, 200, south),
			[]Candidate{up("whatsapp", 12, 60000, 1000, north)}, "", ""},
		{"in one place of many", up("messenger", 16, 1500, 200, south),
			[]Candidate{up("whatsapp", 12, 60000, 1000, []float64{.9, .1, 0, 0})}, "", ""},
		{"before the cause", up("messenger", 1, 1500, 200, everywhere),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "", ""},
		{"a little before the cause", up("messenger", 9, 1500, 200, everywhere),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "whatsapp", outage.ReasonSize},
		{"hours later", up("messenger", 200, 1500, 200, everywhere),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "", ""},
		{"where nobody has a place", up("messenger", 16, 1500, 200, nil),
			[]Candidate{up("whatsapp", 12, 60000, 1000, everywhere)}, "whatsapp", outage.ReasonSize},
		{"another carrier, whose customers call the affected one", up("ee", 22, 500, 20, scattered),
			[]Candidate{up("o2", 15, 6000, 300, everywhere)}, "o2", outage.ReasonOnset},
		{"two carriers, equally", up("ee", 16, 5000, 300, everywhere),
			[]Candidate{up("o2", 15, 6000, 300, everywhere)}, "", ""},
		{"what a carrier carries", up("whatsapp", 16, 1500, 20, scattered),
			[]Candidate{up("jio", 15, 2000, 100, everywhere), up("youtube", 17, 800, 20, everywhere)}, "", ""},
		{"what a carrier carries, with three unrelated services", up("whatsapp", 16, 1500, 20, scattered),
			[]Candidate{
				up("jio", 15, 2000, 100, everywhere), up("youtube", 17, 800, 20, everywhere),
				up("netflix", 18, 500, 30, scattered), up("telegram", 16, 100, 10, everywhere),
			}, "jio", outage.ReasonMany},
		{"one family is not many", up("whatsapp", 16, 1500, 20, scattered),
			[]Candidate{
				up("jio", 15, 2000, 100, everywhere), up("facebook", 17, 800, 20, everywhere),
				up("messenger", 18, 500, 30, scattered), up("instagram", 16, 700, 10, everywhere),
			}, "", ""},
		{"two carriers with many", up("whatsapp", 16, 1500, 20, scattered),
			[]Candidate{
				up("jio", 15, 2000, 100, everywhere), up("airtel", 15, 1900, 90, everywhere), up("youtube", 17, 800, 20, everywhere),
				up("netflix", 18, 500, 30, scattered), up("telegram", 16, 100, 10, everywhere),
			}, "", ""},
		{"what it needs", up("phonepe", 16, 9000, 300, everywhere),
			[]Candidate{up("upi", 15, 2000, 100, everywhere)}, "upi", outage.ReasonDepends},
		{"what needs it", up("upi", 15, 2000, 100, everywhere),
			[]Candidate{up("phonepe", 16, 9000, 300, everywhere)}, "", ""},
		{"a cloud that many need", up("snapchat", 16, 9000, 300, everywhere),
			[]Candidate{up("aws", 17, 900, 100, everywhere), up("roblox", 15, 5000, 200, everywhere), up("signal", 15, 3000, 90, scattered)}, "aws", outage.ReasonDepends},
		{"the cloud itself", up("aws", 17, 900, 100, everywhere),
			[]Candidate{up("snapchat", 16, 9000, 300, everywhere), up("roblox", 15, 5000, 200, everywhere), up("signal", 15, 3000, 90, scattered)}, "", ""},
		{"unknown services, one much smaller", up("b", 16, 100, 10, everywhere),
			[]Candidate{up("a", 12, 6000, 1000, everywhere)}, "a", outage.ReasonSize},
		{"long after the cause was over", up("messenger", 16, 1500, 200, everywhere),
			[]Candidate{{Service: "whatsapp", Onset: 12, Excess: 60000, Ratio: 1000, Shares: everywhere, ResolvedAgo: 31}}, "", ""},
		{"while it ends", up("messenger", 16, 1500, 200, everywhere), []Candidate{ended}, "whatsapp", outage.ReasonSize},
	} {
		t.Run(c.name, func(t *testing.T) {
			params := DefaultParams()
			all := append([]Candidate{c.effect}, c.others...)
			got := Attribute(&params, known, c.effect, all, Attribution{})
			if got.Cause != c.cause || (got.Verdict == outage.LikelyCollateral) != (c.cause != "") {
				t.Fatalf("%s because of %q, score %.1f, want %q", got.Verdict, got.Cause, got.Score, c.cause)
			}
			if c.cause != "" && (len(got.Reasons) == 0 || got.Reasons[0] != c.reason) {
				t.Errorf("reasons %v, want %s first", got.Reasons, c.reason)
			}
			slices.Reverse(all)
			if again := Attribute(&params, known, c.effect, all, Attribution{}); !reflect.DeepEqual(got, again) {
				t.Errorf("in another order: %+v, want %+v", again, got)
			}
		})
	}
}

func TestAFoundCauseIsRetained(t *testing.T) {
	params := DefaultParams()
	effect, cause := up("b", 16, 100, 10, everywhere), up("a", 12, 850, 15, everywhere)
	candidates := []Candidate{effect, cause}
	if got := Attribute(&params, known, effect, candidates, Attribution{}); got.Cause != "" {
		t.Fatalf("attributed to %s at %.1f", got.Cause, got.Score)
	}
	cause.Excess = 1050 // enough to retain a cause, not to find one
	candidates = []Candidate{effect, cause}
	if got := Attribute(&params, known, effect, candidates, Attribution{}); got.Cause != "" {
		t.Fatalf("attributed to %s at %.1f", got.Cause, got.Score)
	}
	if got := Attribute(&params, known, effect, candidates, Attribution{Cause: "a"}); got.Cause != "a" {
		t.Errorf("dropped a cause at %.1f", got.Score)
	}
	rival := up("c", 12, 1100, 15, everywhere)
	if got := Attribute(&params, known, effect, append(candidates, rival), Attribution{Cause: "a"}); got.Cause != "a" {
		t.Errorf("moved to %s, which is hardly better", got.Cause)
	}
}

// No cause is itself collateral, whatever the candidates.
func TestCausesHaveNoCycles(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	params := DefaultParams()
	var slugs []string
	for slug := range known {
		slugs = append(slugs, slug)
	}
	slices.Sort(slugs)
	attributed := 0
	for range 3000 {
		var candidates []Candidate
		for _, slug := range slugs {
			if random.IntN(3) == 0 {
				candidates = append(candidates, up(slug, outage.Minute(random.IntN(30)), 10*float64(random.IntN(2000)), float64(1+random.IntN(300)), everywhere))
			}
		}
		for i := range candidates {
			candidates[i].Open = true
		}
		of := AttributeAll(&params, known, candidates)
		for service, to := range of {
			if (to.Cause == "") != (to.Verdict == outage.LikelyCause) {
				t.Fatalf("seed %d: %s is %s of %q", seed, service, to.Verdict, to.Cause)
			}
			if to.Cause == "" {
				continue
			}
			attributed++
			if at := of[to.Cause]; at.Cause != "" {
				t.Fatalf("seed %d: %s is attributed to %s, which is attributed to %s", seed, service, to.Cause, at.Cause)
			}
		}
		random.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
		if again := AttributeAll(&params, known, candidates); !reflect.DeepEqual(again, of) {
			t.Fatalf("seed %d: in another order %v, want %v", seed, again, of)
		}
	}
	if attributed == 0 {
		t.Fatal("nothing was attributed to another service")
	}
}

func incidentAt(service string, country outage.Country, minute outage.Minute, cause string) outage.Incident {
	at := (opened + minute).Time()
	return outage.Incident{ID: outage.IncidentID(service, country, at), Service: service, Country: country, OpenedAt: at, Cause: cause}
}

func TestEvents(t *testing.T) {
	const gb, in = countrytest.GB, countrytest.IN
	for _, c := range []struct {
		name      string
		incidents []outage.Incident
		want      []string // by incident
	}{
		{"one alone", []outage.Incident{incidentAt("whatsapp", gb, 0, "")}, []string{""}},
		{"both countries", []outage.Incident{incidentAt("whatsapp", gb, 0, ""), incidentAt("whatsapp", in, 15, "")},
			[]string{"whatsapp-20250228T1519Z", "whatsapp-20250228T1519Z"}},
		{"both countries, too far apart", []outage.Incident{incidentAt("whatsapp", gb, 0, ""), incidentAt("whatsapp", in, 16, "")}, []string{"", ""}},
		{"siblings", []outage.Incident{incidentAt("facebook", gb, 0, ""), incidentAt("instagram", gb, 10, "")},
			[]string{"meta-gb-20250228T1519Z", "meta-gb-20250228T1519Z"}},
		{"siblings, too far apart", []outage.Incident{incidentAt("facebook", gb, 0, ""), incidentAt("instagram", gb, 11, "")}, []string{"", ""}},
		{"a family in both countries", []outage.Incident{
			incidentAt("facebook", gb, 2, ""), incidentAt("instagram", gb, 4, ""), incidentAt("facebook", in, 0, ""),
		}, []string{"meta-20250228T1519Z", "meta-20250228T1519Z", "meta-20250228T1519Z"}},
		{"with collateral", []outage.Incident{
			incidentAt("whatsapp", gb, 0, ""), incidentAt("whatsapp", in, 3, ""), incidentAt("messenger", gb, 6, "whatsapp"),
		}, []string{"whatsapp-20250228T1519Z", "whatsapp-20250228T1519Z", "whatsapp-20250228T1519Z"}},
		{"a carrier and what it carries", []outage.Incident{
			incidentAt("jio", in, 0, ""), incidentAt("whatsapp", in, 4, "jio"), incidentAt("youtube", in, 30, "jio"), incidentAt("netflix", gb, 4, ""),
		}, []string{"jio-and-others-in-20250228T1519Z", "jio-and-others-in-20250228T1519Z", "jio-and-others-in-20250228T1519Z", ""}},
		{"a carrier that is only pending", []outage.Incident{incidentAt("whatsapp", in, 4, "jio"), incidentAt("youtube", in, 5, "jio")},
			[]string{"jio-and-others-in-20250228T1523Z", "jio-and-others-in-20250228T1523Z"}},
		{"unrelated", []outage.Incident{incidentAt("netflix", gb, 0, ""), incidentAt("whatsapp", gb, 0, "")}, []string{"", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, order := range []string{"", " in reverse"} {
				events := Events(known, c.incidents)
				for i, in := range c.incidents {
					if got := events[in.ID]; got != c.want[i] {
						t.Errorf("%s is of %q%s, want %q", in.ID, got, order, c.want[i])
					}
				}
				slices.Reverse(c.incidents)
				slices.Reverse(c.want)
			}
		})
	}
}

func ExampleAttribute() {
	params := DefaultParams()
	messenger := Candidate{Service: "messenger", Onset: 16, Excess: 1500, Ratio: 200}
	whatsapp := Candidate{Service: "whatsapp", Onset: 12, Excess: 60000, Ratio: 1000}
	to := Attribute(&params, known, messenger, []Candidate{whatsapp, messenger}, Attribution{})
	fmt.Println(to.Verdict, to.Cause, to.Reasons)
	// Output: likely_collateral whatsapp [relative_size onset family]
}
