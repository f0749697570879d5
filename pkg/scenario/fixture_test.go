package scenario

import (
	"bytes"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// towns are some cities with their rough places and people.
var towns = []Place{
	{"London", countrytest.GB, 51.509, -0.126, 7556900},
	{"Birmingham", countrytest.GB, 52.481, -1.900, 984333},
	{"Nottingham", countrytest.GB, 52.954, -1.155, 729977},
	{"Glasgow", countrytest.GB, 55.865, -4.258, 591620},
	{"Cardiff", countrytest.GB, 51.480, -3.180, 447287},
	{"Manchester", countrytest.GB, 53.481, -2.237, 395515},
	{"Belfast", countrytest.GB, 54.597, -5.930, 274770},
	{"Mumbai", countrytest.IN, 19.073, 72.883, 12691836},
	{"Delhi", countrytest.IN, 28.652, 77.231, 10927986},
	{"Bengaluru", countrytest.IN, 12.972, 77.594, 5104047},
	{"Hyderabad", countrytest.IN, 17.384, 78.456, 3597816},
	{"Ahmedabad", countrytest.IN, 23.026, 72.587, 3719710},
	{"Kolkata", countrytest.IN, 22.563, 88.363, 4631392},
	{"Amritsar", countrytest.IN, 31.634, 74.872, 1092450},
	{"Leh", countrytest.IN, 34.165, 77.585, 27513},
}

var words = []outage.Symptom{{Slug: "send"}, {Slug: "connect"}, {Slug: "login"}}

// listed are some services, not in the order of their slugs.
var listed = []outage.Service{
	{Slug: "whatsapp", Category: "messaging", Symptoms: words},
	{Slug: "messenger", Category: "messaging", Symptoms: words},
	{Slug: "facebook", Category: "social", Symptoms: words},
	{Slug: "instagram", Category: "social", Symptoms: words},
	{Slug: "threads", Category: "social", Symptoms: words},
	{Slug: "telegram", Category: "messaging", Symptoms: words},
	{Slug: "jio", Category: "mobile", Country: []outage.Country{countrytest.IN}, Symptoms: words},
	{Slug: "bt", Category: "broadband", Country: []outage.Country{countrytest.GB}},
	{Slug: "new-thing", Category: "no-such-category", Symptoms: words},
}

func setting() Options { return Options{Places: towns, Services: listed} }

func load(t testing.TB, name string) *Script {
	t.Helper()
	script, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func played(t testing.TB, script *Script, options Options) []Row {
	t.Helper()
	var rows []Row
	err := Play(script, options, func(row Row) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// text is rows as CSV.
func text(t testing.TB, rows []Row) string {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, CSV)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func minute(t testing.TB, text string) outage.Minute {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return outage.MinuteOf(at)
}

// hours is the span of so many hours that begins at the given time.
func hours(t testing.TB, text string, n int) outage.Span {
	t.Helper()
	from := minute(t, text)
	return outage.Span{From: from, To: from + outage.Minute(60*n)}
}

// sum adds up the reports of a service in a country in a span.
func sum(rows []Row, service string, country outage.Country, span outage.Span) int {
	n := 0
	for _, row := range rows {
		if row.Service == service && row.Country == country && span.Contains(row.Minute) {
			n += row.N
		}
	}
	return n
}
