package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/locale"
)

// siteFlags say under whose name a server runs.
type siteFlags struct {
	SiteName      string   `help:"Name of the site on its pages, in feeds and on pictures." default:"Downpour"`
	SiteContact   string   `help:"Where to write to who runs the site: an e-mail or https:// address." placeholder:"ADDRESS"`
	SiteLegal     string   `help:"https:// address of the privacy notice and legal texts of who runs the site." placeholder:"URL"`
	SiteColour    string   `help:"Colour of the site, such as #0a2342, dark enough for white text." default:"#0a2342"`
	SiteLogo      string   `help:"SVG or PNG file of at most 20 kB, shown beside the name." type:"path" placeholder:"FILE"`
	SiteLanguages []string `help:"Languages that the site offers, the first ones first (default: all)." placeholder:"LANG"`
}

const (
	longestSiteName = 40 // characters
	largestLogo     = 20 << 10
	leastContrast   = 4.5 // of white text, by WCAG 2.2
)

var colourForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Validate names the flag at fault.
func (f *siteFlags) Validate() error {
	_, err := f.operator()
	return err
}

// operator is who runs the site.
func (f *siteFlags) operator() (page.Operator, error) {
	o := page.Operator{
		Name: cmp.Or(strings.TrimSpace(f.SiteName), page.DefaultName), Legal: f.SiteLegal,
		Colour: cmp.Or(strings.ToLower(f.SiteColour), page.DefaultColour), Languages: f.SiteLanguages,
	}
	if utf8.RuneCountInString(o.Name) > longestSiteName || strings.ContainsFunc(o.Name, unicode.IsControl) {
		return o, fmt.Errorf("--site-name: must be at most %d characters in one line", longestSiteName)
	}
	if !colourForm.MatchString(o.Colour) || contrastOfWhite(o.Colour) < leastContrast {
		return o, errors.New("--site-colour: must be of the form #0a2342, and dark enough for white text")
	}
	if o.Legal != "" && !isWebAddress(o.Legal) {
		return o, errors.New("--site-legal: is not an https:// address")
	}
	for _, lang := range o.Languages {
		if !locale.Has(lang) {
			return o, fmt.Errorf("--site-languages: %q is none of %s", lang, strings.Join(locale.Languages(), ", "))
		}
	}
	if f.SiteContact != "" {
		if o.Contact = contactAddress(f.SiteContact); o.Contact == "" {
			return o, errors.New("--site-contact: is neither an e-mail nor an https:// address")
		}
	}
	return o, f.readLogo(&o)
}

func isWebAddress(text string) bool {
	at, err := url.Parse(text)
	return err == nil && at.Scheme == "https" && at.Host != ""
}

// contactAddress is a contact as a link, "" for none.
func contactAddress(text string) string {
	if isWebAddress(text) {
		return text
	}
	if at, err := mail.ParseAddress(strings.TrimPrefix(text, "mailto:")); err == nil && at.Name == "" {
		return "mailto:" + at.Address
	}
	return ""
}

func (f *siteFlags) readLogo(o *page.Operator) error {
	if f.SiteLogo == "" {
		return nil
	}
	logo, err := os.ReadFile(f.SiteLogo)
	switch {
	case err != nil:
		return fmt.Errorf("--site-logo: %w", err)
	case len(logo) > largestLogo:
		return fmt.Errorf("--site-logo: must be at most %d bytes", largestLogo)
	case http.DetectContentType(logo) == "image/png":
		o.LogoKind = "image/png"
	case bytes.Contains(logo, []byte("<svg")) && utf8.Valid(logo):
		o.LogoKind = "image/svg+xml"
	default:
		return errors.New("--site-logo: is neither an SVG nor a PNG file")
	}
	o.Logo = logo
	return nil
}

// contrastOfWhite is the contrast of white text on a colour, by WCAG 2.2: from 1 to 21.
func contrastOfWhite(colour string) float64 {
	rgb, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return 1
	}
	part := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return 1.05 / (.2126*part(16) + .7152*part(8) + .0722*part(0) + .05)
}
