package api

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/capalert"
)

const typeAtom = "application/atom+xml"

// atomFeed is a feed of RFC 4287.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
}

type atomCategory struct {
	Scheme string `xml:"scheme,attr"`
	Term   string `xml:"term,attr"`
}

func (a *API) newAtom(of feed) (*answer, error) {
	made := atomFeed{
		ID: of.ID, Title: of.Title, Author: of.Author, Updated: of.Updated.UTC().Format(time.RFC3339),
		Links: []atomLink{{"self", typeAtom, of.Self}, {"alternate", fiber.MIMETextHTML, of.Home}},
	}
	if of.Hub != "" {
		made.Links = append(made.Links, atomLink{Rel: "hub", Href: of.Hub})
	}
	for _, entry := range of.Entries {
		made.Entries = append(made.Entries, atomEntryOf(entry))
	}
	body := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(body).Encode(made); err != nil {
		return nil, fmt.Errorf("writing the feed: %w", err)
	}
	return a.newAnswer(typeAtom+"; charset=utf-8", body.Bytes()), nil
}

func atomEntryOf(of feedEntry) atomEntry {
	in := of.Incident
	entry := atomEntry{
		ID: of.ID, Title: of.Title, Summary: of.Summary, Links: []atomLink{{"alternate", fiber.MIMETextHTML, of.Address}},
		Published: in.OpenedAt.UTC().Format(time.RFC3339), Updated: of.Updated.UTC().Format(time.RFC3339),
		Categories: []atomCategory{
			{"urn:downpour:service", in.Service}, {"urn:downpour:country", string(in.Country)},
			{"urn:downpour:state", string(in.State)}, {"urn:downpour:severity", string(in.Severity)},
		},
	}
	if of.Alert != "" { // readers of alerts take the first link
		entry.Links = slices.Insert(entry.Links, 0, atomLink{"alternate", capalert.MediaType, of.Alert})
	}
	if of.Event != "" {
		entry.Categories = append(entry.Categories, atomCategory{"urn:downpour:event", of.Event})
	}
	return entry
}
