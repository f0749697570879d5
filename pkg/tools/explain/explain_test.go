package explain

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	_ "github.com/open-downpour/downpour/pkg/country/countrytest" // local time
)

const (
	explainedIncident = `{"id":"whatsapp-in-20250228T1516Z","service":"whatsapp","country":"IN","opened_at":"2025-02-28T15:16:00Z",
"verdict":"likely_collateral","reasons":["onset"],"narrative":{"en":"In short."},
"timeline":[{"at":"2025-02-28T15:16:00Z","state":"open","ratio":9,"verdict":"likely_collateral","cause":"jio"}],
"networks":{"named":80,"items":[{"network":"jio","reports":60,"share":0.75,"observed":60,"expected":20,"ratio":3,"low":2.4,"high":3.67,"reading":"more"},
{"network":"vi","reports":20,"share":0.25,"observed":null,"expected":null,"ratio":null,"low":null,"high":null,"reading":"too_few"}],
"sentence":{"en":"Most are on Jio."}},
"why":{"from":"2025-02-28T15:14:00Z","to":"2025-02-28T15:16:00Z","reports":40,"judged":34.5,"works":1,
"tips":[{"scope":"country","region":null,"cell":null,"since":"2025-02-28T15:14:00Z","observed":34,"expected":2.912,"threshold":31.2,"evidence":18.2,"needed":16,"design":12,"run":{"minutes":3,"evidence":15.25,"needed":12.1,"dispersion":0.2,"recurrence":9,"basis":"own"}}],
"trail":[{"t":"2025-02-28T15:14:00Z","observed":9,"expected":1.4,"upper":1.6,"scope":"cell","evidence":null,"needed":null},
{"t":"2025-02-28T15:15:00Z","observed":25,"expected":1.4,"upper":1.6,"scope":"country","evidence":18.2,"needed":16}]}}`
	explainedMinutes = `{"items":[{"t":"2025-02-28T15:13:00Z","reports":2,"works":0,"back":0,"expected":1.3,"upper":6},
{"t":"2025-02-28T15:14:00Z","reports":9,"works":0,"back":0,"expected":1.4,"upper":6},
{"t":"2025-02-28T15:15:00Z","reports":25,"works":0,"back":0,"expected":null,"upper":null},
{"t":"2025-02-28T15:16:00Z","reports":60,"works":0,"back":0,"expected":null,"upper":null}],"next":null}`
)

func TestPrint(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1/incidents/whatsapp-in-20250228T1516Z":
			_, _ = w.Write([]byte(explainedIncident))
		case r.URL.Path == "/api/v1/services/whatsapp/series" && r.URL.Query().Get("from") == "2025-02-28T15:09:00Z" && r.URL.Query().Get("step") == "1m":
			_, _ = w.Write([]byte(explainedMinutes))
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"detail":"No incident has this id."}`))
		}
	}))
	defer server.Close()
	var out strings.Builder
	if err := Print(context.Background(), http.DefaultClient, server.URL, "whatsapp-in-20250228T1516Z", &out); err != nil {
		t.Fatal(err)
	}
	const want = `In short.

likely_collateral because of: [onset]

reports 40, judged 34.5, for whom it works 1

place  observed  expected  threshold  evidence  needed  design
IN     34        2.91      31.2       18.2      16      x12

place  minutes as one count  evidence  needed  by recurrence  dispersion  normal
IN     3                     15.2      12.1    9              0.2         own

Most are on Jio.

network  reports  observed  expected  ratio  low  high  reading
jio      60       60        20        3      2.4  3.67  more
vi       20       -         -         -      -    -     too_few

UTC               local  observed  expected  upper  evidence   needed  decision
2025-02-28 15:13  20:43  2         1.3       6                         
2025-02-28 15:14  20:44  9         1.4       1.6    in a cell  -       
2025-02-28 15:15  20:45  25        1.4       1.6    18.2       16      open likely_collateral jio
2025-02-28 15:16  20:46  60        -         -                         
`
	if out.String() != want {
		t.Errorf("\n%s\nwant\n%s", out.String(), want)
	}
	err := Print(context.Background(), http.DefaultClient, server.URL, "none", &out)
	if err == nil || err.Error() != "explaining none: reading /api/v1/incidents/none: 404 Not Found: No incident has this id." {
		t.Errorf("error %v", err)
	}
}
