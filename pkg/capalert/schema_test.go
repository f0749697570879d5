package capalert

import (
	"encoding/xml"
	"regexp"
	"slices"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// element is any element of a document.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// namespace is that of CAP 1.2.
const namespace = "urn:oasis:names:tc:emergency:cap:1.2"

// required are the elements without which the schema refuses their parent, and repeated those
// that it allows more than once.
var (
	required = map[string][]string{
		"alert": {"identifier", "sender", "sent", "status", "msgType", "scope"},
		"info":  {"category", "event", "urgency", "severity", "certainty"},
		"area":  {"areaDesc"}, "geocode": {"valueName", "value"}, "parameter": {"valueName", "value"},
	}
	repeated = []string{"code", "info", "category", "responseType", "eventCode", "parameter", "resource", "area", "polygon", "circle", "geocode"}
)

// words are the values that the schema and the specification allow.
var words = map[string]*regexp.Regexp{
	"identifier":   regexp.MustCompile(`^[^\s,<&]+$`),
	"sender":       regexp.MustCompile(`^[^\s,<&]+$`),
	"sent":         regexp.MustCompile(dateTime),
	"effective":    regexp.MustCompile(dateTime),
	"onset":        regexp.MustCompile(dateTime),
	"expires":      regexp.MustCompile(dateTime),
	"status":       regexp.MustCompile(`^(Actual|Exercise|System|Test|Draft)$`),
	"msgType":      regexp.MustCompile(`^(Alert|Update|Cancel|Ack|Error)$`),
	"scope":        regexp.MustCompile(`^(Public|Restricted|Private)$`),
	"references":   regexp.MustCompile(`^[^\s,]+,[^\s,]+,\S{25}( [^\s,]+,[^\s,]+,\S{25})*$`),
	"language":     regexp.MustCompile(`^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$`),
	"category":     regexp.MustCompile(`^(Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other)$`),
	"responseType": regexp.MustCompile(`^(Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None)$`),
	"urgency":      regexp.MustCompile(`^(Immediate|Expected|Future|Past|Unknown)$`),
	"severity":     regexp.MustCompile(`^(Extreme|Severe|Moderate|Minor|Unknown)$`),
	"certainty":    regexp.MustCompile(`^(Observed|Likely|Possible|Unlikely|Unknown)$`),
	"web":          regexp.MustCompile(`^https?://\S+$`),
}

// dateTime is the form that the schema asks for, which has no fractions and no Z.
const dateTime = `^\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$`

// checkElement holds an element and those in it to the schema.
func checkElement(t *testing.T, of element) {
	t.Helper()
	name := of.XMLName.Local
	if of.XMLName.Space != namespace {
		t.Errorf("%s is of the namespace %q", name, of.XMLName.Space)
	}
	if form := words[name]; form != nil && !form.MatchString(of.Text) {
		t.Errorf("%s must not be %q", name, of.Text)
	}
	counts := map[string]int{}
	for _, child := range of.Children {
		counts[child.XMLName.Local]++
		checkElement(t, child)
	}
	for _, child := range required[name] {
		if counts[child] == 0 {
			t.Errorf("%s has no %s", name, child)
		}
	}
	for child, n := range counts {
		if n > 1 && !slices.Contains(repeated, child) {
			t.Errorf("%s has %d times %s", name, n, child)
		}
	}
}

// TestSchema holds alerts of every kind to the schema of CAP 1.2.
func TestSchema(t *testing.T) {
	for _, state := range []outage.State{outage.StateOpen, outage.StateRecovering, outage.StateResolved} {
		for _, severity := range []outage.Severity{outage.SeverityMinor, outage.SeverityMajor, outage.SeverityCritical} {
			for _, change := range []func(*Message){
				func(*Message) {},
				func(m *Message) { m.Earlier, m.Regions, m.Districts, m.MergedInto = nil, nil, nil, "" },
				func(m *Message) { m.Earlier = append(m.Earlier, m.Earlier[0]); m.Exercise = true },
				func(m *Message) { m.Test, m.URL, m.Verdict = true, "", outage.LikelyCollateral },
			} {
				m := sample()
				m.State, m.Severity = state, severity
				change(&m)
				body, err := Write(m)
				if err != nil {
					t.Fatal(err)
				}
				var document element
				if err := xml.Unmarshal(body, &document); err != nil {
					t.Fatal(err)
				}
				if document.XMLName.Local != "alert" {
					t.Errorf("it is a %s", document.XMLName.Local)
				}
				checkElement(t, document)
			}
		}
	}
}
