package capalert

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// sequences are the elements that the schema of CAP 1.2 allows, in its order.
var sequences = map[string][]string{
	"alert": {"identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code", "note", "references", "incidents", "info"},
	"info": {
		"language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode", "effective", "onset", "expires",
		"senderName", "headline", "description", "instruction", "web", "contact", "parameter", "resource", "area",
	},
	"area":    {"areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"},
	"geocode": {"valueName", "value"}, "parameter": {"valueName", "value"},
}

func sample() Message {
	at := time.Date(2026, 11, 22, 20, 20, 0, 500, time.FixedZone("", 3600))
	return Message{
		Sender: "https://downpour.example", ID: "chat-in-1.2", Sent: at, Earlier: []Reference{{"chat-in-1.1", at.Add(-time.Minute)}},
		Service: "Chat & <Co>", Country: countrytest.IN, State: outage.StateOpen, Severity: outage.SeverityMajor, Verdict: outage.LikelyCause,
		OpenedAt: at.Add(-time.Minute), Headline: strings.Repeat("é", 200), Description: "Many.", URL: "https://downpour.example/incidents/chat-in-1",
		Where: "in India (West Bengal)", Regions: []outage.Region{"IN-WB"}, Districts: []outage.District{"IN-WB-kolkata"}, MergedInto: "chat-in-0",
	}
}

// TestOrderOfElements holds a document to the sequences of the schema.
func TestOrderOfElements(t *testing.T) {
	body, err := Write(sample())
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var within []string
	last := map[int]int{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch element := token.(type) {
		case xml.StartElement:
			if n := len(within); n > 0 {
				at := slices.Index(sequences[within[n-1]], element.Name.Local)
				if at < last[n] {
					t.Errorf("%s is not allowed at its place in %s", element.Name.Local, within[n-1])
				}
				last[n] = at
			}
			within = append(within, element.Name.Local)
			last[len(within)] = 0
		case xml.EndElement:
			within = within[:len(within)-1]
		}
	}
}

func TestWords(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Message)
		want   []string
	}{
		"an update": {func(*Message) {}, []string{
			"<msgType>Update</msgType>", "<sent>2026-11-22T19:20:00-00:00</sent>", "<status>Actual</status>", "<severity>Moderate</severity>", "<certainty>Observed</certainty>",
			"<references>https://downpour.example,chat-in-1.1,2026-11-22T19:19:00-00:00</references>", "<areaDesc>India (West Bengal)</areaDesc>",
			"Chat &amp; &lt;Co&gt;", "<headline>" + strings.Repeat("é", 159) + "…</headline>", "<value>IN-WB-kolkata</value>",
		}},
		"the first":        {func(m *Message) { m.Earlier = nil }, []string{"<msgType>Alert</msgType>"}},
		"the end":          {func(m *Message) { m.State = outage.StateResolved }, []string{"<responseType>AllClear</responseType>", "<urgency>Past</urgency>"}},
		"of another cause": {func(m *Message) { m.Verdict = outage.LikelyCollateral }, []string{"<certainty>Likely</certainty>"}},
		"an exercise":      {func(m *Message) { m.Exercise = true }, []string{"<status>Exercise</status>"}},
		"a test":           {func(m *Message) { m.Test, m.Exercise = true, true }, []string{"<status>Test</status>"}},
		"an odd id":        {func(m *Message) { m.ID = "a b,c<d&e" }, []string{"<identifier>a_b_c_d_e</identifier>"}},
	} {
		m := sample()
		c.change(&m)
		body, err := Write(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s has no %s:\n%s", name, want, body)
			}
		}
	}
}
