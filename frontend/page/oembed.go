package page

import (
	"encoding/xml"
	"html"
	"net/url"
	"strconv"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/outage"
)

// OEmbed is a response of oEmbed 1.0 (https://oembed.com) of the type rich.
type OEmbed struct {
	XMLName      xml.Name `json:"-" xml:"oembed"`
	Version      string   `json:"version" xml:"version"`
	Type         string   `json:"type" xml:"type"`
	Title        string   `json:"title" xml:"title"`
	Provider     string   `json:"provider_name" xml:"provider_name"`
	ProviderURL  string   `json:"provider_url" xml:"provider_url"`
	CacheSeconds int      `json:"cache_age" xml:"cache_age"`
	HTML         string   `json:"html" xml:"html"`
	Width        int      `json:"width" xml:"width"`
	Height       int      `json:"height" xml:"height"`
}

// The size of a frame with the status of a service, in CSS pixels.
const (
	frameWidth   = 360
	frameHeight  = 200
	frameSeconds = 86400 // the code of a frame does not change; what it shows does
)

// OEmbed is the frame of a service, in at most the given size. The address is that of the
// service, in the country that the frame shows.
func (s *Builder) OEmbed(at address.Address, base string, maxWidth, maxHeight int) OEmbed {
	f := s.request(at)
	service, _ := s.config.Services.Service(at.Service)
	f.publicURL = base
	name := f.ServiceName(service)
	width, height := min(frameWidth, maxWidth), min(frameHeight, maxHeight)
	return OEmbed{
		Version: "1.0", Type: "rich", Title: f.T("service.title", "service", name), Provider: f.Site(), ProviderURL: base + "/",
		CacheSeconds: frameSeconds, HTML: f.frame(service, name, width, height), Width: width, Height: height,
	}
}

// frame is the HTML of a frame with the status of a service.
func (f *request) frame(service outage.Service, name string, width, height int) string {
	return `<iframe src="` + html.EscapeString(f.Absolute("/embed/"+service.Slug+f.frameQuery())) + `" title="` + html.EscapeString(name) +
		`" width="` + strconv.Itoa(width) + `" height="` + strconv.Itoa(height) + `"></iframe>`
}

// OEmbedPath is where the frame of the page is found by its address, "" where it has none.
func (k *layout) OEmbedPath() string {
	if k.At.ID == "" && (k.At.Service == "" || k.At.Leaf != "") {
		return ""
	}
	return "/oembed?url=" + url.QueryEscape(k.Absolute(k.At.Path()))
}
