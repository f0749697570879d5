package frontend

import (
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

type thanksPage struct {
	*frame
	Name           string // of the service
	Heading        string
	Lines          []string
	ID, Undo, Back string
	Undone         bool
}

// thanks tells a reader what became of their report and lets them take it
// back. Everything it says comes from its query, which holds the undo token:
// it is kept by no cache, and no link from it tells where it was followed.
func (s *Site) thanks(c *fiber.Ctx, at address) error {
	service, _ := s.Services.Service(at.Service)
	page := &thanksPage{frame: s.frame(at), Name: ""}
	page.Index = false
	page.Name = page.ServiceName(service)
	page.Back = at.withLeaf("").path()
	query := func(name string) string { return strings.ToValidUTF8(strings.Clone(c.Query(name)), "") }
	page.ID, page.Undo, page.Undone = query("id"), query("undo"), query("undone") != ""
	page.Heading, page.Lines = page.told(outage.Kind(query("kind")), query("counted") != "", outage.Region(query("region")))
	page.Title = page.Heading
	return s.sendPrivate(c, fiber.StatusOK, "thanks", page)
}

// told words the page.
func (page *thanksPage) told(kind outage.Kind, counted bool, region outage.Region) (heading string, lines []string) {
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
		lines = append(lines, page.T("thanks.region", "region", page.site.Shapes.RegionName(region, page.At.Lang)))
	} else if page.At.Country != "" {
		lines = append(lines, page.T("thanks.unplaced", "in", page.InCountry(page.At.Country)))
	}
	return page.T("thanks.heading"), lines
}

// regionCode is the form of a region's code.
var regionCode = regexp.MustCompile(`^(GB|IN)-[A-Z]{2,3}$`)

// placed reports whether a region from a query has the form of one, so that no
// address can put other words on the page.
func placed(region outage.Region) bool { return regionCode.MatchString(string(region)) }
