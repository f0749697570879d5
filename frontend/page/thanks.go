package page

import (
	"regexp"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

type thanksPage struct {
	request
	Name           string // of the service
	Heading        string
	Lines          []string
	ID, Undo, Back string
	Undone         bool
}

// Outcome is the result of a report, as in the query of its page.
type Outcome struct {
	ID, Undo        string
	Undone, Counted bool
	Kind            outage.Kind
	Region          outage.Region
}

// ThanksPage confirms a report and offers to undo it.
func (s *Builder) ThanksPage(at address.Address, of Outcome) *thanksPage {
	service, _ := s.Services.Service(at.Service)
	page := &thanksPage{request: s.request(at)}
	page.Index = false
	page.Name = page.ServiceName(service)
	page.Back = at.WithLeaf("").Path()
	page.ID, page.Undo, page.Undone = of.ID, of.Undo, of.Undone
	page.Heading, page.Lines = page.outcomeText(of.Kind, of.Counted, of.Region)
	page.Title = page.Heading
	return page
}

// outcomeText is the heading and the text of the page.
func (page *thanksPage) outcomeText(kind outage.Kind, counted bool, region outage.Region) (heading string, lines []string) {
	if page.Undone {
		return page.T("undone.heading"), []string{page.T("undone.text", "service", page.Name)}
	}
	if page.ID == "" {
		return page.T("thanks.empty"), nil
	}
	if !kind.Valid() {
		kind = outage.Problem
	}
	if !counted {
		return page.T("thanks.again"), []string{page.T("thanks.again.text", "service", page.Name)}
	}
	lines = append(lines, page.T("thanks."+string(kind), "service", page.Name))
	if placed(region) {
		lines = append(lines, page.T("thanks.region", "region", page.builder.Shapes.RegionName(region, page.At.Lang)))
	} else if page.At.Country != "" {
		lines = append(lines, page.T("thanks.unplaced", "in", page.InCountry(page.At.Country)))
	}
	return page.T("thanks.heading"), lines
}

// regionCode is the form of a region's code.
var regionCode = regexp.MustCompile(`^(GB|IN)-[A-Z]{2,3}$`)

// placed reports whether a region from a query has the form of a code, so that an
// address cannot put other text on the page.
func placed(region outage.Region) bool { return regionCode.MatchString(string(region)) }
