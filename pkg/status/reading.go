// Package status reads what vendors say of their own services on their status pages.
//
// It owns the formats of the pages, the polling of them, the notices that an operator
// enters by hand, and the present and past official status of every service. It guarantees
// that a page that cannot be read, has changed its form or uses a word that is not known
// here is unknown, never operational; that one process of several polls; and that a change
// is published after it was stored. It does not count or judge: an official status never
// touches the numbers of reports, and no incident opens or closes by it.
package status

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	maxNotices  = 5
	maxTitle    = 160                 // runes
	maxID       = 120                 // bytes
	keptFor     = 24 * time.Hour      // a resolved notice
	staleAfter  = 14 * 24 * time.Hour // an open notice without an update
	maxSkew     = 10 * time.Minute    // of a vendor's clock
	levelNotice = "level"             // the id of trouble without a notice
)

// errChanged is the error of a document that has not the form of its format.
var errChanged = errors.New("the document has another form")

// reading is what one document says: the state of the parts of the page that are about the
// service, and the notices.
type reading struct {
	state   outage.OfficialState
	notices []outage.Notice
	err     error // why the document says nothing of the service; nil where it does
}

// read reads a document of a format. Notices come in any order.
type read func(document []byte, page outage.StatusPage) (reading, error)

// formats has the reader of each format.
var formats = map[string]read{
	"statuspage": readStatuspage,
	"instatus":   readInstatus,
	"google":     readGoogle,
	"aws":        readAWS,
	"azure":      readAzure,
	"rss":        readFeed,
	"atom":       readFeed,
	"slack":      readSlack,
	"pointer":    readPointer,
	"meta":       readMeta,
}

// Formats are the names of the formats that can be read, sorted.
func Formats() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// words is a table of what a vendor's words mean, in lower case.
type words[T ~string] map[string]T

// of gives the meaning of a word, or other for one that is not in the table.
func (w words[T]) of(word string, other T) T {
	if meaning, ok := w[strings.ToLower(strings.TrimSpace(word))]; ok {
		return meaning
	}
	return other
}

// phases are the words for phases that most vendors use.
var phases = words[outage.OfficialPhase]{
	"investigating": outage.PhaseInvestigating, "identified": outage.PhaseIdentified, "monitoring": outage.PhaseMonitoring,
	"watching": outage.PhaseMonitoring, "resolved": outage.PhaseResolved, "postmortem": outage.PhaseResolved, "completed": outage.PhaseResolved,
}

// worse is the worse of two states; of operational and unknown it is unknown.
func worse(a, b outage.OfficialState) outage.OfficialState {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// decode reads JSON; the error of other text is errChanged.
func decode(document []byte, into any) error {
	if err := json.Unmarshal(document, into); err != nil {
		return fmt.Errorf("%w: %w", errChanged, err)
	}
	return nil
}

// stamp is a time of a vendor: RFC 3339, or seconds since 1970 as a number or a string. Any
// other is zero, which means not known.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(text []byte) error {
	s.Time = instant(strings.Trim(string(text), `"`))
	return nil
}

// layouts are the forms of times in feeds. Azure ends RFC 1123 with a bare Z.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", time.RFC1123Z, time.RFC1123,
	"Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 Z",
}

var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// instant reads a time; the zero time for text that is none, or one before 2000.
func instant(text string) time.Time {
	at := time.Time{}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 && seconds < 1e11 {
		at = time.Unix(int64(seconds), 0)
	}
	for i := 0; at.IsZero() && i < len(layouts); i++ {
		at, _ = time.Parse(layouts[i], strings.TrimSpace(text))
	}
	if at.Before(oldest) || at.Year() > 9999 {
		return time.Time{}
	}
	return at.UTC()
}

// plain is one line of a text of a vendor, which may have HTML entities, of at most
// maxTitle runes. Marks that change the direction of text and control characters are removed.
func plain(text string) string {
	text = strings.ToValidUTF8(html.UnescapeString(text), "")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c':
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxTitle {
		text = strings.TrimSpace(string([]rune(text)[:maxTitle-1])) + "…"
	}
	return text
}

// linkOf is an address of a notice: https and on the host of the page or the feed, or else
// the page.
func linkOf(page outage.StatusPage, link string) string {
	base, err := url.Parse(page.Page)
	if err != nil {
		return ""
	}
	at, err := base.Parse(link)
	if err != nil || link == "" || at.Scheme != "https" || at.User != nil || len(link) > 500 {
		return page.Page
	}
	feed, err := url.Parse(page.Feed)
	if at.Host != base.Host && (err != nil || at.Host != feed.Host) {
		return page.Page
	}
	return at.String()
}

// about reports whether a part of a page with any of these names is about the service.
func about(page outage.StatusPage, names ...string) bool {
	holds := func(parts []string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			return slices.ContainsFunc(parts, func(part string) bool {
				return strings.Contains(strings.ToLower(name), strings.ToLower(part))
			})
		})
	}
	return (len(page.Components) == 0 || holds(page.Components)) && !holds(page.Except)
}

// filtered reports whether only some parts of the page are about the service.
func filtered(page outage.StatusPage) bool { return len(page.Components)+len(page.Except) > 0 }

// official is the reading as of an instant: notices are checked, sorted and limited, and
// the state is the worse of that of the parts and of the open notices.
func (r reading) official(now time.Time) outage.Official {
	made := outage.Official{State: r.state, CheckedAt: now}
	if !made.State.Valid() {
		made.State = outage.OfficialUnknown
	}
	stale := false
	for _, notice := range r.notices {
		notice, ok := checked(notice, now)
		if !ok {
			continue
		}
		if last := lastWord(notice); notice.Open() && !last.IsZero() && now.Sub(last) > staleAfter {
			stale = true
			continue
		}
		if notice.Open() {
			made.State = worse(made.State, notice.State)
		}
		made.Notices = append(made.Notices, notice)
	}
	if stale && !made.State.Trouble() {
		made.State, made.Reason = outage.OfficialUnknown, reasonStale
	} else if made.State == outage.OfficialUnknown {
		made.Reason = reasonChanged
	}
	made.Notices = ordered(made.Notices)
	return made
}

func lastWord(n outage.Notice) time.Time {
	if n.UpdatedAt.After(n.PublishedAt) {
		return n.UpdatedAt
	}
	return n.PublishedAt
}

// checked is a notice whose times are possible. It is not ok where it was resolved long ago
// or has no id.
func checked(n outage.Notice, now time.Time) (outage.Notice, bool) {
	for _, at := range []*time.Time{&n.PublishedAt, &n.UpdatedAt, &n.ResolvedAt} {
		if at.After(now.Add(maxSkew)) {
			*at = time.Time{}
		} else if at.After(now) {
			*at = now
		}
	}
	if n.Phase == outage.PhaseResolved && n.ResolvedAt.IsZero() {
		if n.ResolvedAt = lastWord(n); n.ResolvedAt.IsZero() {
			n.ResolvedAt = now
		}
	}
	if !n.Open() {
		n.Phase = outage.PhaseResolved
	}
	n.ID, n.Title = strings.ToValidUTF8(n.ID[:min(len(n.ID), maxID)], ""), plain(n.Title)
	return n, n.ID != "" && (n.Open() || now.Sub(n.ResolvedAt) <= keptFor)
}

// ordered sorts notices: open ones first, the worst first, then the latest.
func ordered(notices []outage.Notice) []outage.Notice {
	slices.SortStableFunc(notices, func(a, b outage.Notice) int {
		if a.Open() != b.Open() {
			if a.Open() {
				return -1
			}
			return 1
		}
		if a.Open() && a.State != b.State {
			return cmp.Compare(b.State.Rank(), a.State.Rank())
		}
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(a.ID, b.ID))
	})
	return notices[:min(len(notices), maxNotices)]
}

// The reasons why a state is unknown.
const (
	reasonUnreachable = "unreachable"
	reasonChanged     = "changed"
	reasonStale       = "stale"
)
