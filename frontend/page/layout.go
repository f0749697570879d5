package page

import (
	"cmp"
	"html/template"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// frame is what the layout of every page needs. Templates speak through its
// methods, so that no sentence stands in a template.
type frame struct {
	*locale.Localizer
	builder *Builder
	At      address.Address
	Title   string
	Summary string        // one sentence for search results and link previews
	Index   bool          // whether search engines may list the page
	Icon    outage.Status // the weather of the page
	Mark    string        // what is unusual, in a few words; "" where nothing is
	name    string        // of the page's template
	partial bool          // the page is soon to be made again
	missing bool          // some numbers could not be had
	away    bool          // the counts cannot be read, nor reports taken
	demo    *banner       // nil where none is played
	stale   time.Time     // when the oldest of what is shown from memory was read
}

// content is the data of a page, on its frame.
type Content interface{ base() *frame }

func (f *frame) base() *frame { return f }

func (s *Builder) frame(at address.Address) *frame {
	demo := s.banner()
	f := &frame{
		builder: s, Localizer: locale.New(at.Lang, at.Country), At: at, Index: demo == nil, Icon: outage.StatusNormal,
		demo: demo, partial: demo != nil && demo.Loading(),
	}
	if asOf := s.AsOf(); s.Now().Sub(asOf) > noticeAfter {
		f.outdated(asOf)
		f.away = true
	}
	return f
}

// noticeAfter is the age of the counts from which a page says so.
const noticeAfter = 2 * time.Minute

// link is one choice of a switch.
type link struct {
	Path, Text, Lang string
	Current          bool
}

// Home and the others below are addresses near that of the page.
func (f *frame) Home() string               { return address.Address{Lang: f.At.Lang, Country: f.At.Country}.Path() }
func (f *frame) Path() string               { return f.At.Path() }
func (f *frame) Prose(leaf string) string   { return address.Address{Lang: f.At.Lang, Leaf: leaf}.Path() }
func (f *frame) Service(slug string) string { return f.At.WithService(slug).Path() }

// TabTitle is the title with what is unusual before it.
func (f *frame) TabTitle() string {
	title := f.Title + " · Downpour"
	if f.Mark != "" {
		title = f.Mark + " · " + title
	}
	return title
}

// Query is what was searched for; pages other than that of a search have none.
func (f *frame) Query() string { return "" }

// head is what the head of a page refers to: the style element and the scripts
// by the name of the page's template, the addresses of icons by status.
type Head struct {
	Styles  map[string]template.HTML
	Icons   map[outage.Status]string
	Scripts map[string][]string
}

// Style is the style sheet of the page, IconPath its icon, Scripts the addresses
// of its scripts, of those that were built.
func (f *frame) Style() template.HTML { return f.builder.head.Styles[f.name] }
func (f *frame) IconPath() string     { return f.builder.head.Icons[f.Icon] }
func (f *frame) Scripts() []string    { return f.builder.head.Scripts[f.name] }

// outermost is the template that a page is rendered from.
func (f *frame) outermost() string {
	switch {
	case f.At.Leaf == address.LeafStatus:
		return "now"
	case f.At.Leaf == address.LeafEmbed:
		return "embed"
	}
	return "layout"
}

// Absolute is a path under the public address of the site, where it has one.
func (f *frame) Absolute(path string) string { return f.builder.PublicURL + path }

// Map is the large map, of the country of the page.
func (f *frame) Map() string { return address.CurrentMap(f.At.Lang, "", f.At.Country).Path() }

// Live is where the part of the page stands that changes by the minute.
func (f *frame) Live() string { return f.At.WithLeaf(address.LeafStatus).Path() }

// Incidents is the list of incidents, of the country where the page has one.
func (f *frame) Incidents() string {
	return address.Address{Lang: f.At.Lang, Country: f.At.Country, Leaf: address.LeafIncidents}.Path()
}

// Languages links to this page in each language.
func (f *frame) Languages() []link {
	var links []link
	for _, lang := range locale.Languages() {
		at := f.At.WithLang(lang)
		if at.Leaf == address.LeafThanks {
			at.Leaf = "" // what it says stands in the query of one address only
		}
		links = append(links, link{
			Path: at.Path(), Text: locale.Name(lang), Lang: lang, Current: lang == f.At.Lang,
		})
	}
	return links
}

// countryLinks links to this page for both countries together and for each.
func (f *frame) countryLinks(shown []outage.Country) []link {
	if len(shown) < 2 {
		return nil
	}
	links := []link{{Path: f.At.WithCountry("").Path(), Text: f.T("country.both"), Current: f.At.Country == ""}}
	for _, country := range shown {
		links = append(links, link{
			Path: f.At.WithCountry(country).Path(), Text: f.CountryName(country), Current: f.At.Country == country,
		})
	}
	return links
}

// zone is the country whose clock a page goes by where no other is named.
func (f *frame) zone() outage.Country {
	return cmp.Or(f.At.Country, outage.Countries()[0])
}
