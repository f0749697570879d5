package api

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// TestFeedIsAtom reads the feed as a reader would: what RFC 4287 requires is
// there, text is escaped, and ids stay when an address changes.
func TestFeedIsAtom(t *testing.T) {
	read := func(path string) atomFeed {
		t.Helper()
		c := call{path: path}
		_, body := c.send(t)
		var feed atomFeed
		if err := xml.Unmarshal(body, &feed); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if strings.Contains(string(body), "<b>") {
			t.Errorf("a name is not escaped: %s", body)
		}
		return feed
	}
	all, one := read(feedPath), read(feedPath+"?service=virgin-media")
	if len(all.Entries) != 2 || len(one.Entries) != 1 {
		t.Fatalf("%d entries, and %d of one service", len(all.Entries), len(one.Entries))
	}
	if all.ID == one.ID || !strings.HasPrefix(all.ID, "urn:uuid:") {
		t.Errorf("feeds are called %s and %s", all.ID, one.ID)
	}
	if all.Entries[0].ID != one.Entries[0].ID || all.Entries[0].ID == all.Entries[1].ID {
		t.Errorf("entries are called %s, %s and %s", all.Entries[0].ID, all.Entries[1].ID, one.Entries[0].ID)
	}
	var latest time.Time
	for _, entry := range all.Entries {
		published, err := time.Parse(time.RFC3339, entry.Published)
		if err != nil {
			t.Error(err)
		}
		updated, err := time.Parse(time.RFC3339, entry.Updated)
		if err != nil || updated.Before(published) {
			t.Errorf("updated at %s, published at %s: %v", entry.Updated, entry.Published, err)
		}
		if updated.After(latest) {
			latest = updated
		}
		if entry.Title == "" || entry.Summary == "" || !strings.HasPrefix(entry.Link.Href, "/incidents/") {
			t.Errorf("an entry lacks something: %+v", entry)
		}
	}
	if all.Updated != latest.Format(time.RFC3339) {
		t.Errorf("the feed is of %s, its last change of %s", all.Updated, latest)
	}
	if title := one.Entries[0].Title; title != "Virgin <b>Media</b> in the United Kingdom: open, minor" {
		t.Errorf("the title reads %s", title)
	}
}

func TestSummaryIsSmall(t *testing.T) {
	c := call{path: "/api/v1/summary"}
	if _, body := c.send(t); len(body) > 2000 {
		t.Errorf("%d bytes", len(body))
	}
}
