package scenario

import (
	"math"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// The facts that the sources of a script state, as its rows tell them.
func TestFacts(t *testing.T) {
	type fact struct {
		service  string
		country  outage.Country
		from, to string // of the day of the outage
		min, max int
	}
	for name, script := range map[string]struct {
		day   string
		facts []fact
	}{
		"whatsapp-2025-02-28": {"2025-02-28", []fact{
			{"whatsapp", countrytest.GB, "14:57", "15:12", 0, 80},
			{"whatsapp", countrytest.GB, "15:12", "15:15", 300, 900},
			{"whatsapp", countrytest.GB, "15:30", "15:45", 60000, 65000},
			{"whatsapp", countrytest.GB, "15:36", "15:51", 66000, 71000},
			{"whatsapp", countrytest.GB, "16:15", "16:30", 5000, 15000},
			{"whatsapp", countrytest.GB, "17:45", "18:00", 0, 100},
			{"whatsapp", countrytest.IN, "15:15", "15:30", 4000, 5000},
			{"whatsapp", countrytest.IN, "15:30", "15:45", 11000, 13000},
			{"messenger", countrytest.GB, "15:15", "15:30", 120, 190},
			{"messenger", countrytest.GB, "15:30", "15:45", 1600, 1850},
			{"messenger", countrytest.IN, "15:00", "17:00", 0, 60},
			{"facebook", countrytest.GB, "15:15", "16:15", 20, 130},
			{"facebook", countrytest.IN, "15:15", "16:15", 5, 90},
			{"instagram", countrytest.GB, "15:15", "16:15", 15, 110},
			{"instagram", countrytest.IN, "15:15", "16:15", 15, 130},
			{"telegram", countrytest.IN, "15:15", "16:15", 0, 60},
			{"bt", countrytest.GB, "15:15", "16:15", 15, 120},
			{"jio", countrytest.IN, "15:15", "16:15", 30, 200},
		}},
		"meta-2024-12-11": {"2024-12-11", []fact{
			{"facebook", countrytest.GB, "17:30", "17:45", 0, 60},
			{"facebook", countrytest.GB, "18:15", "18:30", 22500, 24500},
			{"whatsapp", countrytest.GB, "18:15", "18:30", 17800, 19500},
			{"instagram", countrytest.GB, "18:15", "18:30", 10900, 12100},
			{"facebook", countrytest.GB, "22:15", "22:30", 0, 700},
			{"threads", countrytest.GB, "18:15", "18:30", 130, 220},
			{"facebook", countrytest.IN, "18:15", "18:30", 4200, 4800},
			{"instagram", countrytest.IN, "18:15", "18:30", 4700, 5400},
			{"telegram", countrytest.GB, "18:00", "20:00", 0, 60},
		}},
		"meta-2024-03-05": {"2024-03-05", []fact{
			{"facebook", countrytest.IN, "15:25", "15:40", 14300, 15500},
			{"instagram", countrytest.IN, "15:25", "15:40", 31500, 33600},
			{"facebook", countrytest.IN, "14:45", "15:00", 0, 60},
			{"instagram", countrytest.GB, "17:50", "18:10", 20, 200},
			{"whatsapp", countrytest.GB, "15:25", "15:40", 10, 80},
			{"whatsapp", countrytest.IN, "15:00", "17:00", 10, 300},
		}},
		"whatsapp-2024-04-03": {"2024-04-03", []fact{
			{"whatsapp", countrytest.GB, "17:45", "18:00", 0, 80},
			{"whatsapp", countrytest.GB, "18:10", "18:25", 44500, 47500},
			{"whatsapp", countrytest.IN, "18:10", "18:25", 19200, 20900},
			{"whatsapp", countrytest.GB, "18:55", "19:10", 9500, 10600},
			{"whatsapp", countrytest.IN, "18:55", "19:10", 3300, 3800},
			{"facebook", countrytest.GB, "18:00", "19:00", 10, 130},
			{"instagram", countrytest.IN, "18:00", "19:00", 10, 130},
		}},
	} {
		options := setting()
		options.Span = hours(t, script.day+" 12:00", 12)
		rows := played(t, load(t, name), options)
		for _, f := range script.facts {
			span := outage.Span{From: minute(t, script.day+" "+f.from), To: minute(t, script.day+" "+f.to)}
			if n := sum(rows, f.service, f.country, span); n < f.min || n > f.max {
				t.Errorf("%s: %s in %s from %s to %s: %d reports, not %d to %d", name, f.service, f.country, f.from, f.to, n, f.min, f.max)
			}
		}
	}
}

// Every count that a script states comes out, but for luck and the ordinary
// reports beneath.
func TestEveryPointComesOut(t *testing.T) {
	for _, name := range Names() {
		script := load(t, name)
		options := setting()
		options.Span = outage.Span{From: script.Began - 60, To: script.Span.To}
		rows := played(t, script, options)
		for _, wave := range script.Waves {
			for i, p := range wave.Points[1:] {
				span := outage.Span{From: wave.Points[i].At, To: p.At}
				ordinary := 2.5 * float64(span.To-span.From) // the highest rate at the busiest hour
				luck := 5*math.Sqrt(p.Reports+ordinary) + .05*p.Reports
				got := float64(sum(rows, wave.Service, wave.Country, span))
				if got < p.Reports-luck || got > p.Reports+ordinary+luck {
					t.Errorf("%s: %s in %s up to %v: %v reports, the script says %v",
						name, wave.Service, wave.Country, p.At.Time(), got, p.Reports)
				}
			}
		}
	}
}

func TestSymptomsHaveTheirShares(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 15:00", 3)
	rows := played(t, load(t, "whatsapp-2025-02-28"), options)
	for _, country := range outage.Countries() {
		named, all := map[string]int{}, 0
		for _, row := range rows {
			if row.Service == "whatsapp" && row.Country == country {
				named[row.Symptom] += row.N
				all += row.N
			}
		}
		for symptom, want := range map[string]float64{"send": .55, "connect": .34, "": .11} {
			if got := float64(named[symptom]) / float64(all); math.Abs(got-want) > .015 {
				t.Errorf("%s: %q has a share of %.3f, not %.2f", country, symptom, got, want)
			}
		}
	}
}

// London leads, then Manchester, then Glasgow, ahead of larger cities.
func TestNamedCitiesLead(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 15:00", 3)
	rows := played(t, load(t, "whatsapp-2025-02-28"), options)
	at := func(city string) int {
		n := 0
		for _, s := range spots(towns, countrytest.GB) {
			for _, row := range rows {
				if s.city == city && row.Service == "whatsapp" && row.Country == countrytest.GB && row.Point == s.at {
					n += row.N
				}
			}
		}
		return n
	}
	order := []string{"London", "Manchester", "Glasgow", "Birmingham"}
	for i := range order[1:] {
		if at(order[i]) <= at(order[i+1]) {
			t.Errorf("%s has %d reports, %s %d", order[i], at(order[i]), order[i+1], at(order[i+1]))
		}
	}
}

func TestIndiaReportsLessThanBritain(t *testing.T) {
	options := setting()
	options.Span = hours(t, "2025-02-28 15:00", 3)
	rows := played(t, load(t, "whatsapp-2025-02-28"), options)
	ratio := float64(sum(rows, "whatsapp", countrytest.GB, options.Span)) / float64(sum(rows, "whatsapp", countrytest.IN, options.Span))
	if ratio < 2 || ratio > 6 {
		t.Errorf("Britain reports %.1f times as much; in outages that are known it was 2 to 6 times", ratio)
	}
}
