package status

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/open-downpour/downpour/pkg/outage"
)

// feed is an RSS 2.0 or an Atom document.
type feed struct {
	XMLName xml.Name
	Channel *struct {
		Title string      `xml:"title"`
		Items []feedEntry `xml:"item"`
	} `xml:"channel"`
	Title   string      `xml:"title"`
	Entries []feedEntry `xml:"entry"`
}

// feedEntry is an item of RSS or an entry of Atom.
type feedEntry struct {
	GUID        string     `xml:"guid"`
	ID          string     `xml:"id"`
	Title       string     `xml:"title"`
	Description string     `xml:"description"`
	Content     string     `xml:"content"`
	Summary     string     `xml:"summary"`
	Links       []feedLink `xml:"link"`
	PubDate     string     `xml:"pubDate"`
	Published   string     `xml:"published"`
	Updated     string     `xml:"updated"`
	Categories  []string   `xml:"category"`
}

type feedLink struct {
	Href string `xml:"href,attr"`
	Text string `xml:",chardata"`
}

// mostEntries bounds what is read of a feed, which is sorted with the latest first.
const mostEntries = 200

func readEntries(document []byte) (title string, entries []feedEntry, err error) {
	var d feed
	decoder := xml.NewDecoder(bytes.NewReader(document))
	decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		encoding, err := htmlindex.Get(label)
		if err != nil {
			return nil, err
		}
		return encoding.NewDecoder().Reader(input), nil
	}
	if err := decoder.Decode(&d); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errChanged, err)
	}
	switch {
	case d.XMLName.Local == "rss" && d.Channel != nil:
		title, entries = d.Channel.Title, d.Channel.Items
	case d.XMLName.Local == "feed":
		title, entries = d.Title, d.Entries
	default:
		return "", nil, fmt.Errorf("%w: it is neither RSS nor Atom", errChanged)
	}
	if title = plain(title); title == "" {
		return "", nil, fmt.Errorf("%w: the feed has no title", errChanged)
	}
	return title, entries[:min(len(entries), mostEntries)], nil
}

// readFeed reads any RSS or Atom feed of incidents. Such a feed has no words for impact, so
// an open entry is degraded; its phase is the first word for one in the latest update, which
// stands first.
func readFeed(document []byte, page outage.StatusPage) (reading, error) {
	_, entries, err := readEntries(document)
	if err != nil {
		return reading{}, err
	}
	made := reading{state: outage.OfficialOperational}
	for _, entry := range entries {
		if about(page, append(entry.Categories, entry.Title)...) {
			notice := entry.notice(page)
			notice.State, notice.Phase = outage.OfficialDegraded, phaseOf(entry.Title+" \n"+entry.Description+entry.Content+entry.Summary)
			made.notices = append(made.notices, planned(notice))
		}
	}
	return made, nil
}

// planned is a notice that says itself that it is about planned work.
func planned(n outage.Notice) outage.Notice {
	if strings.Contains(strings.ToLower(n.Title), "maintenance") {
		n.State = outage.OfficialMaintenance
	}
	return n
}

var (
	feedPhase  = regexp.MustCompile(`(?i)\b(investigating|identified|monitoring|resolved|completed|postmortem)\b`)
	unresolved = regexp.MustCompile(`(?i)\bunresolved|\b(not|being|to be|until|once)( yet| fully| been)* resolved`)
	markup     = regexp.MustCompile(`<[^<>]*>`)
)

// phaseOf is the phase that a text names first, "" for none.
func phaseOf(text string) outage.OfficialPhase {
	text = unresolved.ReplaceAllString(markup.ReplaceAllString(text, " "), " ")
	return phases.of(feedPhase.FindString(text), "")
}

func (e feedEntry) notice(page outage.StatusPage) outage.Notice {
	link := ""
	for _, l := range e.Links {
		if link == "" {
			link = strings.TrimSpace(l.Href + l.Text)
		}
	}
	n := outage.Notice{ID: e.GUID + e.ID, Title: e.Title, Link: linkOf(page, link), PublishedAt: instant(e.PubDate), UpdatedAt: instant(e.Updated)}
	if published := instant(e.Published); !published.IsZero() {
		n.PublishedAt = published
	}
	if n.PublishedAt.IsZero() {
		n.PublishedAt = n.UpdatedAt
	}
	if n.ID == "" {
		n.ID = link + " " + e.Title
	}
	return n
}
