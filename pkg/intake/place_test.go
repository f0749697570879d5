package intake

import (
	"context"
	"reflect"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// A place that is not understood never refuses a report: the receipt asks.
func TestUnresolvedPlace(t *testing.T) {
	for _, tc := range []struct {
		name, place, country, languages string
		want                            outage.Place
		unresolved                      *outage.Unresolved
		fault                           string
	}{
		{"understood", "700001", "", "", kolkata, nil, ""},
		{"candidates of one region", "kolkatta", "", "", outage.Place{Country: countrytest.IN, Region: "IN-WB"}, &outage.Unresolved{Suggestions: []outage.Place{kolkata}}, ""},
		{"the country given", "x", "IN", "en-GB", outage.Place{Country: countrytest.IN}, &outage.Unresolved{}, ""},
		{"the country of the language", "x", "", "bn,en;q=0.8", outage.Place{Country: countrytest.IN}, &outage.Unresolved{}, ""},
		{"the region of the language", "x", "", "en-GB", outage.Place{Country: countrytest.GB}, &outage.Unresolved{}, ""},
		{"a place of another country than the one given", "700001", "GB", "", outage.Place{Country: countrytest.GB}, &outage.Unresolved{}, ""},
		{"nothing tells the country", "x", "", "en", outage.Place{}, nil, "country"},
		{"nor does a country that is not covered", "x", "", "fr-FR", outage.Place{}, nil, "country"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			service, behind, _ := newService(t)
			from := somebody
			from.AcceptLanguage = tc.languages
			receipt, err := service.Take(context.Background(), from, outage.Submission{Service: "whatsapp", Place: tc.place, Country: tc.country}, "")
			if tc.fault != "" {
				if known := outage.AsError(err); known == nil || known.Field != tc.fault || len(behind.reports) > 0 {
					t.Errorf("got %+v, %v", receipt, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r := behind.reports[0]; r.Country != tc.want.Country || r.Region != tc.want.Region || r.District != tc.want.District || r.Cell != tc.want.Cell {
				t.Errorf("counted as %+v, want %+v", r, tc.want)
			}
			if !reflect.DeepEqual(receipt.Unresolved, tc.unresolved) || receipt.District != tc.want.District {
				t.Errorf("the receipt is %+v", receipt)
			}
		})
	}
}

func TestOnlyCountryIsThatOfAnyPlace(t *testing.T) {
	countrytest.Packs[:1].Register()
	t.Cleanup(countrytest.Packs.Register)
	service, behind, _ := newService(t)
	from := somebody
	from.AcceptLanguage = ""
	if _, err := service.Take(context.Background(), from, outage.Submission{Service: "whatsapp", Place: "x"}, ""); err != nil || behind.reports[0].Country != countrytest.Packs[0].Code {
		t.Errorf("counted as %+v, %v", behind.reports, err)
	}
}

// Lines of a batch follow the same rule, and have no language.
func TestUnresolvedPlaceInBatch(t *testing.T) {
	service, behind, _ := newService(t)
	receipt, err := service.TakeBatch(context.Background(), "importer", []byte(`{"service":"whatsapp","place":"kolkatta","reported_at":"2031-07-08T10:00:00Z","reporter":"a"}
{"service":"whatsapp","place":"x","country":"GB","reported_at":"2031-07-08T10:01:00Z","reporter":"b"}
{"service":"whatsapp","place":"x","reported_at":"2031-07-08T10:02:00Z","reporter":"c"}`), "")
	if err != nil || receipt.Accepted != 2 || len(receipt.Rejected) != 1 || receipt.Rejected[0].Field != "country" || receipt.Rejected[0].Line != 3 {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	if a, b := behind.reports[0], behind.reports[1]; a.Region != "IN-WB" || a.Cell != 0 || b.Country != countrytest.GB {
		t.Errorf("counted as %+v and %+v", a, b)
	}
}

func TestPlaceOfAReport(t *testing.T) {
	service, behind, _ := newService(t)
	id := outage.NewReportID(0, noon).String()
	place := func(id, token, text string, country outage.Country) (outage.Place, *outage.Error) {
		got, err := service.Place(context.Background(), somebody.Addr, id, token, text, country)
		return got, outage.AsError(err)
	}
	if got, err := place(id, "token", "700001", countrytest.IN); err != nil || got != kolkata || len(behind.moved) != 1 || behind.moved[0] != kolkata {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, tc := range []struct {
		id, token, text string
		country         outage.Country
		code            outage.Code
		field           string
	}{
		{id, "token", "", "", outage.CodeInvalid, "place"},
		{id, "token", "kolkatta", "", outage.CodeInvalid, "place"},
		{id, "token", "700001", "FR", outage.CodeUnknown, "country"},
		{id, "", "700001", "", outage.CodeInvalid, "undo"},
		{"zz", "token", "700001", "", outage.CodeNotFound, "id"},
		{id, "guess", "700001", "", outage.CodeForbidden, "undo"},
	} {
		if got, err := place(tc.id, tc.token, tc.text, tc.country); err == nil || err.Code != tc.code || err.Field != tc.field || got != (outage.Place{}) {
			t.Errorf("%+v: got %+v, %v", tc, got, err)
		} else if asks := tc.text == "kolkatta"; asks != (len(err.Suggestions) == 1) {
			t.Errorf("%+v: suggests %v", tc, err.Suggestions)
		}
	}
	for range 100 { // guesses of tokens have the limit of Undo
		if _, err := place(id, "guess", "700001", ""); err.Code == outage.CodeLimited {
			return
		}
	}
	t.Error("tokens can be guessed without limit")
}
