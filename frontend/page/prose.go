package page

import (
	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// prosePage is a page of text: about, credits.
type prosePage struct {
	request
	Parts   []part
	Numbers []fact
}

// part is one heading with its text.
type part struct{ ID, Heading, Text string }

// aboutParts lists the sections of the page about counting.
func aboutParts() []string {
	return []string{"report", "once", "where", "kept", "shown", "judged", "status", "undo"}
}

// prose makes the pages that only change with the program.
func (s *Builder) prose(at address.Address) *prosePage {
	page := &prosePage{request: s.request(at)}
	page.Title, page.Summary = page.T(at.Leaf+".title"), page.T(at.Leaf+".intro")
	if at.Leaf == address.LeafAbout {
		page.Numbers = parameterFacts(page.Localizer, s.Parameters)
		for _, id := range aboutParts() {
			page.Parts = append(page.Parts, part{ID: id, Heading: page.T("about." + id), Text: page.T("about." + id + ".text")})
		}
	}
	return page
}

// parameterFacts lists the parameters that have a description in the catalogue.
func parameterFacts(l *locale.Localizer, parameters []outage.Parameter) []fact {
	var told []fact
	for _, p := range parameters {
		if !l.Has(p.Meaning) {
			continue
		}
		value := l.Amount(p.Value)
		if p.Unit == "part" {
			value = l.Percent(p.Value)
		}
		told = append(told, fact{Name: l.T(p.Meaning), Text: l.T("unit."+p.Unit, "value", value)})
	}
	return told
}
