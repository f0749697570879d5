package intake

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// fakes implement the dependencies of a service.
type fakes struct {
	mutex    sync.Mutex
	reports  []outage.Report
	requests []string // of the batches
	moved    []outage.Place
}

var noon = time.Date(2031, 7, 8, 12, 0, 0, 0, time.UTC)

var somebody = outage.Client{Addr: netip.MustParseAddr("81.2.69.142"), UserAgent: "Agent/1", AcceptLanguage: "en-GB"}

func (f *fakes) Add(_ context.Context, report outage.Report) (bool, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.reports = append(f.reports, report)
	return true, nil
}

func (*fakes) Undo(context.Context, outage.ReportID, uint64) error { return nil }

func (f *fakes) Move(_ context.Context, _ outage.ReportID, undoHash uint64, to outage.Place) error {
	if undoHash != hashUndo("token") {
		return &outage.Error{Code: outage.CodeForbidden, Field: "undo"}
	}
	f.moved = append(f.moved, to)
	return nil
}

func (*fakes) Service(slug string) (outage.Service, bool) {
	return outage.Service{Slug: slug, Name: slug, Symptoms: []outage.Symptom{{Slug: "send"}}}, slug == "whatsapp"
}

func (*fakes) AccessNetwork(text string, country outage.Country) string {
	if (text == "Jio" || text == "জিও") && country == countrytest.IN {
		return "jio"
	}
	return ""
}

const someCell = outage.Cell(0x863cf2c67ffffff)

func (*fakes) DistrictOf(outage.Cell, outage.Region) outage.District { return "" }

func (*fakes) Locate(point outage.LatLng) (outage.Cell, outage.Country, outage.Region, error) {
	if point.Lat < 10 {
		return 0, "", "", outage.Unknown("location", "is elsewhere")
	}
	return someCell, countrytest.IN, "IN-WB", nil
}

// kolkata is the place of numbers that start with 7; its neighbour is suggested for other
// text. Text of one letter says nothing.
var kolkata = outage.Place{Name: "Kolkata", Country: countrytest.IN, Region: "IN-WB", District: "IN-WB-kolkata", Cell: someCell}

func (*fakes) Resolve(text string, country outage.Country) outage.Resolution {
	switch {
	case strings.HasPrefix(text, "7") && country != countrytest.GB:
		return outage.Resolution{Place: kolkata, Understood: true}
	case len(text) == 1 || country == countrytest.GB:
		return outage.Resolution{Place: outage.Place{Country: country}}
	}
	return outage.Resolution{Place: outage.Place{Country: countrytest.IN, Region: "IN-WB"}, Candidates: []outage.Place{kolkata}}
}

// newService is a service over fakes, with a key file and a clock that the test sets.
func newService(t testing.TB) (service *Service, behind *fakes, clock *time.Time) {
	t.Helper()
	keys, err := OpenKeyFile(t.TempDir()+"/keys.json", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	behind, now := &fakes{}, noon
	service = New(Config{
		Counter: behind, Catalog: behind, Geography: behind, Places: behind, Keys: keys,
		Status: func(string, outage.Country) outage.StatusNumbers {
			return outage.StatusNumbers{Status: outage.StatusUnknown}
		},
		Now: func() time.Time { return now },
	})
	return service, behind, &now
}

// take sends a submission and returns the counted report.
func take(t testing.TB, service *Service, behind *fakes, from outage.Client, submission outage.Submission) outage.Report {
	t.Helper()
	if _, err := service.Take(context.Background(), from, submission, ""); err != nil {
		t.Fatal(err)
	}
	return behind.reports[len(behind.reports)-1]
}

var plain = outage.Submission{Service: "whatsapp", Country: "IN"}
