package pagetest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Places knows two places of one name, and the regions and districts that have slugs.
type Places struct{}

// slugs are the names of some areas in addresses.
var slugs = map[outage.Area]string{
	{Country: countrytest.IN, Region: "IN-WB"}:                         "west-bengal",
	{Country: countrytest.IN, Region: "IN-WB", District: "IN-D315"}:    "kolkata",
	{Country: countrytest.GB, Region: "GB-TLE"}:                        "yorkshire-and-the-humber",
	{Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"}: "leeds",
	{Country: countrytest.GB, Region: "GB-TLE", District: "bt"}:        "bt", // which is a service too
}

// Slugs are the name, and one that is longer.
func (Places) Slugs(area outage.Area) []string {
	if slug, ok := slugs[area]; ok {
		return []string{slug, slug + "-" + strings.ToLower(string(area.Region))}
	}
	return nil
}

// AreaOf knows the slugs, and the codes of regions.
func (f Places) AreaOf(country outage.Country, slug string) (outage.Area, bool) {
	for area := range slugs {
		code := area.District == "" && slug == strings.ToLower(strings.TrimPrefix(string(area.Region), string(country)+"-"))
		if area.Country == country && (code || slices.Contains(f.Slugs(area), slug)) {
			return area, true
		}
	}
	return outage.Area{}, false
}

// Resolve knows some other spellings, and a name of two places.
func (Places) Resolve(text string, country outage.Country) outage.Resolution {
	if text == "newport" {
		return outage.Resolution{Candidates: []outage.Place{
			{Country: countrytest.GB, Region: "GB-TLE"}, {Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"},
		}}
	}
	for name, place := range map[string]outage.Place{
		"kolkata, west bengal": {Name: "Kolkata", Country: countrytest.IN, Region: "IN-WB", District: "IN-D315"},
		"calcutta":             {Name: "Kolkata", Country: countrytest.IN, Region: "IN-WB", District: "IN-D315"},
		"লিডস":                 {Name: "Leeds", Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"},
		"leeds":                {Name: "Leeds", Country: countrytest.GB, Region: "GB-TLE", District: "E08000035"},
	} {
		if strings.ToLower(text) == name && (country == "" || country == place.Country) {
			return outage.Resolution{Place: place, Understood: true}
		}
	}
	return outage.Resolution{}
}

func (Places) Search(q string, _ outage.Country, _ int) []outage.Place {
	for _, place := range newports {
		if strings.HasPrefix(q, place.Name) {
			return []outage.Place{place}
		}
	}
	return nil
}

// districts are some districts with their regions and names.
var districts = map[outage.District]struct {
	region outage.Region
	names  map[string]string
}{
	"IN-D315":   {"IN-WB", map[string]string{"en": "Kolkata", "hi": "कोलकाता", "bn": "কলকাতা"}},
	"IN-D482":   {"IN-MH", map[string]string{"en": "Pune", "hi": "पुणे", "bn": "পুনে"}},
	"E08000035": {"GB-TLE", map[string]string{"en": "Leeds", "bn": "লিডস"}},
}

func (f Shapes) RegionOfDistrict(district outage.District) outage.Region {
	return districts[district].region
}

func (f Shapes) DistrictName(district outage.District, lang string) string {
	names := districts[district].names
	made := "Aberconwy " + string(district)
	if lang == "bn" {
		made = bengali.Replace("aberconwy") + " " + string(district)
	}
	return cmp.Or(names[lang], names["en"], made)
}

func (f Shapes) Districts(region outage.Region) (all []outage.District) {
	for district, of := range districts {
		if of.region == region {
			all = append(all, district)
		}
	}
	slices.Sort(all)
	return all
}

// Beside is the other areas of the country that are of the same kind.
func (f Shapes) Beside(area outage.Area) (all []outage.Area) {
	for other := range slugs {
		if other != area && other.Country == area.Country && (other.District == "") == (area.District == "") {
			all = append(all, other)
		}
	}
	slices.SortFunc(all, func(a, b outage.Area) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.District, b.District))
	})
	return all
}

// ServicesIn is three services, of which one has no normal there.
func (f Readings) ServicesIn(_ context.Context, area outage.Area, _ outage.Span, most int) ([]public.ServiceCount, error) {
	if f.Err != nil {
		return nil, f.Err
	}
	all := []public.ServiceCount{{Service: "whatsapp", Reports: 412, Expected: new(11.5)}, {Service: "hsbc", Reports: 9, Expected: new(6.2)}, {Service: "ee", Reports: 3}}
	if f.Young {
		all = nil
	}
	return all[:min(len(all), most)], nil
}

// Regions are those of the land.
func (f Shapes) Regions(country outage.Country) (all []outage.Region) {
	for _, row := range f {
		if row.country == country && !slices.Contains(all, row.region) {
			all = append(all, row.region)
		}
	}
	slices.Sort(all)
	return all
}
