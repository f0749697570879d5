package page

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// names gives services, regions and symptoms their names in a language.
type names struct {
	*locale.Localizer
	services Services
	shapes   Shapes
}

// serviceNamed is the name of a service, or its slug if it left the catalogue.
func (n names) serviceNamed(slug string) string {
	if service, ok := n.services.Service(slug); ok {
		return n.ServiceName(service)
	}
	return slug
}

func (n names) regionName(region outage.Region) string {
	return n.shapes.RegionName(region, n.Lang())
}

func (n names) districtName(district outage.District) string {
	return n.shapes.DistrictName(district, n.Lang())
}

// regionNames lists regions, the main one first; "" where there are none.
func (n names) regionNames(regions []outage.Region, most int) string {
	return listed(n.Localizer, regions, most, n.regionName)
}

// districtNames lists districts in their order; "" where there are none.
func (n names) districtNames(districts []outage.District, most int) string {
	return listed(n.Localizer, districts, most, n.districtName)
}

// listed names the first of some places and says how many more there are.
func listed[Code any](l *locale.Localizer, codes []Code, most int, name func(Code) string) string {
	var names []string
	for _, code := range codes[:min(len(codes), most)] {
		names = append(names, name(code))
	}
	list := strings.Join(names, ", ")
	if more := len(codes) - len(names); more > 0 {
		return l.T("regions.more", "regions", list, "n", int64(more))
	}
	return list
}

// where is the extent of an incident within its country, with the names of at most
// so many regions.
func (n names) where(in public.Incident, most int) string {
	regions := n.regionNames(in.Footprint.Regions, most)
	switch {
	case in.Footprint.Scope == outage.ScopeCountry:
		return n.T("scope.country")
	case regions == "":
		return n.T("scope." + string(in.Footprint.Scope))
	case in.Footprint.Scope == outage.ScopeCell:
		return n.T("scope.part", "regions", regions)
	}
	return regions
}

// placeOf is the name of the place of a signal.
func (n names) placeOf(signal public.Node) string {
	region := signal.Region
	if signal.Scope == outage.ScopeCell {
		region = n.shapes.RegionOf(signal.Cell)
	}
	switch {
	case signal.Scope == outage.ScopeCountry || region == "":
		return n.CountryName(signal.Country)
	case signal.Scope == outage.ScopeCell:
		return n.T("scope.part", "regions", n.shapes.RegionName(region, n.Lang()))
	}
	return n.shapes.RegionName(region, n.Lang())
}

// symptom is the name of a symptom, or its slug if it left the catalogue.
func (n names) symptom(service outage.Service, slug string) string {
	if slug == "" {
		return n.T("symptoms.none")
	}
	if symptom, ok := service.Symptom(slug); ok {
		return n.SymptomName(symptom)
	}
	return slug
}
