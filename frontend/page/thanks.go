package page

import (
	"context"
	"regexp"
	"slices"

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
	// Which are the names of places that may be meant by one that is not understood.
	Which []string
	Kind  outage.Kind
	// Answer is what others report, nil where that is not known.
	Answer *answer
	// Share is the address to send to others, ShareText what to say with it.
	Share, ShareText string
	Push             *push // nil where no messages are sent
	Mail             bool  // a letter is offered
}

// Outcome is the result of a report, as in the query of its page.
type Outcome struct {
	ID, Undo        string
	Undone, Counted bool
	Kind            outage.Kind
	Region          outage.Region
	At              outage.Minute // in which it was taken
	District        outage.District
	// Unresolved says that the place was not understood, Which are those suggested.
	Unresolved bool
	Which      []string
}

// ThanksPage confirms a report and offers to undo it. The base is the address of the site.
func (s *Builder) ThanksPage(ctx context.Context, at address.Address, base string, of Outcome) *thanksPage {
	service, _ := s.config.Services.Service(at.Service)
	page := &thanksPage{request: s.request(at)}
	page.Index = false
	page.Name = page.ServiceName(service)
	page.Back = at.WithLeaf("").Path()
	page.ID, page.Undo, page.Undone = of.ID, of.Undo, of.Undone
	page.Kind = of.Kind
	if !of.Kind.Valid() {
		page.Kind = outage.Problem
	}
	page.Heading, page.Lines = page.outcomeText(of)
	if of.Unresolved && of.Counted {
		page.Which = s.offered(of.Which, at.Country)
	}
	page.Title = page.Heading
	if page.Push = page.pushUntilBack(service, at.Country); page.Push != nil {
		page.Push.Hidden = false
	}
	page.Mail = s.config.Mail && service.Slug != "" && at.Country != ""
	page.Answer, page.Share = page.answer(ctx, service, of), base+page.Back
	if page.ShareText = page.Name; page.Answer != nil {
		page.ShareText = page.Answer.Verdict
	}
	return page
}

// offered are the names under which the server itself offers places, so that an address
// cannot put other text on the page.
func (s *Builder) offered(names []string, country outage.Country) (known []string) {
	for _, name := range names {
		if slices.ContainsFunc(s.config.Places.Search(name, country, outage.Suggestions), func(p outage.Place) bool { return p.Name == name }) {
			known = append(known, name)
		}
	}
	return known
}

// outcomeText is the heading and the text of the page.
func (page *thanksPage) outcomeText(of Outcome) (heading string, lines []string) {
	if page.Undone {
		return page.T("undone.heading"), []string{page.T("undone.text", "service", page.Name)}
	}
	if page.ID == "" {
		return page.T("thanks.empty"), nil
	}
	if !of.Counted {
		return page.T("thanks.again"), []string{page.T("thanks.again.text", "service", page.Name)}
	}
	lines = append(lines, page.T("thanks."+string(page.Kind), "service", page.Name))
	switch in := page.At.Country; {
	case placed(of.Region):
		where := page.words.regionName(of.Region)
		if page.builder.config.Shapes.RegionOfDistrict(of.District) == of.Region { // of those that exist
			where = page.words.districtName(of.District) + ", " + where
		}
		lines = append(lines, page.T("thanks.region", "region", where))
	case in != "" && of.Unresolved:
		lines = append(lines, page.T("thanks.unresolved", "in", page.InCountry(in)))
	case in != "":
		lines = append(lines, page.T("thanks.unplaced", "in", page.InCountry(in)))
	}
	return page.T("thanks.heading"), lines
}

// regionCode is the form of a region's code.
var regionCode = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)

// placed reports whether a region from a query has the form of a code of a covered
// country, so that an address cannot put other text on the page.
func placed(region outage.Region) bool {
	return regionCode.MatchString(string(region)) && region.Country().Covered()
}
