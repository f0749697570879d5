package page

import "slices"

// Operator is who runs the site, as its pages name it. All but Name and Colour may be
// empty.
type Operator struct {
	Name      string   // of the site
	Contact   string   // a mailto: or https: address
	Legal     string   // the https: address of the privacy notice and legal texts
	Colour    string   // of the site, as #0a2342; white text on it is legible
	Logo      []byte   // SVG or PNG
	LogoKind  string   // its media type
	Languages []string // that are offered; empty for all
}

// The name and the colour of a site whose operator chose none.
const (
	DefaultName   = "Downpour"
	DefaultColour = "#0a2342"
)

// Offers reports whether the site offers a language.
func (o Operator) Offers(lang string) bool {
	return len(o.Languages) == 0 || slices.Contains(o.Languages, lang)
}

// Site is the name of the site, Colour its colour, LogoPath the address of its logo, ""
// for the usual drawing.
func (p *layout) Site() string     { return p.operator.Name }
func (p *layout) Colour() string   { return p.operator.Colour }
func (p *layout) LogoPath() string { return p.head.Logo }
