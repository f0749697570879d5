package page

import (
	"cmp"
	"html/template"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// layout is the data of the template of every page. Templates translate through it, so that
// they contain no text.
type layout struct {
	*locale.Localizer
	links
	Title     string
	Summary   string        // one sentence for search results and link previews
	Index     bool          // whether search engines may list the page
	Icon      outage.Status // the status that the icon of the page shows
	Mark      string        // a few words before the title of the tab, or ""
	name      string        // of the page's template
	year      int           // of the numbers
	demo      *banner       // nil where no demo is played
	head      Head
	publicURL string
	operator  Operator
	fresh     *freshness
}

// Content is the data of a page, with its layout.
type Content interface{ base() *layout }

func (p *layout) base() *layout { return p }

// TabTitle is the title of the tab, with the mark before it.
func (p *layout) TabTitle() string {
	title := p.Title + " · " + p.Site()
	if p.Mark != "" {
		title = p.Mark + " · " + title
	}
	return title
}

// Query is the text in the search field, "" on all pages but that of a search.
func (p *layout) Query() string { return "" }

// Head holds what the head element needs: style elements and addresses of scripts by
// the name of the template, addresses of icons by status, and the address of the style
// sheet of what pages have below the first screen.
type Head struct {
	Lower   string
	Styles  map[string]template.HTML
	Icons   map[outage.Status]string
	Scripts map[string][]string
	Logo    string // its address, "" for none
}

// Style is the style sheet of the page, Lower the address of the one for what is below
// its first screen, IconPath its icon, Scripts the addresses of its scripts, as far as
// they were built.
func (p *layout) Style() template.HTML { return p.head.Styles[p.name] }
func (p *layout) Lower() string        { return p.head.Lower }
func (p *layout) IconPath() string     { return p.head.Icons[p.Icon] }
func (p *layout) Scripts() []string    { return p.head.Scripts[p.name] }

// outermost is the template that a page is rendered from.
func (p *layout) outermost() string {
	switch {
	case p.At.Leaf == address.LeafStatus:
		return "now"
	case p.At.Leaf == address.LeafEmbed:
		return "embed"
	}
	return "layout"
}

// Calendar is the year of the numbers in the calendar, of the country of the page.
func (p *layout) Calendar() string {
	return p.At.WithDate(address.Date{Year: p.year}).Path()
}

// Manifest is the address by which a browser installs the site in the language of the page.
func (p *layout) Manifest() string {
	if p.At.Lang == locale.Default {
		return "/manifest.webmanifest"
	}
	return "/manifest-" + p.At.Lang + ".webmanifest"
}

// Absolute is a path under the public address of the site, where it has one.
func (p *layout) Absolute(path string) string { return p.publicURL + path }

// Languages links to this page in each language.
func (p *layout) Languages() []link {
	var links []link
	for _, lang := range locale.Languages() {
		if !p.operator.Offers(lang) && lang != p.At.Lang {
			continue
		}
		at := p.At.WithLang(lang)
		if at.Leaf == address.LeafThanks {
			at.Leaf = "" // its content is in the query
		}
		links = append(links, link{
			Path: at.Path(), Text: locale.Name(lang), Lang: lang, Current: lang == p.At.Lang,
		})
	}
	return links
}

// PreviewType and PreviewText are what link previews show of a page (https://ogp.me).
func (p *layout) PreviewType() string { return "website" }
func (p *layout) PreviewText() string { return p.Summary }

// zone is the country whose clock a notice uses.
func (p *layout) zone() outage.Country {
	return cmp.Or(p.At.Country, p.At.Countries(outage.Service{})[0])
}

// None is a text that says that there is nothing, by its key, unless that is not known
// because numbers are missing.
func (p *layout) None(key string) string {
	if p.fresh.missing {
		return p.T("missing.here")
	}
	return p.T(key)
}

// Notice is the warning that numbers are missing or old, "" for none.
func (p *layout) Notice() string {
	switch {
	case p.fresh.away:
		return p.T("stale.away", "time", p.TimeOfDay(p.fresh.stale, p.zone()).Text)
	case !p.fresh.stale.IsZero():
		return p.T("stale", "time", p.TimeOfDay(p.fresh.stale, p.zone()).Text)
	case p.fresh.missing:
		return p.T("missing")
	}
	return ""
}
