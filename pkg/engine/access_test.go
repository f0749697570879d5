package engine

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// networkShares are the audiences of the access networks of these tests.
var networkShares = []outage.AccessCount{{Network: "mobile", Reporters: .3}, {Network: "rival", Reporters: .5}, {Network: "cousin's wifi", Reporters: .2}}

// name lets most reporters of each service name their network: by the shares, or all
// of them one.
func name(random *rand.Rand, counts []outage.Judged, only string) {
	for i := range counts {
		count := &counts[i]
		for range count.Reporters {
			network, at := only, random.Float64()
			for _, share := range networkShares {
				if at -= share.Reporters; network == "" && at < 0 {
					network = share.Network
				}
			}
			if random.IntN(10) > 0 {
				count.Access = append(count.Access, outage.AccessCount{Network: network, Reporters: 1})
			}
			count.Symptoms = append(count.Symptoms, outage.SymptomCount{Symptom: []string{"send", connect}[random.IntN(2)], Reporters: 1})
		}
	}
}

// namedDays is the state after fifteen quiet days in which reporters name networks.
func namedDays(t *testing.T) []byte {
	t.Helper()
	line, random := New(relatedConfig()), rand.New(rand.NewPCG(3, 4))
	n := lowNoise(11)
	for m := start; m < start+noon; m++ {
		counts := n.MinuteOf(usual, m)
		name(random, counts, "")
		tick(t, line, m, counts)
	}
	return saved(t, line)
}

func TestAccessNetworkOfAnOutage(t *testing.T) {
	state := namedDays(t)
	shares := relatedFrom(t, state).View().OrdinaryAccess(countrytest.GB)
	for _, c := range shares.Counts {
		if part := c.Reporters / shares.Total; c.Network == "mobile" && (part < .26 || part > .36) || c.Network == "rival" && (part < .44 || part > .55) {
			t.Errorf("the ordinary share of %s is %.2f", c.Network, part)
		}
	}
	const gb = countrytest.GB
	apps := []crowd{{"chat", gb, 0, 60, 12, -1}, {"bank", gb, 1, 55, 9, -1}, {"video", gb, 2, 50, 10, -1}}
	for _, c := range []struct {
		name    string
		crowds  []crowd
		only    string // the network of all who report the outage
		causes  map[string]string
		pattern outage.AccessPattern // of chat
	}{
		{"one network is down, and people report what they cannot reach", append(slices.Clone(apps), crowd{"mobile", gb, 1, 55, 3, -1}), "mobile",
			map[string]string{"chat GB": "mobile", "bank GB": "mobile", "video GB": "mobile", "mobile GB": ""}, outage.AccessOne},
		{"nobody reports the network", apps, "mobile",
			map[string]string{"chat GB": "mobile", "bank GB": "mobile", "video GB": "mobile"}, outage.AccessOne},
		{"nobody names it", apps, "cousin's wifi", map[string]string{"chat GB": "", "bank GB": "", "video GB": ""}, ""},
		{"an app is down", []crowd{{"chat", gb, 0, 60, 60, -1}, {"mobile", gb, 3, 50, 4, -1}}, "",
			map[string]string{"chat GB": "", "mobile GB": "chat"}, outage.AccessAlike},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, random := relatedFrom(t, state), rand.New(rand.NewPCG(5, 6))
			n := lowNoise(12)
			var changes []outage.Incident
			for after := range 100 {
				m := start + noon + outage.Minute(after)
				counts := n.MinuteOf(usual, m)
				name(random, counts, "")
				quiet := len(counts)
				for _, crowd := range c.crowds {
					counts = add(n, counts, crowd, after)
				}
				name(random, counts[quiet:], c.only)
				changes = append(changes, tick(t, line, m, counts)...)
			}
			last := lastOf(changes)
			for name, cause := range c.causes {
				if in, ok := last[name]; !ok || in.Cause != cause {
					t.Errorf("%s has %d changes and the cause %q because of %v, want %q: %+v", name, len(changes), in.Cause, in.Reasons, cause, in.Access)
				}
			}
			pattern := outage.AccessPattern("")
			if found := last["chat GB"].Access; found != nil {
				pattern = found.Pattern
			}
			if pattern != c.pattern {
				t.Errorf("the pattern is %q, want %q", pattern, c.pattern)
			}
			view := line.View().OrdinaryAccess(gb)
			for _, now := range view.Counts {
				before := shares.Counts[slices.IndexFunc(shares.Counts, func(c outage.AccessCount) bool { return c.Network == now.Network })]
				if diff := now.Reporters/view.Total - before.Reporters/shares.Total; diff > .03 || diff < -.03 {
					t.Errorf("the share of %s moved by %.3f in the outage", now.Network, diff)
				}
			}
		})
	}
}

// relatedFrom is an engine with related services and a state.
func relatedFrom(t *testing.T, state []byte) *Engine {
	t.Helper()
	line := New(relatedConfig())
	if err := line.Restore(bytes.NewReader(state)); err != nil {
		t.Fatal(err)
	}
	return line
}

// The order in which networks come, workers and restarts change nothing.
func TestAccessStateIsDeterministic(t *testing.T) {
	parallel := relatedConfig()
	parallel.Workers = 3
	whole, halting := New(relatedConfig()), New(parallel)
	const seed = 17
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, seed))
	n := lowNoise(13)
	for after := range 3 * 60 {
		m := start + outage.Minute(after)
		counts := n.MinuteOf(usual, m)
		counts = add(n, counts, crowd{"chat", countrytest.GB, 30, 60, 20, -1}, after)
		name(random, counts, "")
		shuffled := slices.Clone(counts)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		tick(t, whole, m, counts)
		tick(t, halting, m, shuffled)
		text := saved(t, halting)
		if !bytes.Equal(text, saved(t, whole)) {
			t.Fatalf("at %s: the states differ", stamp(m))
		}
		halting = New(parallel)
		if err := halting.Restore(bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// A state of version 6 has no access networks; one of the present version may be
// damaged there.
func TestStateWithoutAccess(t *testing.T) {
	line, random := New(relatedConfig()), rand.New(rand.NewPCG(7, 8))
	n := lowNoise(14)
	for m := start; m < start+200; m++ {
		counts := n.MinuteOf(usual, m)
		name(random, counts, "")
		tick(t, line, m, counts)
	}
	state, access := saved(t, line), line.appendAccess(nil)
	t.Logf("%d of %d bytes are about access networks", len(access), len(state))
	old := unnamed(line, state[:len(state)-len(access)], 6)
	updated := relatedFrom(t, old)
	if got := updated.View().OrdinaryAccess(countrytest.GB); len(got.Counts) > 0 {
		t.Errorf("shares of nothing: %+v", got)
	}
	tick(t, updated, start+200, n.MinuteOf(usual, start+200))
	for cut := len(state) - len(access); cut < len(state); cut += 1 + len(access)/97 {
		if err := New(relatedConfig()).Restore(bytes.NewReader(state[:cut])); err == nil {
			t.Errorf("%d of %d bytes are accepted", cut, len(state))
		}
	}
	for range 300 {
		damaged := slices.Clone(state)
		damaged[len(state)-len(access)+random.IntN(len(access))] ^= 1 << random.IntN(8)
		if err := New(relatedConfig()).Restore(bytes.NewReader(damaged)); err == nil { // what is accepted must run
			tick(t, relatedFrom(t, damaged), start+200, enginetest.NewNoise(1).MinuteOf(usual, start+200))
		}
	}
}
