package page

import (
	"math"
	"time"

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
type part struct {
	ID, Heading, Text string
	Links             []link
}

// aboutParts lists the sections of the page about the site and its counting.
func aboutParts() []string {
	return []string{
		"who", "report", "once", "where", "kept", "shown", "judged", "status", "undo",
		"wrong", "dispute", "missing", "licence", "run",
	}
}

// Where the program is kept, and what was measured of it.
const (
	source   = "https://github.com/open-downpour/downpour"
	measured = source + "/blob/main/docs/detection.md"
)

// aboutLinks are the links below a section.
func (page *prosePage) aboutLinks(id string) (links []link) {
	add := func(path, key string) {
		if path != "" {
			links = append(links, link{Path: path, Text: page.T(key)})
		}
	}
	switch id {
	case "who":
		add(page.operator.Contact, "about.contact")
		add(page.operator.Legal, "about.legal")
	case "wrong":
		add(measured, "about.measured")
		add(page.Register(), "register.title")
		add(page.Prose(address.LeafVendors), "vendors.title")
	case "dispute":
		add(page.operator.Contact, "about.contact")
	case "missing":
		add(page.Home(), "search.label")
	case "licence":
		add(page.Prose(address.LeafCredits), "credits.title")
	case "run":
		add(source, "about.source")
	}
	return links
}

// aboutText is the text of a section. A site that names nobody says so.
func (page *prosePage) aboutText(id string) string {
	if id == "who" && page.operator.Contact == "" {
		return page.T("about.who.none", "site", page.Site())
	}
	text := page.T("about."+id+".text", "site", page.Site())
	if id == "kept" && page.builder.config.Push {
		text += " " + page.T("push.text")
	}
	if id == "kept" && page.builder.config.Mail {
		text += " " + page.T("mail.about")
	}
	return text
}

// prose makes the pages that only change with the program.
func (s *Builder) prose(at address.Address) *prosePage {
	page := &prosePage{request: s.request(at)}
	page.Title, page.Summary = page.T(at.Leaf+".title"), page.T(at.Leaf+".intro", "site", page.Site())
	if at.Leaf == address.LeafAbout {
		page.Numbers = parameterFacts(page.Localizer, s.config.Parameters)
		for _, id := range aboutParts() {
			page.Parts = append(page.Parts, part{ID: id, Heading: page.T("about." + id), Text: page.aboutText(id), Links: page.aboutLinks(id)})
		}
	}
	return page
}

// parameterFacts lists the parameters that have a description in the catalogue.
func parameterFacts(l *locale.Localizer, parameters []outage.Parameter) []fact {
	var facts []fact
	for _, p := range parameters {
		if !l.Has(p.Meaning) {
			continue
		}
		value := l.Amount(p.Value)
		if p.Unit == "part" {
			value = l.Percent(p.Value)
		}
		text := l.T("unit."+p.Unit, "value", value)
		if p.Unit == "minutes" && p.Value == math.Trunc(p.Value) {
			text = l.Duration(time.Duration(p.Value) * time.Minute)
		}
		facts = append(facts, fact{Name: l.T(p.Meaning), Text: text})
	}
	return facts
}
