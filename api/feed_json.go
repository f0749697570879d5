package api

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

const typeJSONFeed = "application/feed+json"

// jsonFeed is a feed of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
type jsonFeed struct {
	Version  string         `json:"version"`
	Title    string         `json:"title"`
	Home     string         `json:"home_page_url"`
	Self     string         `json:"feed_url"`
	Language string         `json:"language"`
	Hubs     []jsonFeedHub  `json:"hubs,omitempty"`
	Items    []jsonFeedItem `json:"items"`
}

// jsonFeedHub is where a reader can subscribe.
type jsonFeedHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type jsonFeedItem struct {
	ID        string            `json:"id"`
	URL       string            `json:"url"`
	Title     string            `json:"title"`
	Text      string            `json:"content_text"`
	Published string            `json:"date_published"`
	Modified  string            `json:"date_modified"`
	Tags      []string          `json:"tags"`
	Incident  jsonFeedExtension `json:"_downpour"`
}

// jsonFeedExtension is what programs need of an incident without reading it.
type jsonFeedExtension struct {
	ID       string          `json:"id"`
	Service  string          `json:"service"`
	Country  outage.Country  `json:"country"`
	State    outage.State    `json:"state"`
	Severity outage.Severity `json:"severity"`
	Cause    *string         `json:"cause"`
	Event    *string         `json:"event"`
}

func (a *API) newJSONFeed(of feed) (*answer, error) {
	made := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: of.Title, Home: of.Home, Self: of.Self, Language: "en", Items: []jsonFeedItem{},
	}
	if of.Hub != "" {
		made.Hubs = []jsonFeedHub{{"WebSub", of.Hub}}
	}
	for _, entry := range of.Entries {
		in := entry.Incident
		made.Items = append(made.Items, jsonFeedItem{
			ID: entry.ID, URL: entry.Address, Title: entry.Title, Text: entry.Summary,
			Published: in.OpenedAt.UTC().Format(time.RFC3339), Modified: entry.Updated.UTC().Format(time.RFC3339),
			Tags:     []string{in.Service, string(in.Country), string(in.State), string(in.Severity)},
			Incident: jsonFeedExtension{in.ID, in.Service, in.Country, in.State, in.Severity, orNull(in.Blamed()), orNull(entry.Event)},
		})
	}
	body, err := json.Marshal(made)
	if err != nil {
		return nil, fmt.Errorf("writing the feed: %w", err)
	}
	return a.newAnswer(typeJSONFeed+"; charset=utf-8", body), nil
}
