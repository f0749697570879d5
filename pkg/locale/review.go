package locale

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Text is one text as a reviewer of a language reads it.
type Text struct {
	Screen  string // where people read it
	Address string // an address at which it may be seen, "" for none
	Key     string
	Form    string // plural form, "" for a text with one
	English string
	Text    string
}

// screen is where the texts stand whose keys begin so.
type screen struct{ prefix, name, address string }

// screens lists them; of several that fit a key the longest prefix holds.
var screens = []screen{
	{"about.", "How we count", "/about"}, {"parameter.", "How we count, the numbers", "/about"}, {"unit.", "How we count, the numbers", "/about"},
	{"asof", "every page with numbers", "/whatsapp"}, {"badge.", "badge on other sites", "/badge/whatsapp.svg"},
	{"back.", "after a report", ""}, {"because", "home and map, beside a status", "/"}, {"calendar.", "calendar", "/incidents"}, {"card.", "home, card of an incident", "/"},
	{"chart.", "service, chart", "/whatsapp"}, {"chart.span.", "incident, chart", "/incidents"}, {"country.", "every page, top", "/"},
	{"credits.", "sources", "/credits"}, {"date", "every page, dates", "/incidents"}, {"month.", "every page, dates", "/incidents"}, {"weekday.full.", "home, on a quiet day", "/"},
	{"demo.", "every page of a demonstration, top", "/"}, {"district", "table of districts", "/map"},
	{"embed.", "frame on other sites", "/embed/whatsapp"}, {"event.", "home, card of an event", "/"}, {"error.", "message above a form, or page of an error", "/no-such-page"},
	{"extent", "list of incidents", "/incidents"}, {"fact.", "incident, table of facts", "/incidents"},
	{"family.", "incident, related services", "/incidents"}, {"follow.", "ways to follow", "/follow"}, {"figure.", "incident, numbers", "/incidents"},
	{"footer.", "every page, bottom", "/"}, {"form.", "report form", "/whatsapp/report"}, {"home.", "home", "/"},
	{"how.", "service, how we count", "/whatsapp"}, {"image.", "picture to share of an incident", "/incidents"},
	{"incident.", "incident", "/incidents"}, {"incidents.", "list of incidents", "/incidents"}, {"letter.", "e-mail to confirm an address", ""}, {"list.", "home, card of an event", "/"}, {"lasted.", "incident, lengths of time", "/incidents"},
	{"mail.", "ways to follow, by e-mail", "/whatsapp/follow"}, {"map.", "map", "/map"}, {"mirror.", "every page of a copy elsewhere", ""}, {"missing", "every page, when numbers are missing", ""}, {"narrative.", "incident, sentence to quote, and API", "/incidents"},
	{"nav.", "names of menus, for screen readers", "/"}, {"networks.", "service and incident, networks", "/whatsapp"},
	{"numbers.", "service, below the verdict", "/whatsapp"}, {"past.", "service, past incidents", "/whatsapp"},
	{"official.", "service and incident, what the vendor says", "/whatsapp"},
	{"place.", "page of a place", "/?q=leeds"}, {"problem.", "title of the page of an error", "/no-such-page"}, {"push.", "messages on a device, and where they are turned on", "/whatsapp/follow"}, {"quote.", "incident, how to quote", "/incidents"},
	{"offline.", "page without a connection", "/offline"}, {"outbox.", "page without a connection, and notice about a report that waited", "/offline"},
	{"record", "service, last 90 days", "/whatsapp"}, {"reason.", "incident, why something else is at fault", "/incidents"}, {"recovery.", "incident, table of regions", "/incidents"},
	{"region.", "service, table of regions", "/whatsapp"}, {"regions.", "incident, where", "/incidents"},
	{"register.", "register of incidents", "/register"}, {"related.", "service, other services", "/whatsapp"},
	{"report.", "report form by itself", "/whatsapp/report"}, {"scope.", "incident, how far it reaches", "/incidents"},
	{"search.", "search", "/?q=bank"}, {"service.", "service, title", "/whatsapp"}, {"share.", "after a report", ""}, {"severity.", "list of incidents", "/incidents"},
	{"skip", "first link of every page, for keyboards", "/"}, {"span", "charts and maps, lengths of time", "/map"},
	{"spread.", "incident, small maps", "/incidents"}, {"stale", "every page, when numbers are old", ""},
	{"state.", "list of incidents", "/incidents"}, {"status.", "home, service and map, status", "/"}, {"step.", "incident, timeline", "/incidents"},
	{"symptoms.", "service, what people report", "/whatsapp"}, {"thanks.", "after a report", ""}, {"time.", "every page, times", "/"},
	{"undo", "after a report", ""}, {"vendors.", "what vendors publish", "/vendors"}, {"verdict.", "service, first sentence", "/whatsapp"}, {"why.", "incident, how it was decided", "/incidents"},
}

// screenOf is the screen of a key, the zero screen where none is known.
func screenOf(key string) (best screen) {
	for _, s := range screens {
		if strings.HasPrefix(key, s.prefix) && len(s.prefix) > len(best.prefix) {
			best = s
		}
	}
	return best
}

// Review lists all texts of a language beside the English ones, by screen and key, so
// that a native speaker can check them.
func Review(lang string) []Text {
	english, own := catalogues()[Default], catalogues()[Known(lang)]
	var texts []Text
	for _, key := range slices.Sorted(maps.Keys(own.Messages)) {
		at := screenOf(key)
		for _, form := range slices.Sorted(maps.Keys(own.Messages[key])) {
			from, ok := english.Messages[key][form]
			if !ok {
				from = english.Messages[key][plural.Other]
			}
			name := ""
			if len(own.Messages[key]) > 1 {
				name = formName(form)
			}
			texts = append(texts, Text{
				Screen: at.name, Address: at.address, Key: key, Form: name, English: from, Text: own.Messages[key][form],
			})
		}
	}
	slices.SortStableFunc(texts, func(a, b Text) int { return cmp.Compare(a.Screen, b.Screen) })
	return texts
}

func formName(form plural.Form) string {
	for name, f := range formNames {
		if f == form {
			return name
		}
	}
	return ""
}
