package notify

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Limits of settings.
const (
	mostAddress  = 2048 // bytes
	mostSelected = 200  // entries of one list
)

// formats are the known ones.
var formats = []Format{
	FormatStandard, FormatSlack, FormatTeams, FormatDiscord, FormatTelegram, FormatPagerDuty, FormatAlertmanager, FormatCAP,
}

// check fills in defaults and returns what is wrong with settings, by field.
func (s *Service) check(settings *Settings) error {
	if settings.Format == "" {
		settings.Format = FormatStandard
	}
	fill(&settings.Events)
	fill(&settings.Services)
	fill(&settings.Families)
	fill(&settings.Countries)
	fill(&settings.Regions)
	fill(&settings.Districts)
	fill(&settings.Severity)
	fill(&settings.Symptoms)
	fill(&settings.Verdict)
	regions := func(region outage.Region) bool {
		return region.Country().Covered() && slices.Contains(s.config.Shapes.Regions(region.Country()), region)
	}
	districts := func(district outage.District) bool { return s.config.Shapes.RegionOfDistrict(district) != "" }
	service := func(slug string) bool { _, ok := s.config.Services.Service(slug); return ok }
	return errors.Join(
		s.checkAddress(settings.URL), checkFormat(*settings),
		checkList("events", settings.Events, in(kinds)),
		checkList("services", settings.Services, service),
		checkList("families", settings.Families, s.anyService(func(of outage.Service, family string) bool { return family != "" && of.Family == family })),
		checkList("countries", settings.Countries, outage.Country.Covered),
		checkList("regions", settings.Regions, regions),
		checkList("districts", settings.Districts, districts),
		checkList("severity", settings.Severity, in([]outage.Severity{outage.SeverityMinor, outage.SeverityMajor, outage.SeverityCritical})),
		checkList("symptoms", settings.Symptoms, s.anyService(func(of outage.Service, slug string) bool { _, ok := of.Symptom(slug); return ok })),
		checkList("verdict", settings.Verdict, in([]outage.Verdict{outage.LikelyCause, outage.LikelyCollateral})),
	)
}

func (s *Service) anyService(is func(of outage.Service, name string) bool) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(s.config.Services.Services(), func(of outage.Service) bool { return is(of, name) })
	}
}

// fill makes an empty list of none, which is [] on the wire.
func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

// in reports whether a value is in a list.
func in[T comparable](list []T) func(T) bool {
	return func(value T) bool { return slices.Contains(list, value) }
}

// checkList checks the entries of a filter. The error names no value, which may be long.
func checkList[T ~string](field string, list []T, known func(T) bool) error {
	if len(list) > mostSelected {
		return outage.Invalid(field, "It must have at most %d entries.", mostSelected)
	}
	for i, value := range list {
		if !known(value) {
			return outage.Unknown(field, "Entry %d is not known.", i+1)
		}
	}
	return nil
}

// checkAddress checks the form of an address; where it leads is checked whenever it is
// dialled.
func (s *Service) checkAddress(address string) error {
	at, err := url.Parse(address)
	switch {
	case err != nil, at.Host == "", len(address) > mostAddress, at.Scheme != "https" && at.Scheme != "http":
		return outage.Invalid("url", "It must be an https:// address of at most %d bytes.", mostAddress)
	case at.Scheme == "http" && !s.config.PlainHTTP:
		return outage.Invalid("url", "It must be an https:// address: this server sends nothing in the clear.")
	case at.User != nil, at.Fragment != "":
		return outage.Invalid("url", "It must have no user name, password or fragment.")
	}
	return nil
}

func checkFormat(settings Settings) error {
	key := settings.RoutingKey
	switch {
	case !slices.Contains(formats, settings.Format):
		return outage.Invalid("format", "It must be one of %s.", list(formats))
	case settings.Format == FormatPagerDuty && (key == "" || len(key) > math.MaxUint8):
		return outage.Invalid("routing_key", "The format pagerduty needs the integration key of a service.")
	case settings.Format != FormatPagerDuty && key != "":
		return outage.Invalid("routing_key", "Only the format pagerduty takes it.")
	}
	return nil
}

func list[T ~string](words []T) string {
	text := make([]string, len(words))
	for i, word := range words {
		text[i] = string(word)
	}
	return strings.Join(text, ", ")
}
