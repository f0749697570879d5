package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Three cells of one parent in Kolkata.
const (
	esplanade = outage.Cell(0x863cf2c67ffffff)
	parkLane  = outage.Cell(0x863cf2c4fffffff)
	ballygunj = outage.Cell(0x863cf2c77ffffff)
)

// person is one of many people, each in a network of their own.
func person(n int) sender {
	return sender{fmt.Sprintf("100.%d.%d.9", 64+n/200, n%200), "Mozilla/5.0", "en"}
}

// crowd is n people who report from one cell, the first of them person number
// first.
func crowd(first, n int, clock string, cell outage.Cell) (steps []step) {
	for i := range n {
		steps = append(steps, step{clock: clock, from: person(first + i), cell: cell, want: "counted"})
	}
	return steps
}

func join(parts ...[]step) (all []step) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// household is n reports of one address under tokens of their own.
func household(n int, clock string, cell outage.Cell) (steps []step) {
	for i := range n {
		steps = append(steps, step{clock: clock, cell: cell, more: fmt.Sprintf(`,"token":%q`, fmt.Sprint(i)), want: "counted"})
	}
	return steps
}

func token(text string) string { return fmt.Sprintf(`,"country":"IN","token":%q`, text) }

// stories are the rules of counting as cases.
var stories = []story{
	{"within the half hour", []step{
		{clock: "10:00:59", want: "counted"}, {clock: "10:29:00", want: "not counted"},
	}, []seen{totals("whatsapp", 1, 0, 0), logged(2, 0)}},
	{"after the half hour", []step{
		{clock: "10:00:00", want: "counted"}, {clock: "10:30:00", want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0)}},
	{"two services", []step{
		{clock: "10:00:00", want: "counted"}, {clock: "10:01:00", service: "facebook", want: "counted"},
	}, []seen{totals("whatsapp", 1, 0, 0), totals("facebook", 1, 0, 0)}},
	{"two kinds", []step{
		{clock: "10:00:00", want: "counted"},
		{clock: "10:20:00", more: `,"country":"IN","kind":"back"`, want: "counted"},
		{clock: "10:21:00", more: `,"country":"IN","kind":"works"`, want: "counted"},
		{clock: "10:22:00", more: `,"country":"IN","kind":"works"`, want: "not counted"},
	}, []seen{totals("whatsapp", 1, 1, 1), onMap(1, 1, 0)}},
	{"across midnight", []step{
		{clock: "23:50:00", want: "counted"}, {clock: "24:05:00", want: "not counted"}, {clock: "24:20:00", want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0)}},
	{"across midnight, after the old key is gone", []step{
		{clock: "23:59:59", want: "counted"}, {clock: "24:29:58", want: "not counted"}, {clock: "24:30:00", want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0)}},
	{"tokens behind one address", []step{
		{clock: "10:00:00", more: token("a"), want: "counted"}, {clock: "10:00:01", more: token("b"), want: "counted"},
		{clock: "10:00:02", more: token("a"), want: "not counted"}, {clock: "10:00:03", want: "counted"},
	}, []seen{totals("whatsapp", 3, 0, 0), judged(1, 1.5, 1)}},
	{"many tokens behind one address", func() (steps []step) {
		for i := range 60 {
			steps = append(steps, step{clock: "10:00:00", more: token(fmt.Sprint(i)), want: "counted"})
		}
		return steps
	}(), []seen{totals("whatsapp", 60, 0, 0), judged(1, 1.5, 1)}},
	{"browsers behind one address", []step{
		{clock: "10:00:00", want: "counted"},
		{clock: "10:00:01", from: sender{alice.addr, bob.agent, alice.language}, want: "counted"},
		{clock: "10:00:02", from: sender{alice.addr, alice.agent, bob.language}, want: "counted"},
	}, []seen{totals("whatsapp", 3, 0, 0), judged(1, 1.5, 1)}},
	{"one IPv6 network of a household", []step{
		{clock: "10:00:00", from: sender{addr: "2001:db8:1:2::a"}, want: "counted"},
		{clock: "10:10:00", from: sender{addr: "2001:db8:1:2:ffff::b"}, want: "not counted"},
		{clock: "10:10:00", from: sender{addr: "2001:db8:1:3::a"}, want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0), judged(1, 1.5, 1)}},
	{"an IPv4 address in IPv6 clothing", []step{
		{clock: "10:00:00", want: "counted"},
		{clock: "10:01:00", from: sender{"::ffff:" + alice.addr, alice.agent, alice.language}, want: "not counted"},
	}, []seen{totals("whatsapp", 1, 0, 0)}},
	{"a forged way through proxies", []step{
		{clock: "10:00:00", want: "counted"},
		{clock: "10:01:00", from: sender{"198.51.100.1, " + alice.addr, alice.agent, alice.language}, want: "not counted"},
	}, []seen{totals("whatsapp", 1, 0, 0)}},
	{"Kolkata in three spellings", []step{
		{clock: "10:00:00", from: person(1), more: `,"location":{"lat":22.5726,"lng":88.3639}`, want: "counted"},
		{clock: "10:00:00", from: person(2), more: `,"place":"700001"`, want: "counted"},
		{clock: "10:00:00", from: person(3), more: `,"place":"৭০০০০১"`, want: "counted"},
	}, []seen{onMap(3, 0, 0), allIn("IN-WB")}},
	{"places of their own region, not of a namesake or a neighbour", []step{
		{clock: "10:00:00", from: person(1), more: `,"place":"824101"`, want: "counted"},
	}, []seen{allIn("IN-BR")}},
	{"a PIN of Manipur", []step{{clock: "10:00:00", more: `,"place":"795001"`, want: "counted"}}, []seen{allIn("IN-MN")}},
	{"Wales on the border", []step{
		{clock: "10:00:00", from: person(1), more: `,"place":"NP16"`, want: "counted"},
		{clock: "10:00:00", from: person(2), more: `,"place":"CH6"`, want: "counted"},
		{clock: "10:00:00", from: person(3), more: `,"location":{"lat":51.6409,"lng":-2.6768}`, want: "counted"},
		{clock: "10:00:00", from: person(4), more: `,"location":{"lat":53.2449,"lng":-3.1323}`, want: "counted"},
		{clock: "10:00:00", from: person(5), more: `,"place":"Chepstow"`, want: "counted"},
	}, []seen{allIn("GB-TLL")}},
	{"a place that is not understood", []step{
		{clock: "10:00:00", from: person(1), more: `,"place":"qqqqqq","country":"IN"`, want: "counted"},
		{clock: "10:00:00", from: person(2), more: `,"place":"Aurangabad"`, want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0)}},
	{"country only", []step{{clock: "10:00:00", want: "counted"}},
		[]seen{totals("whatsapp", 1, 0, 0), onMap(1, 1, 0), cells(3, nil)}},
	{"a seafront", []step{
		{clock: "10:00:00", more: `,"location":{"lat":50.8056,"lng":-0.1624}`, want: "counted"},
	}, []seen{allIn("GB-TLJ")}},
	{"nowhere that is covered", []step{
		{clock: "10:00:00", more: `,"location":{"lat":48.8566,"lng":2.3522}`, want: "unknown location"},
		{clock: "10:00:00", more: `,"location":{"lat":0,"lng":0}`, want: "unknown location"},
		{clock: "10:00:00", more: `,"location":{"lat":91,"lng":0}`, want: "invalid location"},
	}, []seen{totals("whatsapp", 0, 0, 0), logged(0, 0), nothingStored}},
	{"one report in a village", []step{{clock: "10:00:00", cell: esplanade, want: "counted"}},
		[]seen{onMap(1, 0, 1), cells(6, nil), cells(5, nil), cells(4, nil), cells(3, nil)}},
	{"two and two", join(crowd(0, 2, "10:00:00", esplanade), crowd(2, 2, "10:01:00", parkLane), end),
		[]seen{onMap(4, 0, 4), cells(6, nil), cells(5, map[outage.Cell]int64{esplanade.Parent(5): 4})}},
	{"three and two", join(crowd(0, 3, "10:00:00", esplanade), crowd(3, 2, "10:01:00", parkLane), end), []seen{
		onMap(5, 0, 2), cells(6, map[outage.Cell]int64{esplanade: 3}), cells(5, map[outage.Cell]int64{esplanade.Parent(5): 3}),
	}},
	{"three, two and one", join(
		crowd(0, 3, "10:00:00", esplanade), crowd(3, 2, "10:01:00", parkLane), crowd(5, 1, "10:01:00", ballygunj), end,
	), []seen{
		onMap(6, 0, 3), cells(6, map[outage.Cell]int64{esplanade: 3}), cells(5, map[outage.Cell]int64{esplanade.Parent(5): 6}),
	}},
	{"three in a quarter hour that is open", crowd(0, 3, "10:00:00", esplanade),
		[]seen{onMap(3, 0, 0), cells(6, map[outage.Cell]int64{esplanade: 3})}},
	{"a fourth a minute later", join(crowd(0, 3, "10:00:00", esplanade), crowd(3, 1, "10:01:00", esplanade)),
		[]seen{onMap(4, 0, 1), cells(6, map[outage.Cell]int64{esplanade: 3})}},
	{"five of one network in a village", join(household(5, "10:00:00", esplanade), end),
		[]seen{onMap(5, 0, 5), cells(6, nil), cells(5, nil), cells(4, nil), cells(3, nil)}},
	{"five of one network and one of another", join(household(5, "10:00:00", esplanade), crowd(0, 1, "10:01:00", esplanade), end),
		[]seen{onMap(6, 0, 0), cells(6, map[outage.Cell]int64{esplanade: 6})}},
	{"five of one network and one of another next door", join(household(5, "10:00:00", esplanade), crowd(0, 1, "10:01:00", parkLane), end),
		[]seen{cells(6, nil), cells(5, map[outage.Cell]int64{esplanade.Parent(5): 6})}},
	{"200 addresses of one /24", func() (steps []step) {
		for i := range 200 {
			steps = append(steps, step{clock: "10:00:00", from: sender{addr: fmt.Sprintf("31.77.5.%d", i+1)}, more: `,"country":"IN"`, want: "counted"})
		}
		return steps
	}(), []seen{totals("whatsapp", 200, 0, 0), judged(1, 1.5, 1)}},
	{"a window between quarter hours", join(crowd(0, 3, "10:01:00", esplanade), crowd(3, 4, "10:29:00", esplanade), end),
		[]seen{snapped}},
	{"undone", []step{
		{clock: "10:00:00", want: "counted"}, {clock: "10:03:00", undoes: 1, want: "undone"},
		{clock: "10:03:30", undoes: 1, want: "undone"}, {clock: "10:20:00", want: "not counted"}, {clock: "10:30:00", want: "counted"},
	}, []seen{totals("whatsapp", 1, 0, 0), logged(3, 1)}},
	{"undone too late", []step{
		{clock: "10:00:00", want: "counted"}, {clock: "10:10:01", undoes: 1, want: "gone id"},
	}, []seen{totals("whatsapp", 1, 0, 0), logged(1, 0)}},
	{"one Idempotency-Key", []step{
		{clock: "10:00:00", key: "k1", want: "counted"}, {clock: "10:00:01", key: "k1", repeats: 1, want: "counted"},
		// In another network it is another key, whoever sends it: nobody gets a
		// stranger's receipt.
		{clock: "20:00:00", from: sender{bob.addr, alice.agent, alice.language}, key: "k1", want: "counted"},
		{clock: "20:00:00", key: "k1", service: "facebook", want: "conflict Idempotency-Key"},
		{clock: "20:00:00", key: "k2", want: "counted"},
	}, []seen{totals("whatsapp", 3, 0, 0), totals("facebook", 0, 0, 0), logged(3, 0)}},
	{"one easy Idempotency-Key of two people", []step{
		{clock: "10:00:00", key: "1", want: "counted"}, {clock: "10:00:01", from: bob, key: "1", want: "counted"},
	}, []seen{totals("whatsapp", 2, 0, 0), logged(2, 0)}},
}

// end lets the quarter hours end, with a report that shows on no map of India.
var end = []step{{clock: "11:00:00", more: `,"country":"GB"`, want: "counted"}}

func TestCounting(t *testing.T) {
	for _, c := range stories {
		t.Run(c.name, func(t *testing.T) { eachEngine(t, c.play) })
	}
}

func allIn(region string) seen {
	return func(s *server) {
		s.t.Helper()
		for _, entry := range s.entries() {
			if string(entry.Region) != region {
				s.t.Errorf("a report lies in %q, want %s", entry.Region, region)
			}
		}
	}
}

func nothingStored(s *server) {
	for name := range s.dump() {
		if strings.HasPrefix(name, "dp:{") && !strings.HasSuffix(name, ":alive") {
			s.t.Errorf("%s was written", name)
		}
	}
}

func snapped(s *server) {
	got := s.heatmap(countrytest.IN, 6, span("10:07", "10:20"))
	if want := span("10:00", "10:30"); got.From != want.Get("from") || got.To != want.Get("to") || got.Total != 7 {
		s.t.Errorf("the window is %s to %s with %d reports", got.From, got.To, got.Total)
	}
}

// entries is the whole log of reports, oldest first.
func (s *server) entries() (all []outage.Entry) {
	s.t.Helper()
	for shard := range bucket.Shards {
		stream := fmt.Sprintf("dp:{%02d}:log", shard)
		messages, err := s.app.redis.Client().XRange(context.Background(), stream, "-", "+").Result()
		if err != nil {
			s.t.Fatal(err)
		}
		for _, message := range messages {
			entries, err := bucket.DecodeEntries(message.Values["r"].(string))
			if err != nil {
				s.t.Fatal(err)
			}
			all = append(all, entries...)
		}
	}
	return all
}

// fallible is a counter that fails once: before it counted, or after.
type fallible struct {
	intake.Counter
	fail, after bool
}

func (f *fallible) Add(ctx context.Context, report outage.Report) (bool, error) {
	if !f.fail {
		return f.Counter.Add(ctx, report)
	}
	f.fail = false
	if f.after {
		if _, err := f.Counter.Add(ctx, report); err != nil {
			return false, err
		}
	}
	return false, errors.Join(errors.New("cut off"), &outage.Error{Code: outage.CodeUnavailable, RetryAfter: time.Second})
}

// TestIdempotencyAfterFailure cuts a request off between its claim and its
// answer. The retry is the same report, whether the first try was counted or
// not.
func TestIdempotencyAfterFailure(t *testing.T) {
	for name, after := range map[string]bool{"before it was counted": false, "after it was counted": true} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(s *server) {
				s.app.intake.Counter = &fallible{s.app.intake.Counter, true, after}
				body := `{"service":"whatsapp","country":"IN"}`
				if got := s.report(alice, body, "k"); got.status != 503 || got.header.Get("Retry-After") == "" {
					s.t.Fatalf("the cut request got %d %s", got.status, got.body)
				}
				s.set(s.now().Add(time.Minute))
				first, second := s.report(alice, body, "k"), s.report(alice, body, "k")
				if outcome(first) != "counted" || !bytes.Equal(first.body, second.body) {
					s.t.Errorf("the retries got %s and %s", first.body, second.body)
				}
				totals("whatsapp", 1, 0, 0)(s)
				logged(1, 0)(s)
				if got := s.undo(alice, second); outcome(got) != "undone" {
					s.t.Errorf("the report of a retry cannot be taken back: %s", got.body)
				}
				s.set(s.now().Add(5 * time.Second)) // what was read before is cached for two
				totals("whatsapp", 0, 0, 0)(s)
			})
		})
	}
}
