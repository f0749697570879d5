package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// pictureText is the description in a PNG.
func pictureText(t *testing.T, picture string) string {
	t.Helper()
	const name = "iTXtDescription\x00"
	at := strings.Index(picture, name)
	if at < 4 {
		t.Fatal("a picture has no description")
	}
	size := int(binary.BigEndian.Uint32([]byte(picture[at-4 : at])))
	_, text, _ := strings.Cut(picture[at+len(name)+2:at+len("iTXt")+size], "\x00") // behind two flags and the language
	return strings.TrimPrefix(text, "\x00")
}

var saidHeadline = regexp.MustCompile(`[\d,]+ user reports? of problems with [^<\n]*? in 15 minutes, from \d+:\d+[^<\n]*?\.`)

// checkExtent holds the page, the picture, the feed and the API of an incident to
// each other: one total, one worst 15 minutes, one duration.
func (w publishedWorld) checkExtent(t *testing.T, id string) {
	t.Helper()
	var in struct {
		Total *int64
	}
	w.read("/api/v1/incidents/"+id, nil, &in)
	if in.Total == nil {
		t.Fatalf("%s has no total", id)
	}
	text := func(path, accept string) string {
		return html.UnescapeString(w.get(t, path, accept))
	}
	page := saidHeadline.FindString(text("/incidents/"+id, mimeHTML))
	if said := page != ""; said != (*in.Total > 0) {
		t.Errorf("%s: %d reports, and the page leads with %q", id, *in.Total, page)
	}
	if page == "" {
		return
	}
	if n := numberIn(t, page[:strings.Index(page, " ")]); n != float64(*in.Total) {
		t.Errorf("%s: %d reports, and the page leads with %q", id, *in.Total, page)
	}
	for name, other := range map[string]string{
		"picture": pictureText(t, w.get(t, "/incidents/"+id+".png", "image/png")), "feed": text("/feeds/incidents.atom", "application/atom+xml"),
		"feed of the service": text("/feeds/incidents.atom?service=whatsapp", "application/atom+xml"),
	} {
		if !strings.Contains(other, page) {
			t.Errorf("%s: the %s does not say %q: %s", id, name, page, other)
		}
	}
}

// checkStream reads the events that a stream of the service begins with.
func (w publishedWorld) checkStream(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	events, leave, err := w.app.web.watch.Hub.Subscribe("", "whatsapp", "")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	ended := make(chan error, 1)
	go func() { ended <- w.app.web.watch.Run(ctx) }()
	for range len(outage.Countries()) + len(w.incidents) {
		select {
		case event := <-events:
			var data any
			if err := json.Unmarshal(event.Data, &data); err != nil {
				t.Fatalf("%s: %v", event.Data, err)
			}
			w.walk(t, "stream", data, false)
		case <-ctx.Done():
			t.Fatal("the stream has too few events")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
