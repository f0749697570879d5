package page

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// form is the report form: choices, values and errors.
type form struct {
	*layout
	Service   outage.Service
	Name      string
	Advice    []string         // whom to call about the service, for each country
	Choices   []choice         // symptoms
	Symbols   []draw.Symbol    // the pictures that the choices use
	Towns     []string         // offered for the place
	Networks  []string         // offered for the network
	Countries []outage.Country // countries to choose from; none if the address has one
	Values    outage.Submission
	Problems  []problem
	Key       string
	Back      bool // reports that it works again are offered
}

// choice is one radio button. Picture is the id of a symbol.
type choice struct {
	Value, Text, Picture string
	Checked              bool
}

// problem is an error in a form. Field is the id of the element to correct, "" for
// an error of none.
type problem struct{ Field, Text string }

// form prepares the form for a service. The submission is nil for an empty form.
func (q *request) form(service outage.Service, sent *outage.Submission) form {
	result := form{layout: q.layout, Service: service, Name: q.ServiceName(service)}
	if sent != nil {
		result.Values = *sent
	}
	for _, symptom := range service.Symptoms {
		picture := q.builder.symbols.Of(symptom.Slug)
		if !slices.Contains(result.Symbols, picture) {
			result.Symbols = append(result.Symbols, picture)
		}
		result.Choices = append(result.Choices, choice{
			Value: symptom.Slug, Text: q.SymptomName(symptom), Picture: picture.ID, Checked: symptom.Slug == result.Values.Symptom,
		})
	}
	if len(result.Choices) > 0 {
		other := q.builder.symbols.Of("")
		if !slices.Contains(result.Symbols, other) {
			result.Symbols = append(result.Symbols, other)
		}
		result.Choices = append(result.Choices, choice{Text: q.T("form.symptom.other"), Picture: other.ID})
	}
	result.Advice, result.Back = q.advice(service), true
	result.offer(service, q.builder.config.Services.Services())
	if countries := q.At.Countries(service); q.At.Country == "" && len(countries) > 1 {
		result.Countries = countries
	} else if len(countries) == 1 {
		result.Values.Country = string(countries[0])
	}
	return result
}

// advice says whom to call about services of one kind, for each country of the
// page in which they are used.
func (q *request) advice(services ...outage.Service) []string {
	var advice []string
	countries := q.At.Countries(outage.Service{})
	countries = slices.DeleteFunc(countries, func(country outage.Country) bool {
		return !slices.ContainsFunc(services, func(s outage.Service) bool { return address.UsedIn(s, country) })
	})
	for _, country := range countries {
		texts := services[0].Advice[country]
		text := q.NameIn(texts, texts[locale.Default])
		if text != "" && len(countries) > 1 {
			text = q.CountryName(country) + ": " + text
		}
		if text != "" {
			advice = append(advice, text)
		}
	}
	return advice
}

// offer fills the suggestions for towns and networks with the largest ones, in the
// language of the page. Any other can be typed.
func (f *form) offer(service outage.Service, all []outage.Service) {
	for _, country := range f.At.Countries(service) {
		f.Towns = append(f.Towns, country.Names(f.Lang()).Towns...)
	}
	for _, network := range all {
		if network.AccessNetwork() && len(f.At.Countries(network)) > 0 {
			f.Networks = append(f.Networks, f.ServiceName(network))
		}
	}
}

// PlaceIn is the country whose places the script suggests, "" for any.
func (f form) PlaceIn() string {
	if len(f.Countries) > 0 {
		return ""
	}
	return f.Values.Country
}

// Zones lists the countries to choose from, each followed by the time zones of its
// devices, by which the script guesses one.
func (f form) Zones() string {
	var words []string
	for _, country := range f.Countries {
		words = append(append(words, string(country)), country.DeviceZones()...)
	}
	return strings.Join(words, " ")
}

// CountryChoice is the radio button of a country.
func (f form) CountryChoice(country outage.Country) choice {
	return choice{Value: string(country), Text: f.CountryName(country), Checked: string(country) == f.Values.Country}
}

// Problem is the error of a field, "" for none.
func (f form) Problem(field string) string {
	for _, p := range f.Problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

type formPage struct {
	request
	Form form
}

// formPage is the form alone, without any readings.
func (s *Builder) formPage(at address.Address) *formPage {
	service, _ := s.config.Services.Service(at.Service)
	return s.reportPage(at, service, nil)
}

func (s *Builder) reportPage(at address.Address, service outage.Service, sent *outage.Submission) *formPage {
	page := &formPage{request: s.request(at.WithLeaf(address.LeafReport))}
	page.Form = page.form(service, sent)
	page.Title = page.T("report.title", "service", page.Form.Name)
	page.Summary = page.T("service.summary", "service", page.Form.Name)
	page.Index = false
	return page
}

// RefusedPage is the form with the rejected values and the error.
func (s *Builder) RefusedPage(at address.Address, service outage.Service, sent outage.Submission, known *outage.Error, key string) *formPage {
	page := s.reportPage(at, service, &sent)
	page.Form.Problems = []problem{page.Form.fault(known)}
	page.Form.Key = key
	page.Title = page.T("error.title", "title", page.Title)
	return page
}

// fault translates an error about a submission. A field that the form does not
// show has no element to link to.
func (f form) fault(known *outage.Error) problem {
	result := problem{Field: known.Field, Text: explain(f.Localizer, known)}
	switch {
	case known.Field == "country" && len(f.Countries) == 0:
		result.Field = "place"
	case known.Field == "location":
		result.Field = "place"
	case !strings.Contains(" symptom place country ", " "+known.Field+" "):
		result.Field = ""
	}
	return result
}

// explain is the text for a code and field, else for the code, else the
// detail, which is English.
func explain(l *locale.Localizer, known *outage.Error) string {
	for _, key := range []string{
		"error." + string(known.Code) + "." + known.Field,
		"error." + string(known.Code),
	} {
		if l.Has(key) {
			return l.T(key)
		}
	}
	if known.Detail != "" {
		return known.Detail
	}
	return l.T("error.internal")
}
