package frontend

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/httpcache"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	cacheFound = "public, max-age=3600, s-maxage=3600"
	typeXML    = "application/xml; charset=utf-8"
	// contactFor is how long security.txt says that it is valid (RFC 9116, section 2.5.5
	// asks for less than a year).
	contactFor = 180 * 24 * time.Hour
	// projectContact is where faults of the program are reported; what is wrong with one
	// instance goes to its operator.
	projectContact = "https://github.com/open-downpour/downpour/security/advisories/new"
)

// found adds what search engines, browsers that install pages and finders of faults look
// for at addresses of their own.
func (s *Site) found(router fiber.Router) {
	router.Get("/robots.txt", s.under((*Site).robots))
	router.Get("/sitemap.xml", s.under((*Site).sitemapIndex))
	router.Get("/sitemap-:lang.xml", s.under((*Site).sitemap))
	router.Get("/.well-known/security.txt", s.under((*Site).security))
}

func sendFound(c *fiber.Ctx, kind string, body []byte) error {
	etag := httpcache.ETag(body)
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, cacheFound)
	c.Set(fiber.HeaderETag, etag)
	if httpcache.Matches(c.Get(fiber.HeaderIfNoneMatch), etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.Send(body)
}

func (s *Site) robots(c *fiber.Ctx) error {
	text := `User-agent: *
Disallow: /api/v1/
Disallow: /report
Disallow: /undo
Disallow: /*/thanks
Disallow: /map/cells
Allow: /
`
	if base := s.base(); base != "" { // it must be absolute
		text += "\nSitemap: " + base + "/sitemap.xml\n"
	}
	return sendFound(c, fiber.MIMETextPlainCharsetUTF8, []byte(text))
}

// languages are those that the site offers.
func (s *Site) languages() []string {
	return slices.DeleteFunc(locale.Languages(), func(lang string) bool { return !s.config.Operator.Offers(lang) })
}

// sitemapURL is an address in a sitemap with the same page in each language.
type sitemapURL struct {
	Address string        `xml:"loc"`
	Other   []sitemapLink `xml:"xhtml:link"`
}

type sitemapLink struct {
	Rel      string `xml:"rel,attr"`
	Lang     string `xml:"hreflang,attr"`
	Location string `xml:"href,attr"`
}

type sitemapFile struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	XHTML   string       `xml:"xmlns:xhtml,attr"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapList struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Files   []sitemapURL `xml:"sitemap"`
}

func (s *Site) sitemapIndex(c *fiber.Ctx) error {
	var list sitemapList
	for _, lang := range s.languages() {
		list.Files = append(list.Files, sitemapURL{Address: s.base() + "/sitemap-" + lang + ".xml"})
	}
	return sendXML(c, list)
}

func sendXML(c *fiber.Ctx, value any) error {
	body, err := encodeXML(value)
	if err != nil {
		return err
	}
	return sendFound(c, typeXML, body)
}

func encodeXML(value any) ([]byte, error) {
	body := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(body).Encode(value); err != nil {
		return nil, fmt.Errorf("writing a sitemap: %w", err)
	}
	return body.Bytes(), nil
}

// sitemap lists the pages in one language that stay: those of incidents are found from
// the list of incidents.
func (s *Site) sitemap(c *fiber.Ctx) error {
	lang := strings.Clone(c.Params("lang"))
	if !slices.Contains(s.languages(), lang) {
		return c.Next()
	}
	base := s.base()
	found, err := s.cachedFile(c, "/sitemap-"+lang+".xml "+base, func() ([]byte, error) { return encodeXML(s.sitemapOf(lang, base)) })
	if err != nil {
		return err
	}
	return sendFile(c, found, typeXML, cacheFound)
}

func (s *Site) sitemapOf(lang, base string) sitemapFile {
	file := sitemapFile{XHTML: "http://www.w3.org/1999/xhtml"}
	add := func(at address.Address) {
		entry := sitemapURL{Address: base + at.WithLang(lang).Path()}
		for _, other := range s.languages() {
			entry.Other = append(entry.Other, sitemapLink{"alternate", other, base + at.WithLang(other).Path()})
		}
		entry.Other = append(entry.Other, sitemapLink{"alternate", "x-default", base + at.WithLang(locale.Default).Path()})
		file.URLs = append(file.URLs, entry)
	}
	home := address.Address{}
	add(home)
	for _, leaf := range []string{address.LeafMap, address.LeafIncidents, address.LeafAbout, address.LeafCredits} {
		add(home.WithLeaf(leaf))
	}
	for _, country := range outage.Countries() {
		add(home.WithCountry(country))
	}
	for _, service := range s.config.Services.Services() {
		add(home.WithService(service.Slug))
		for _, country := range home.Countries(service) {
			add(home.WithCountry(country).WithService(service.Slug))
		}
	}
	s.addPlaces(home, add)
	for _, date := range s.builder.Months(sitemapMonths) {
		add(home.WithDate(date))
	}
	return file
}

// sitemapMonths is the most months that a sitemap lists: ten years.
const sitemapMonths = 120

// addPlaces adds the pages of all regions and districts: about 1,150 of both built-in
// countries, of the 50,000 addresses that a sitemap may have.
func (s *Site) addPlaces(home address.Address, add func(address.Address)) {
	for _, country := range outage.Countries() {
		for _, region := range s.config.Shapes.Regions(country) {
			areas := []outage.Area{outage.AreaOf(region)}
			for _, district := range s.config.Shapes.Districts(region) {
				areas = append(areas, outage.Area{Country: country, Region: region, District: district})
			}
			for _, area := range areas {
				if at, ok := home.OfArea(s.config.Services, s.config.Places, area); ok {
					add(at)
				}
			}
		}
	}
}

// security is the file of RFC 9116.
func (s *Site) security(c *fiber.Ctx) error {
	expires := s.config.Now().UTC().Truncate(24 * time.Hour).Add(contactFor).Format(time.RFC3339)
	contact := projectContact
	if s.config.Operator.Contact != "" { // the preferred one comes first
		contact = s.config.Operator.Contact + "\nContact: " + projectContact
	}
	text := fmt.Appendf(nil, `Contact: %s
Expires: %s
Preferred-Languages: en
Policy: https://github.com/open-downpour/downpour/blob/main/SECURITY.md
`, contact, expires)
	if base := s.base(); base != "" {
		text = append(text, "Canonical: "+base+"/.well-known/security.txt\n"...)
	}
	return sendFound(c, fiber.MIMETextPlainCharsetUTF8, text)
}
