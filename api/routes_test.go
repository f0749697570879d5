package api

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

var update = flag.Bool("update", false, "write the golden files anew")

// call is one request and what must come of it. The whole answer is also
// compared with the golden file of the call's name, and with openapi.yaml.
type call struct {
	name         string
	method, path string // method GET unless given
	header       string // "Name: value" lines
	body         string
	world        world
	status       int
	code, field  string // of the problem
	asked        string // what the parts behind were asked, joined by "; "
	noGolden     bool   // the answer is checked elsewhere, and long
	lenient      bool   // the request is answered though openapi.yaml does not allow it
}

const (
	takes  = "Content-Type: application/json"
	bearer = "Authorization: Bearer open"
	lines  = bearer + "\nContent-Type: application/x-ndjson"

	renewed = `{"subscription":{"endpoint":"https://push.example/b","expirationTime":null,"keys":{"p256dh":"BAbc","auth":"c2VjcmV0"}}}`
	pushed  = `{"subscription":{"endpoint":"https://push.example/a","expirationTime":null,"keys":{"p256dh":"BAbc","auth":"c2VjcmV0"}},"service":"whatsapp","country":"IN","until_back":true,"lang":"bn"}`

	operator = bearer + "\n" + takes
	entered  = `{"state":"major_outage","phase":"investigating","title":"Down"}`

	asksToWrite = "Access-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type,idempotency-key\nOrigin: "
)

var down = &outage.Error{Code: outage.CodeUnavailable, Detail: "Not now."}

var calls = []call{
	{name: "report", method: "POST", path: "/api/v1/reports", header: takes, body: `{"service":"whatsapp","location":{"lat":22.57,"lng":88.36}}`, world: world{place: true}, status: 202, asked: `take whatsapp  ""`},
	{name: "report-unplaced", method: "POST", path: "/api/v1/reports", header: takes + "; charset=UTF-8\nIdempotency-Key: k-1", body: `{"service":"whatsapp","country":"IN"}`, status: 202, asked: `take whatsapp IN "k-1"`},
	{name: "report-unresolved", method: "POST", path: "/api/v1/reports", header: takes, body: `{"service":"whatsapp","country":"IN"}`, world: world{unresolved: true}, status: 202},
	{name: "report-form", method: "POST", path: "/api/v1/reports", header: "Content-Type: application/x-www-form-urlencoded", body: `service=whatsapp`, status: 415, code: "content_type"},
	{name: "report-no-type", method: "POST", path: "/api/v1/reports", body: `{}`, status: 415, code: "content_type"},
	{name: "report-latin1", method: "POST", path: "/api/v1/reports", header: takes + "; charset=latin1", body: `{}`, status: 415, code: "content_type"},
	{name: "report-gzip", method: "POST", path: "/api/v1/reports", header: takes + "\nContent-Encoding: gzip", body: `x`, status: 415, code: "content_type"},
	{name: "report-16k", method: "POST", path: "/api/v1/reports", header: takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "report-not-json", method: "POST", path: "/api/v1/reports", header: takes, body: `{`, status: 400, code: "invalid"},
	{name: "report-query", method: "POST", path: "/api/v1/reports?service=whatsapp", header: takes, body: `{}`, status: 400, code: "invalid", field: "service"},
	{name: "report-key-twice", method: "POST", path: "/api/v1/reports", header: takes + "\nIdempotency-Key: a\nIdempotency-Key: b", body: `{}`, status: 400, code: "invalid", field: "Idempotency-Key"},
	{name: "report-key-long", method: "POST", path: "/api/v1/reports", header: takes + "\nIdempotency-Key: " + strings.Repeat("k", 201), body: `{}`, status: 400, code: "invalid", field: "Idempotency-Key"},
	{name: "report-unknown-service", method: "POST", path: "/api/v1/reports", header: takes, body: `{"service":"x"}`, world: world{err: outage.Unknown("service", "There is no such service.")}, status: 400, code: "unknown", field: "service"},
	{name: "report-two-errors", method: "POST", path: "/api/v1/reports", header: takes, body: `{"service":"x"}`, world: world{err: errors.Join(outage.Invalid("service", "Bad."), outage.Invalid("kind", "Worse."))}, status: 400, code: "invalid", field: "service"},
	{name: "report-conflict", method: "POST", path: "/api/v1/reports", header: takes, body: `{}`, world: world{err: &outage.Error{Code: outage.CodeConflict, Detail: "The key came with another body."}}, status: 409, code: "conflict"},
	{name: "report-limited", method: "POST", path: "/api/v1/reports", header: takes, body: `{}`, world: world{err: fmt.Errorf("taking a report: %w", &outage.Error{Code: outage.CodeLimited, Detail: "Slow down.", RetryAfter: 1200 * time.Millisecond})}, status: 429, code: "limited"},
	{name: "report-no-redis", method: "POST", path: "/api/v1/reports", header: takes, body: `{}`, world: world{err: &outage.Error{Code: outage.CodeUnavailable, Detail: "Reports cannot be taken now."}}, status: 503, code: "unavailable"},
	{name: "report-internal", method: "POST", path: "/api/v1/reports", header: takes, body: `{}`, world: world{err: errors.New("dial tcp 10.1.2.3: secret")}, status: 500, code: "internal"},

	{name: "batch", method: "POST", path: "/api/v1/reports/batch", header: lines, body: "{}\n", status: 200, asked: `batch importer 3 ""`},
	{name: "batch-with-key", method: "POST", path: "/api/v1/reports/batch", header: lines + "; charset=utf-8\nIdempotency-Key: k-1", body: "{}\n{}\n", status: 200, asked: `batch importer 6 "k-1"`},
	{name: "batch-jsonl", method: "POST", path: "/api/v1/reports/batch", header: bearer + "\nContent-Type: application/jsonl", lenient: true, body: "{}\n", status: 200},
	{name: "batch-without-key", method: "POST", path: "/api/v1/reports/batch", header: "Content-Type: application/x-ndjson", body: "{}\n", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "batch-wrong-key", method: "POST", path: "/api/v1/reports/batch", header: "Authorization: Bearer wrong\nContent-Type: application/x-ndjson", body: "{}\n", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "batch-limited", method: "POST", path: "/api/v1/reports/batch", header: lines, body: "{}\n", world: world{limited: true}, status: 429, code: "limited"},
	{name: "batch-other-scheme", method: "POST", path: "/api/v1/reports/batch", header: "Authorization: Basic open", body: "{}\n", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "batch-json", method: "POST", path: "/api/v1/reports/batch", header: bearer + "\n" + takes, body: "{}", status: 415, code: "content_type"},
	{name: "batch-gzip", method: "POST", path: "/api/v1/reports/batch", header: lines + "\nContent-Encoding: gzip", body: "x", status: 415, code: "content_type"},
	{name: "batch-query", method: "POST", path: "/api/v1/reports/batch?final=true", header: lines, body: "{}", status: 400, code: "invalid", field: "final"},
	{name: "batch-8m", method: "POST", path: "/api/v1/reports/batch", header: lines, body: strings.Repeat(" ", maxBatch+1), status: 413, code: "too_large"},
	{name: "batch-no-redis", method: "POST", path: "/api/v1/reports/batch", header: lines, body: "{}", world: world{err: &outage.Error{Code: outage.CodeUnavailable, Detail: "Reports cannot be taken now."}}, status: 503, code: "unavailable"},
	{name: "batch-get", path: "/api/v1/reports/batch", status: 405, code: "method_not_allowed"},

	{name: "official", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: entered, status: 200, asked: `official whatsapp "" major_outage "Down"`},
	{name: "official-without-key", method: "PUT", path: "/api/v1/services/whatsapp/official", header: takes, body: entered, status: 401, code: "unauthorized", field: "Authorization"},
	{name: "official-state", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"state":"unknown","title":"x"}`, status: 400, code: "invalid", field: "state"},
	{name: "official-phase", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"state":"degraded","title":"x","phase":"soon"}`, status: 400, code: "invalid", field: "phase"},
	{name: "official-title", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"state":"degraded","title":" "}`, status: 400, code: "invalid", field: "title"},
	{name: "official-link", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"state":"degraded","title":"x","link":"javascript:alert(1)"}`, status: 400, code: "invalid", field: "link"},
	{name: "official-later", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"state":"degraded","title":"x","published_at":"2027-01-01T00:00:00Z"}`, status: 400, code: "invalid", field: "published_at"},
	{name: "official-other-field", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: `{"status":"degraded"}`, status: 400, code: "unknown", field: "status"},
	{name: "official-unknown", method: "PUT", path: "/api/v1/services/nothing/official", header: operator, body: entered, status: 404, code: "not_found"},
	{name: "official-form", method: "PUT", path: "/api/v1/services/whatsapp/official", header: bearer + "\nContent-Type: application/x-www-form-urlencoded", body: "state=degraded", status: 415, code: "content_type"},
	{name: "official-16k", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "official-limited", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: entered, world: world{err: &outage.Error{Code: outage.CodeLimited, Detail: "Too many.", RetryAfter: time.Second}}, status: 429, code: "limited"},
	{name: "official-no-archive", method: "PUT", path: "/api/v1/services/whatsapp/official", header: operator, body: entered, world: world{err: down}, status: 503, code: "unavailable"},
	{name: "withdraw", method: "DELETE", path: "/api/v1/services/whatsapp/official", header: bearer, status: 204, asked: "withdraw whatsapp"},
	{name: "withdraw-nothing", method: "DELETE", path: "/api/v1/services/virgin-media/official", header: bearer, status: 404, code: "not_found"},
	{name: "withdraw-without-key", method: "DELETE", path: "/api/v1/services/whatsapp/official", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "withdraw-query", method: "DELETE", path: "/api/v1/services/whatsapp/official?all=1", header: bearer, status: 400, code: "invalid", field: "all"},
	{name: "withdraw-limited", method: "DELETE", path: "/api/v1/services/whatsapp/official", header: bearer, world: world{err: &outage.Error{Code: outage.CodeLimited, Detail: "Too many.", RetryAfter: time.Second}}, status: 429, code: "limited"},
	{name: "withdraw-no-archive", method: "DELETE", path: "/api/v1/services/whatsapp/official", header: bearer, world: world{err: down}, status: 503, code: "unavailable"},

	{name: "undo", method: "DELETE", path: "/api/v1/reports/r1?undo=secret", status: 204, asked: "undo r1 secret"},
	{name: "undo-body", method: "DELETE", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret"}`, status: 204, asked: "undo r1 secret"},
	{name: "undo-without-token", method: "DELETE", path: "/api/v1/reports/r1", status: 400, code: "invalid", field: "undo"},
	{name: "undo-empty-token", method: "DELETE", path: "/api/v1/reports/r1?undo=", status: 400, code: "invalid", field: "undo"},
	{name: "undo-two-tokens", method: "DELETE", path: "/api/v1/reports/r1?undo=a", header: takes, body: `{"undo":"b"}`, status: 400, code: "invalid", field: "undo"},
	{name: "undo-bad-body", method: "DELETE", path: "/api/v1/reports/r1", header: takes, body: `{"token":"b"}`, status: 400, code: "unknown", field: "token"},
	{name: "undo-wrong-token", method: "DELETE", path: "/api/v1/reports/r1?undo=x", status: 403, code: "forbidden", field: "undo"},
	{name: "undo-unknown", method: "DELETE", path: "/api/v1/reports/r2?undo=x", status: 404, code: "not_found"},
	{name: "undo-too-late", method: "DELETE", path: "/api/v1/reports/old?undo=x", status: 410, code: "gone"},
	{name: "undo-form", method: "DELETE", path: "/api/v1/reports/r1", header: "Content-Type: application/x-www-form-urlencoded", body: "undo=secret", status: 415, code: "content_type"},
	{name: "undo-16k", method: "DELETE", path: "/api/v1/reports/r1", header: takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "undo-no-redis", method: "DELETE", path: "/api/v1/reports/r1?undo=secret", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "undo-limited", method: "DELETE", path: "/api/v1/reports/r1?undo=x", world: world{limited: true}, status: 429, code: "limited"},

	{name: "place-report", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","place":"Kolkata","country":"IN"}`, status: 200, asked: `place r1 secret Kolkata "IN"`},
	{name: "place-report-unresolved", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","place":"Kolkatta"}`, status: 400, code: "invalid", field: "place"},
	{name: "place-report-wrong-token", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"x","place":"Kolkata"}`, status: 403, code: "forbidden", field: "undo"},
	{name: "place-report-conflict", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, world: world{err: &outage.Error{Code: outage.CodeConflict, Field: "place", Detail: "the report has a place that is as exact"}}, status: 409, code: "conflict", field: "place"},
	{name: "place-report-unknown", method: "PATCH", path: "/api/v1/reports/r2", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, world: world{err: &outage.Error{Code: outage.CodeNotFound, Detail: "No such report."}}, status: 404, code: "not_found"},
	{name: "place-report-too-late", method: "PATCH", path: "/api/v1/reports/old", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, world: world{err: &outage.Error{Code: outage.CodeGone, Detail: "Too late."}}, status: 410, code: "gone"},
	{name: "place-report-form", method: "PATCH", path: "/api/v1/reports/r1", header: "Content-Type: application/x-www-form-urlencoded", body: "undo=secret&place=Kolkata", status: 415, code: "content_type"},
	{name: "place-report-16k", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "place-report-no-redis", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, world: world{err: down}, status: 503, code: "unavailable"},
	{name: "place-report-limited", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, world: world{err: &outage.Error{Code: outage.CodeLimited, Detail: "Too many.", RetryAfter: 1500 * time.Millisecond}}, status: 429, code: "limited"},
	{name: "place-report-other-field", method: "PATCH", path: "/api/v1/reports/r1", header: takes, body: `{"undo":"secret","cell":"863cf2c67ffffff"}`, status: 400, code: "unknown", field: "cell"},
	{name: "place-report-query", method: "PATCH", path: "/api/v1/reports/r1?place=Kolkata", header: takes, body: `{"undo":"secret","place":"Kolkata"}`, status: 400, code: "invalid", field: "place"},

	{name: "services", path: "/api/v1/services", status: 200, asked: `day "whatsapp"; day "virgin-media"`},
	{name: "services-cursor", path: "/api/v1/services?cursor=x", status: 400, code: "invalid", field: "cursor"},
	{name: "services-no-past", path: "/api/v1/services/whatsapp", world: world{past: &outage.Error{Code: outage.CodeUnavailable, Detail: "No past."}}, status: 200},
	{name: "services-down", path: "/api/v1/services", world: world{err: &outage.Error{Code: outage.CodeUnavailable, Detail: "Not now.", RetryAfter: 3 * time.Second}}, status: 503, code: "unavailable"},
	{name: "service", path: "/api/v1/services/virgin-media", status: 200},
	{name: "service-down", path: "/api/v1/services/whatsapp", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "service-unknown", path: "/api/v1/services/x", status: 404, code: "not_found"},
	{name: "service-parameter", path: "/api/v1/services/whatsapp?country=IN", status: 400, code: "invalid", field: "country"},

	{name: "series", path: "/api/v1/services/whatsapp/series", status: 200, asked: `series "whatsapp" "" "" 11-21T20:25..11-22T20:25 5`},
	{name: "series-down", path: "/api/v1/services/whatsapp/series", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "series-region", path: "/api/v1/services/whatsapp/series?region=IN-WB&step=5m&window=2h", status: 200, asked: `series "whatsapp" "IN" "IN-WB" 11-22T18:30..11-22T20:30 15`},
	{name: "series-month", path: "/api/v1/services/virgin-media/series?country=GB&window=30d", status: 200, asked: `series "virgin-media" "GB" "" 10-23T20:30..11-22T20:30 15`},
	{name: "series-year", path: "/api/v1/services/whatsapp/series?from=2026-01-01T05:30:00%2b05:30&to=2026-02-10T00:00:01Z", status: 200, asked: `series "whatsapp" "" "" 01-01T00:00..02-10T00:01 60`},
	{name: "series-plus", path: "/api/v1/services/whatsapp/series?from=2026-11-22T05:30:00+05:30&to=2026-11-22T01:00:00Z&step=1h", lenient: true, status: 200, asked: `series "whatsapp" "" "" 11-22T00:00..11-22T01:00 60`},
	{name: "series-window-in-part-steps", path: "/api/v1/services/whatsapp/series?window=7m&step=1h", status: 200, asked: `series "whatsapp" "" "" 11-22T20:00..11-22T21:00 60`},
	{name: "series-too-long", path: "/api/v1/services/whatsapp/series?window=401d", status: 400, code: "invalid", field: "window"},
	{name: "series-too-fine", path: "/api/v1/services/whatsapp/series?window=92d&step=1m", status: 400, code: "invalid", field: "step"},
	{name: "series-odd-step", path: "/api/v1/services/whatsapp/series?step=7m", status: 400, code: "invalid", field: "step"},
	{name: "series-bad-step", path: "/api/v1/services/whatsapp/series?step=0m", status: 400, code: "invalid", field: "step"},
	{name: "series-unknown", path: "/api/v1/services/x/series", status: 404, code: "not_found"},
	{name: "series-region-unknown", path: "/api/v1/services/whatsapp/series?region=IN-XX", status: 400, code: "unknown", field: "region"},
	{name: "series-region-elsewhere", path: "/api/v1/services/whatsapp/series?region=IN-WB&country=GB", status: 400, code: "invalid", field: "region"},
	{name: "series-days", path: "/api/v1/services/whatsapp/series?country=IN&window=3d&step=1d&tz=Asia/Kolkata", status: 200, asked: `series "whatsapp" "IN" "" 11-20T18:30..11-23T18:30 1440`},
	{name: "series-zone-unknown", path: "/api/v1/services/whatsapp/series?step=1d&tz=../etc/passwd", status: 400, code: "invalid", field: "tz"},
	{name: "series-zone-of-the-server", path: "/api/v1/services/whatsapp/series?step=1d&tz=Local", status: 400, code: "invalid", field: "tz"},
	{name: "series-zone-of-hours", path: "/api/v1/services/whatsapp/series?step=1h&tz=Asia/Kolkata", status: 400, code: "invalid", field: "tz"},
	{name: "series-cursor", path: "/api/v1/services/whatsapp/series?cursor=%00%ff", status: 400, code: "invalid", field: "cursor"},

	{name: "symptoms", path: "/api/v1/services/whatsapp/symptoms?country=IN", status: 200, asked: `symptoms "whatsapp" "IN" "" 11-21T20:21..11-22T20:21`},
	{name: "symptoms-down", path: "/api/v1/services/whatsapp/symptoms", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "symptoms-unknown", path: "/api/v1/services/x/symptoms", status: 404, code: "not_found"},
	{name: "networks", path: "/api/v1/services/whatsapp/networks?country=IN", status: 200, asked: `networks "whatsapp" "IN" "" 11-21T20:21..11-22T20:21`},
	{name: "networks-region", path: "/api/v1/services/whatsapp/networks?region=IN-WB&window=1h", status: 200, asked: `networks "whatsapp" "IN" "IN-WB" 11-22T19:21..11-22T20:21`},
	{name: "networks-too-long", path: "/api/v1/services/whatsapp/networks?from=2026-01-01T00:00:00Z", status: 400, code: "invalid", field: "from"},
	{name: "networks-down", path: "/api/v1/services/whatsapp/networks", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "networks-unknown", path: "/api/v1/services/x/networks", status: 404, code: "not_found"},
	{name: "symptoms-too-long", path: "/api/v1/services/whatsapp/symptoms?from=2026-01-01T00:00:00Z", status: 400, code: "invalid", field: "from"},

	{name: "heatmap", path: "/api/v1/heatmap", status: 200, asked: `heatmap "" "" 4 11-22T20:06..11-22T20:21`},
	{name: "heatmap-gb", path: "/api/v1/heatmap?service=whatsapp&country=GB", status: 200, asked: `heatmap "whatsapp" "GB" 5 11-22T20:06..11-22T20:21`},
	{name: "heatmap-in", path: "/api/v1/heatmap?country=IN&window=24h&resolution=6", status: 200, asked: `heatmap "" "IN" 6 11-21T20:21..11-22T20:21`},
	{name: "heatmap-from-to", path: "/api/v1/heatmap?from=2026-11-22T10:07:00Z&to=2026-11-22T10:20:00Z", status: 200, asked: `heatmap "" "" 4 11-22T10:07..11-22T10:20`},
	{name: "heatmap-to", path: "/api/v1/heatmap?to=2026-11-22T10:20:00Z", status: 200, asked: `heatmap "" "" 4 11-22T10:05..11-22T10:20`},
	{name: "heatmap-geojson", path: "/api/v1/heatmap", header: "Accept: application/json;q=0.5, application/geo+json", status: 200},
	{name: "heatmap-csv", path: "/api/v1/heatmap", header: "Accept: text/csv", status: 200},
	{name: "heatmap-browser", path: "/api/v1/heatmap", header: "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", status: 200},
	{name: "heatmap-resolution-7", path: "/api/v1/heatmap?resolution=7", status: 400, code: "invalid", field: "resolution"},
	{name: "heatmap-resolution-word", path: "/api/v1/heatmap?resolution=4.0", status: 400, code: "invalid", field: "resolution"},
	{name: "heatmap-service-unknown", path: "/api/v1/heatmap?service=x", status: 400, code: "unknown", field: "service"},
	{name: "heatmap-country-unknown", path: "/api/v1/heatmap?country=UK", status: 400, code: "unknown", field: "country"},
	{name: "heatmap-unknown-parameter", path: "/api/v1/heatmap?windw=15m", status: 400, code: "invalid", field: "windw"},
	{name: "heatmap-twice", path: "/api/v1/heatmap?country=IN&country=GB", status: 400, code: "invalid", field: "country"},
	{name: "heatmap-reversed", path: "/api/v1/heatmap?from=2026-11-22T11:00:00Z&to=2026-11-22T10:00:00Z", status: 400, code: "invalid", field: "from"},
	{name: "heatmap-empty-window", path: "/api/v1/heatmap?from=2026-11-22T10:00:00Z&to=2026-11-22T10:00:00Z", status: 400, code: "invalid", field: "from"},
	{name: "heatmap-too-long", path: "/api/v1/heatmap?window=93d", status: 400, code: "invalid", field: "window"},
	{name: "heatmap-window-and-from", path: "/api/v1/heatmap?window=15m&from=2026-11-22T10:00:00Z", status: 400, code: "invalid", field: "window"},
	{name: "heatmap-window-word", path: "/api/v1/heatmap?window=15", status: 400, code: "invalid", field: "window"},
	{name: "heatmap-from-word", path: "/api/v1/heatmap?from=yesterday", status: 400, code: "invalid", field: "from"},
	{name: "heatmap-from-ancient", path: "/api/v1/heatmap?from=0001-01-01T00:00:00Z", status: 400, code: "invalid", field: "from"},
	{name: "heatmap-several", path: "/api/v1/heatmap?resolution=9&country=FR", status: 400, code: "unknown", field: "country"},
	{name: "heatmap-down", path: "/api/v1/heatmap", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "heatmap-internal", path: "/api/v1/heatmap", world: world{err: errors.New("clickhouse: table missing")}, status: 500, code: "internal"},

	{name: "heatmap-csv-address", path: "/api/v1/heatmap.csv?country=IN", header: "Accept: application/json", status: 200},
	{name: "heatmap-geojson-address", path: "/api/v1/heatmap.geojson", status: 200},
	{name: "heatmap-format", path: "/api/v1/heatmap?format=csv", status: 200},
	{name: "heatmap-spelling", path: "/api/v1/heatmap", header: "Accept: Text/CSV; charset=utf-8", status: 200},
	{name: "heatmap-form-unknown", path: "/api/v1/heatmap.xlsx", status: 404, code: "not_found"},
	{name: "file-hour-csv", path: "/files/last-hour.csv?utm_source=x", status: 200},
	{name: "file-hour-geojson", path: "/files/last-hour.geojson?service=whatsapp&country=IN", status: 200},
	{name: "file-hour-json", path: "/files/last-hour.json", status: 200},
	{name: "file-hour-xlsx", path: "/files/last-hour.xlsx", status: 404, code: "not_found"},
	{name: "file-hour-wrong", path: "/files/last-hour.csv?country=FR", status: 400, code: "unknown", field: "country"},
	{name: "file-hour-down", path: "/files/last-hour.json", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "file-day-csv", path: "/files/last-day.csv?utm_source=x", status: 200},
	{name: "file-day-geojson", path: "/files/last-day.geojson?service=whatsapp&country=IN", status: 200},
	{name: "file-day-json", path: "/files/last-day.json", status: 200},
	{name: "file-day-xlsx", path: "/files/last-day.xlsx", status: 404, code: "not_found"},
	{name: "file-day-wrong", path: "/files/last-day.csv?country=FR", status: 400, code: "unknown", field: "country"},
	{name: "file-day-down", path: "/files/last-day.json", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "heatmap-csv-wrong", path: "/api/v1/heatmap.csv?country=FR", status: 400, code: "unknown", field: "country"},
	{name: "register-form-unknown", path: "/api/v1/register.geojson", status: 404, code: "not_found"},
	{name: "register-csv-wrong", path: "/api/v1/register.csv?year=x", status: 400, code: "invalid", field: "year"},
	{name: "register-hours-form-unknown", path: "/api/v1/register/hours.xml", status: 404, code: "not_found"},
	{name: "register-hours-csv-wrong", path: "/api/v1/register/hours.csv?level=x", status: 400, code: "invalid", field: "level"},
	{name: "heatmap-format-differs", path: "/api/v1/heatmap.csv?format=json", status: 400, code: "invalid", field: "format"},
	{name: "heatmap-not-acceptable", path: "/api/v1/heatmap", header: "Accept: image/png", status: 406, code: "not_acceptable", field: "Accept"},
	{name: "register-not-acceptable", path: "/api/v1/register", header: "Accept: image/png", status: 406, code: "not_acceptable", field: "Accept"},
	{name: "register-hours-not-acceptable", path: "/api/v1/register/hours", header: "Accept: image/png", status: 406, code: "not_acceptable", field: "Accept"},
	{name: "register-csv-address", path: "/api/v1/register.csv", status: 200},
	{name: "register-hours-csv-address", path: "/api/v1/register/hours.csv", status: 200},
	{name: "heatmap-csv-down", path: "/api/v1/heatmap.csv", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "heatmap-districts", path: "/api/v1/heatmap?level=district&service=whatsapp&country=IN", status: 200},
	{name: "heatmap-regions-csv", path: "/api/v1/heatmap?level=region", header: "Accept: text/csv", status: 200},
	{name: "heatmap-level", path: "/api/v1/heatmap?level=country", status: 400, code: "invalid", field: "level"},
	{name: "heatmap-level-resolution", path: "/api/v1/heatmap?level=region&resolution=5", status: 400, code: "invalid", field: "resolution"},
	{name: "series-district", path: "/api/v1/services/whatsapp/series?district=IN-WB-kolkata", status: 200},
	{name: "series-district-unknown", path: "/api/v1/services/whatsapp/series?district=IN-WB-nowhere", status: 400, code: "unknown", field: "district"},
	{name: "series-district-elsewhere", path: "/api/v1/services/whatsapp/series?district=IN-WB-kolkata&region=GB-TLE", status: 400, code: "invalid", field: "district"},
	{name: "symptoms-district", path: "/api/v1/services/whatsapp/symptoms?district=IN-WB-kolkata&country=IN", status: 200},
	{name: "incidents-district", path: "/api/v1/incidents?district=IN-WB-kolkata", status: 200},
	{name: "incidents", path: "/api/v1/incidents", status: 200, asked: `incidents "" "" "" 01-01T00:00..01-01T00:00 "" 50`},
	{name: "incidents-filtered", path: "/api/v1/incidents?service=whatsapp&country=IN&state=resolved&from=2026-11-22T00:00:30Z&to=2026-11-22T20:00:30Z&limit=200", status: 200, asked: `incidents "whatsapp" "IN" "resolved" 11-22T00:00..11-22T20:01 "" 200`},
	{name: "incidents-since", path: "/api/v1/incidents?from=2026-11-22T20:20:00Z", status: 200, asked: `incidents "" "" "" 11-22T20:20..11-22T20:21 "" 50`},
	{name: "incidents-pending", path: "/api/v1/incidents?state=pending", status: 200},
	{name: "incidents-page", path: "/api/v1/incidents?limit=1", status: 200},
	{name: "incidents-next", path: "/api/v1/incidents?limit=1&cursor=more", status: 200, asked: `incidents "" "" "" 01-01T00:00..01-01T00:00 "more" 1`},
	{name: "incidents-cursor", path: "/api/v1/incidents?cursor=x", status: 400, code: "invalid", field: "cursor"},
	{name: "incidents-state", path: "/api/v1/incidents?state=closed", status: 400, code: "invalid", field: "state"},
	{name: "incidents-limit", path: "/api/v1/incidents?limit=201", status: 400, code: "invalid", field: "limit"},
	{name: "incidents-reversed", path: "/api/v1/incidents?from=2026-11-23T00:00:00Z", status: 400, code: "invalid", field: "from"},
	{name: "incident", path: "/api/v1/incidents/whatsapp-in-20261122T1900Z", status: 200, asked: `symptoms "whatsapp" "IN" "" 11-22T18:52..11-22T19:50; networks "whatsapp" "IN" "" 11-22T18:52..11-22T19:50; incidents "facebook" "IN" "" 11-22T18:52..11-22T19:50 "" 1`},
	{name: "incidents-down", path: "/api/v1/incidents", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "incident-down", path: "/api/v1/incidents/virgin-media-gb-20261122T2020Z", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "incident-open", path: "/api/v1/incidents/virgin-media-gb-20261122T2020Z", status: 200, asked: `symptoms "virgin-media" "GB" "" 11-22T20:19..11-22T20:21; networks "virgin-media" "GB" "" 11-22T20:19..11-22T20:21`},
	{name: "incident-no-past", path: "/api/v1/incidents/virgin-media-gb-20261122T2020Z", world: world{past: &outage.Error{Code: outage.CodeUnavailable, Detail: "No past."}}, status: 200},
	{name: "incident-unknown", path: "/api/v1/incidents/x", status: 404, code: "not_found", field: "id"},
	{name: "incident-parameter", path: "/api/v1/incidents/x?country=IN", status: 400, code: "invalid", field: "country"},

	{name: "register", path: "/api/v1/register", status: 200},
	{name: "register-quarter", path: "/api/v1/register?year=2026&quarter=3&service=whatsapp&region=IN-WB&district=IN-WB-kolkata", status: 200},
	{name: "register-csv", path: "/api/v1/register", header: "Accept: text/csv", status: 200},
	{name: "register-page", path: "/api/v1/register?limit=1", status: 200},
	{name: "register-next", path: "/api/v1/register?limit=1&cursor=jio-in-20260803T0905Z", status: 200},
	{name: "register-cursor", path: "/api/v1/register?cursor=x", status: 400, code: "invalid", field: "cursor"},
	{name: "register-quarter-alone", path: "/api/v1/register?quarter=1", status: 400, code: "invalid", field: "quarter"},
	{name: "register-year", path: "/api/v1/register?year=26", status: 400, code: "invalid", field: "year"},
	{name: "register-files", path: "/api/v1/register/files", status: 200},
	{name: "register-files-cursor", path: "/api/v1/register/files?cursor=x", status: 400, code: "invalid", field: "cursor"},
	{name: "register-hours", path: "/api/v1/register/hours?year=2026", status: 200},
	{name: "register-hours-region", path: "/api/v1/register/hours?level=region&region=IN-WB", status: 200},
	{name: "register-hours-csv", path: "/api/v1/register/hours?level=country", header: "Accept: text/csv", status: 200},
	{name: "register-hours-level", path: "/api/v1/register/hours?level=cell", status: 400, code: "invalid", field: "level"},
	{name: "register-file", path: "/register/2026-Q4.json", status: 200},
	{name: "register-file-csv", path: "/register/2026-q3.v1.csv", status: 200},
	{name: "register-file-version", path: "/register/2026-Q3.v2.csv", status: 404, code: "not_found"},
	{name: "register-file-away", path: "/register/2020-Q1.v1.json", status: 503, code: "unavailable"},
	{name: "wanted", path: "/api/v1/wanted", header: bearer, status: 200},
	{name: "wanted-without-key", path: "/api/v1/wanted", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "wanted-limited", path: "/api/v1/wanted", header: bearer, world: world{limited: true}, status: 429, code: "limited"},
	{name: "wanted-query", path: "/api/v1/wanted?day=1", header: bearer, status: 400, code: "invalid", field: "day"},
	{name: "wanted-no-redis", path: "/api/v1/wanted", header: bearer, world: world{err: &outage.Error{Code: outage.CodeUnavailable, Detail: "Not now."}}, status: 503, code: "unavailable"},
	{name: "places", path: "/api/v1/places?q=kol&country=IN&limit=5", status: 200, asked: `places "kol" "IN" 5`},
	{name: "places-bengali", path: "/api/v1/places?q=%E0%A6%95%E0%A6%B2", status: 200, asked: `places "কল" "" 10`},
	{name: "places-none", path: "/api/v1/places?q=nowhere", status: 200},
	{name: "places-no-q", path: "/api/v1/places", status: 400, code: "invalid", field: "q"},
	{name: "places-empty-q", path: "/api/v1/places?q=", status: 400, code: "invalid", field: "q"},
	{name: "places-not-utf8", path: "/api/v1/places?q=%ff", status: 400, code: "invalid", field: "q"},
	{name: "places-long-q", path: "/api/v1/places?q=" + strings.Repeat("k", 65), status: 400, code: "invalid", field: "q"},
	{name: "places-limit", path: "/api/v1/places?q=k&limit=51", status: 400, code: "invalid", field: "limit"},

	{name: "summary", path: "/api/v1/summary", status: 200},
	{name: "summary-parameter", path: "/api/v1/summary?country=IN", status: 400, code: "invalid", field: "country"},
	{name: "summary-down", path: "/api/v1/summary", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "stream", path: "/api/v1/stream?service=whatsapp&country=IN", header: "Last-Event-ID: k-0", status: 200, asked: `subscribe "k-0" "whatsapp" "IN"; leave`},
	{name: "stream-unknown", path: "/api/v1/stream?service=x", status: 400, code: "unknown", field: "service"},
	{name: "stream-limited", path: "/api/v1/stream", world: world{limited: true}, status: 429, code: "limited"},
	{name: "stream-full", path: "/api/v1/stream", world: world{err: down}, status: 503, code: "unavailable"},

	{name: "push-key", path: "/api/v1/push", status: 200},
	{name: "push-key-query", path: "/api/v1/push?x=1", status: 400, code: "invalid", field: "x"},
	{name: "push-key-off", path: "/api/v1/push", world: world{err: &outage.Error{Code: outage.CodeNotFound, Detail: "This server sends no push messages."}}, status: 404, code: "not_found"},
	{name: "push-key-down", path: "/api/v1/push", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "push", method: "POST", path: "/api/v1/push", header: takes, body: pushed, status: 201, asked: "push 0.0.0.0 https://push.example/a BAbc whatsapp IN until back true in bn"},
	{name: "push-form", method: "POST", path: "/api/v1/push", body: pushed, status: 415, code: "content_type"},
	{name: "push-unknown-field", method: "POST", path: "/api/v1/push", header: takes, body: `{"subscription":{},"country":"IN","mail":"x"}`, status: 400, code: "unknown", field: "mail"},
	{name: "push-wrong-type", method: "POST", path: "/api/v1/push", header: takes, body: `{"subscription":{},"country":1}`, status: 400, code: "invalid", field: "country"},
	{name: "push-two-objects", method: "POST", path: "/api/v1/push", header: takes, body: pushed + "{}", status: 400, code: "invalid"},
	{name: "push-invalid", method: "POST", path: "/api/v1/push", header: takes, body: pushed, world: world{err: outage.Invalid("subscription.endpoint", "It must be an https:// address.")}, status: 400, code: "invalid", field: "subscription.endpoint"},
	{name: "push-16k", method: "POST", path: "/api/v1/push", header: takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "push-off", method: "POST", path: "/api/v1/push", header: takes, body: pushed, world: world{err: &outage.Error{Code: outage.CodeNotFound, Detail: "This server sends no push messages."}}, status: 404, code: "not_found"},
	{name: "push-full", method: "POST", path: "/api/v1/push", header: takes, body: pushed, world: world{err: &outage.Error{Code: outage.CodeConflict, Detail: "There is no room for another subscription."}}, status: 409, code: "conflict"},
	{name: "push-limited", method: "POST", path: "/api/v1/push", header: takes, body: pushed, world: world{err: &outage.Error{Code: outage.CodeLimited, Detail: "Too many subscriptions."}}, status: 429, code: "limited"},
	{name: "push-down", method: "POST", path: "/api/v1/push", header: takes, body: pushed, world: world{err: down}, status: 503, code: "unavailable"},
	{name: "push-from-another-site", method: "POST", path: "/api/v1/push", header: takes + "\nOrigin: https://elsewhere.example", body: pushed, status: 403, code: "forbidden", field: "site"},
	{name: "push-stop-from-another-site", method: "DELETE", path: "/api/v1/push/ps_1", header: "Origin: https://elsewhere.example", status: 403, code: "forbidden", field: "site"},
	{name: "push-renew", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: renewed, status: 200, asked: "renew ps_1 0.0.0.0 https://push.example/b BAbc"},
	{name: "push-renew-other-field", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: pushed, status: 400, code: "unknown", field: "service"},
	{name: "push-renew-null", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: "null", status: 400, code: "invalid"},
	{name: "push-renew-query", method: "PUT", path: "/api/v1/push/ps_1?x=1", header: takes, body: renewed, status: 400, code: "invalid", field: "x"},
	{name: "push-renew-form", method: "PUT", path: "/api/v1/push/ps_1", body: renewed, status: 415, code: "content_type"},
	{name: "push-renew-16k", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "push-renew-ended", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: renewed, world: world{err: &outage.Error{Code: outage.CodeNotFound, Detail: "There is no such subscription any more."}}, status: 404, code: "not_found"},
	{name: "push-renew-limited", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: renewed, world: world{err: &outage.Error{Code: outage.CodeLimited, Detail: "Too many subscriptions."}}, status: 429, code: "limited"},
	{name: "push-renew-down", method: "PUT", path: "/api/v1/push/ps_1", header: takes, body: renewed, world: world{err: down}, status: 503, code: "unavailable"},
	{name: "push-renew-from-another-site", method: "PUT", path: "/api/v1/push/ps_1", header: takes + "\nOrigin: https://elsewhere.example", body: renewed, status: 403, code: "forbidden", field: "site"},
	{name: "push-stop", method: "DELETE", path: "/api/v1/push/ps_1", status: 204, asked: "unsubscribe ps_1"},
	{name: "push-stop-query", method: "DELETE", path: "/api/v1/push/ps_1?x=1", status: 400, code: "invalid", field: "x"},
	{name: "push-stop-down", method: "DELETE", path: "/api/v1/push/ps_1", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "webhook-create", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/hook"}`, status: 201, asked: "create importer https://receiver.example/hook"},
	{name: "webhook-create-once", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes + "\nIdempotency-Key: k1", body: `{"url":"https://receiver.example/"}`, status: 201, asked: "create importer https://receiver.example/k1"},
	{name: "webhook-create-key-invalid", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes + "\nIdempotency-Key: a b", body: `{"url":"https://receiver.example/"}`, status: 400, code: "invalid", field: "Idempotency-Key"},
	{name: "webhook-create-wrong-type", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/","services":"whatsapp"}`, status: 400, code: "invalid", field: "services"},
	{name: "webhook-create-two", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/"} ]`, status: 400, code: "invalid"},
	{name: "webhook-create-without-key", method: "POST", path: "/api/v1/webhooks", header: takes, body: `{}`, status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-create-form", method: "POST", path: "/api/v1/webhooks", header: bearer, body: `{}`, status: 415, code: "content_type"},
	{name: "webhook-create-unknown-field", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/","service":"whatsapp"}`, status: 400, code: "unknown", field: "service"},
	{name: "webhook-create-invalid", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"x"}`, world: world{err: outage.Invalid("url", "It must be an https:// address.")}, status: 400, code: "invalid", field: "url"},
	{name: "webhook-create-16k", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: strings.Repeat(" ", maxBody+1), status: 413, code: "too_large"},
	{name: "webhook-create-full", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/"}`, world: world{err: &outage.Error{Code: outage.CodeConflict, Detail: "There is no room for another webhook."}}, status: 409, code: "conflict"},
	{name: "webhook-create-down", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{"url":"https://receiver.example/"}`, world: world{err: down}, status: 503, code: "unavailable"},
	{name: "webhook-create-limited", method: "POST", path: "/api/v1/webhooks", header: bearer + "\n" + takes, body: `{}`, world: world{limited: true}, status: 429, code: "limited"},
	{name: "webhooks", path: "/api/v1/webhooks", header: bearer, status: 200, asked: "webhooks of importer"},
	{name: "webhooks-without-key", path: "/api/v1/webhooks", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhooks-query", path: "/api/v1/webhooks?owner=x", header: bearer, status: 400, code: "invalid", field: "owner"},
	{name: "webhook", path: "/api/v1/webhooks/wh_1", header: bearer, status: 200},
	{name: "webhook-unknown", path: "/api/v1/webhooks/wh_2", header: bearer, status: 404, code: "not_found", field: "id"},
	{name: "webhook-without-key", path: "/api/v1/webhooks/wh_1", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-query", path: "/api/v1/webhooks/wh_1?x=1", header: bearer, status: 400, code: "invalid", field: "x"},
	{name: "webhook-change", method: "PATCH", path: "/api/v1/webhooks/wh_1", header: bearer + "\n" + takes, body: `{"paused":true}`, status: 200},
	{name: "webhook-change-null", method: "PATCH", path: "/api/v1/webhooks/wh_1", header: bearer + "\n" + takes, body: `[]`, status: 400, code: "invalid"},
	{name: "webhook-change-nothing", method: "PATCH", path: "/api/v1/webhooks/wh_1", header: bearer + "\n" + takes, body: `null`, status: 400, code: "invalid"},
	{name: "webhook-change-unknown-field", method: "PATCH", path: "/api/v1/webhooks/wh_1", header: bearer + "\n" + takes, body: `{"id":"wh_2"}`, status: 400, code: "unknown", field: "id"},
	{name: "webhook-change-unknown", method: "PATCH", path: "/api/v1/webhooks/wh_2", header: bearer + "\n" + takes, body: `{}`, status: 404, code: "not_found", field: "id"},
	{name: "webhook-change-without-key", method: "PATCH", path: "/api/v1/webhooks/wh_1", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-delete", method: "DELETE", path: "/api/v1/webhooks/wh_1", header: bearer, status: 204},
	{name: "webhook-delete-unknown", method: "DELETE", path: "/api/v1/webhooks/wh_2", header: bearer, status: 404, code: "not_found", field: "id"},
	{name: "webhook-delete-without-key", method: "DELETE", path: "/api/v1/webhooks/wh_1", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-test", method: "POST", path: "/api/v1/webhooks/wh_1/test", header: bearer, status: 200},
	{name: "webhook-test-unknown", method: "POST", path: "/api/v1/webhooks/wh_2/test", header: bearer, status: 404, code: "not_found", field: "id"},
	{name: "webhook-test-without-key", method: "POST", path: "/api/v1/webhooks/wh_1/test", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-test-limited", method: "POST", path: "/api/v1/webhooks/wh_1/test", header: bearer, world: world{limited: true}, status: 429, code: "limited"},
	{name: "webhook-rotate", method: "POST", path: "/api/v1/webhooks/wh_1/rotate", header: bearer, status: 200},
	{name: "webhook-rotate-unknown", method: "POST", path: "/api/v1/webhooks/wh_2/rotate", header: bearer, status: 404, code: "not_found", field: "id"},
	{name: "webhook-rotate-without-key", method: "POST", path: "/api/v1/webhooks/wh_1/rotate", status: 401, code: "unauthorized", field: "Authorization"},
	{name: "webhook-deliveries", path: "/api/v1/webhooks/wh_1/deliveries", header: bearer, status: 200},
	{name: "webhook-deliveries-unknown", path: "/api/v1/webhooks/wh_2/deliveries", header: bearer, status: 404, code: "not_found", field: "id"},
	{name: "webhook-deliveries-without-key", path: "/api/v1/webhooks/wh_1/deliveries", status: 401, code: "unauthorized", field: "Authorization"},

	{name: "feed", path: "/feeds/incidents.atom", status: 200, asked: `incidents "" "" "" 01-01T00:00..01-01T00:00 "" 50`},
	{name: "feed-of-one", path: "/feeds/incidents.atom?country=GB&service=virgin-media", status: 200, asked: `incidents "virgin-media" "GB" "" 01-01T00:00..01-01T00:00 "" 50`},
	{name: "feed-empty", path: "/feeds/incidents.atom?service=whatsapp&country=GB", status: 200},
	{name: "feed-unknown", path: "/feeds/incidents.atom?service=x", status: 400, code: "unknown", field: "service"},
	{name: "feed-of-region", path: "/feeds/incidents.atom?region=IN-WB&utm_source=x", status: 200},
	{name: "feed-json", path: "/feeds/incidents.json?service=whatsapp", status: 200},
	{name: "feed-json-unknown", path: "/feeds/incidents.json?country=FR", status: 400, code: "unknown", field: "country"},
	{name: "feed-json-down", path: "/feeds/incidents.json", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "feed-of-district", path: "/feeds/incidents.atom?district=IN-WB-kolkata", status: 200},
	{name: "feed-alerts", path: "/feeds/incidents.cap?country=IN", status: 200},
	{name: "feed-alerts-unknown", path: "/feeds/incidents.cap?country=FR", status: 400, code: "unknown", field: "country"},
	{name: "feed-alerts-down", path: "/feeds/incidents.cap", world: world{err: down}, status: 503, code: "unavailable"},
	{name: "alert", path: "/api/v1/incidents/whatsapp-in-20261122T1900Z/alert", status: 200},
	{name: "alert-unknown", path: "/api/v1/incidents/x/alert", status: 404, code: "not_found", field: "id"},
	{name: "alert-parameter", path: "/api/v1/incidents/x/alert?country=IN", status: 400, code: "invalid", field: "country"},
	{name: "feed-down", path: "/feeds/incidents.atom", world: world{err: down}, status: 503, code: "unavailable"},

	{name: "docs", path: "/api", status: 200, noGolden: true},
	{name: "description", path: "/api/openapi.json", status: 200, noGolden: true},
	{name: "livez", path: "/livez", status: 200},
	{name: "readyz", path: "/readyz", world: world{ready: true}, status: 200},
	{name: "readyz-degraded", path: "/readyz", world: world{ready: true, degraded: []string{"clickhouse"}}, status: 200},
	{name: "readyz-starting", path: "/readyz", status: 503},

	{name: "unknown-route", path: "/api/v1/nothing", status: 404, code: "not_found"},
	{name: "unknown-version", path: "/api/v2", status: 404, code: "not_found"},
	{name: "wrong-method", method: "PUT", path: "/api/v1/heatmap", status: 405, code: "method_not_allowed"},
	{name: "get-of-a-write", path: "/api/v1/reports", status: 405, code: "method_not_allowed"},
	{name: "preflight", method: "OPTIONS", path: "/api/v1/services/whatsapp", status: 204},
	{name: "preflight-write", method: "OPTIONS", path: "/api/v1/reports", header: asksToWrite + "https://status.example.org", status: 204},
	{name: "preflight-undo", method: "OPTIONS", path: "/api/v1/reports/r1", header: asksToWrite + "https://status.example.org", status: 204},
	{name: "preflight-write-of-a-stranger", method: "OPTIONS", path: "/api/v1/reports", header: asksToWrite + "https://example.net", status: 204},
	{name: "report-of-another-origin", method: "POST", path: "/api/v1/reports", header: takes + "\nOrigin: https://status.example.org", body: `{"service":"whatsapp","country":"IN"}`, status: 202},
	{name: "preflight-unknown", method: "OPTIONS", path: "/api/v1/nothing", status: 404, code: "not_found"},
}

func TestRoutes(t *testing.T) {
	document := loadSpec(t)
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			response, body := c.send(t)
			if response.StatusCode != c.status {
				t.Fatalf("status %d, want %d: %s", response.StatusCode, c.status, body)
			}
			if c.method != "OPTIONS" || c.status >= 400 {
				document.check(t, c.request(), c.body, response, body, c.lenient)
			}
			c.checkProblem(t, response, body)
			if zero := zeroTime.FindString(string(body)); zero != "" {
				t.Errorf("the answer has the time %s", zero)
			}
			if asked := strings.Join(c.world.asked, "; "); c.asked != "" && asked != c.asked {
				t.Errorf("asked\n%s\nwant\n%s", asked, c.asked)
			}
			if !c.noGolden {
				golden(t, c.name, response, body)
			}
		})
	}
}

func (c *call) request() *http.Request {
	method := c.method
	if method == "" {
		method = http.MethodGet
	}
	request := httptest.NewRequest(method, c.path, strings.NewReader(c.body))
	for line := range strings.Lines(c.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		request.Header.Add(name, value)
	}
	return request
}

func (c *call) send(t testing.TB) (*http.Response, []byte) {
	t.Helper()
	response, err := c.world.app().Test(c.request(), -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func (c *call) checkProblem(t testing.TB, response *http.Response, body []byte) {
	t.Helper()
	if c.code == "" {
		return
	}
	var got problem
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if string(got.Code) != c.code || got.Field != c.field || got.Status != response.StatusCode {
		t.Errorf("problem %s on %q with status %d, want %s on %q", got.Code, got.Field, got.Status, c.code, c.field)
	}
	if strings.Contains(string(body), "secret") || strings.Contains(string(body), "clickhouse") {
		t.Errorf("internal detail in the answer: %s", body)
	}
}

// golden compares an answer with its file.
func golden(t *testing.T, name string, response *http.Response, body []byte) {
	t.Helper()
	var got strings.Builder
	fmt.Fprintf(&got, "%d\n", response.StatusCode)
	var headers []string
	for key, values := range response.Header {
		if !slices.Contains([]string{"Date", "Content-Length", "Connection"}, key) {
			headers = append(headers, key+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(headers)
	fmt.Fprintf(&got, "%s\n\n", strings.Join(headers, "\n"))
	got.WriteString(indent(body))
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("differs from %s (rewrite with -update):\n%s", path, got.String())
	}
}
