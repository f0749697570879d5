package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

const (
	metricsPage   = "../../docs/metrics.md"
	alertRules    = "../../deploy/prometheus/alerts.yml"
	alertTests    = "../../deploy/prometheus/alerts_test.yml"
	scrapeConfig  = "../../deploy/prometheus/prometheus.yml"
	dashboardFile = "../../deploy/grafana/downpour.json"
)

// family is a metric as the registry describes it.
type family struct {
	name, kind, help string
	labels           []string
}

var description = regexp.MustCompile(`^Desc\{fqName: ("(?:[^"\\]|\\.)*"), help: ("(?:[^"\\]|\\.)*"), .*constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)

// families lists the metrics of the project that a server has, by name.
func (s *server) families() []family {
	s.t.Helper()
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		prometheus.DefaultRegisterer.(*prometheus.Registry).Describe(descs)
		s.app.web.registry.Describe(descs)
	}()
	kinds := s.kinds()
	found := map[string]family{}
	for desc := range descs {
		parts := description.FindStringSubmatch(desc.String())
		if parts == nil {
			s.t.Fatalf("the description cannot be read: %s", desc)
		}
		var one family
		if _, err := fmt.Sscanf(parts[1]+" "+parts[2], "%q %q", &one.name, &one.help); err != nil {
			s.t.Fatal(err)
		}
		if !strings.HasPrefix(one.name, "downpour_") {
			continue
		}
		for label := range strings.SplitSeq(parts[3]+","+parts[4], ",") {
			if name, _, _ := strings.Cut(label, "="); name != "" {
				one.labels = append(one.labels, name)
			}
		}
		switch one.kind = kinds[one.name]; { // some have no sample in this state of the server
		case one.kind == "" && strings.HasSuffix(one.name, "_total"):
			one.kind = "counter"
		case one.kind == "":
			one.kind = "gauge"
		}
		found[one.name] = one
	}
	var all []family
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b family) int { return strings.Compare(a.name, b.name) })
	return all
}

// kinds are the types of the metrics that have a sample now.
func (s *server) kinds() map[string]string {
	s.t.Helper()
	s.send(bob, http.MethodGet, "/metrics", "", nil) // so that a route and a request were counted
	gathered, err := prometheus.Gatherers{prometheus.DefaultGatherer, s.app.web.registry}.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, one := range gathered {
		kinds[one.GetName()] = strings.ToLower(one.GetType().String())
	}
	return kinds
}

// rule is an alert rule.
type rule struct {
	Alert, Expr         string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) (all []rule) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal([]byte(read(t, alertRules)), &file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestMetricsPage holds docs/metrics.md to the metrics and alerts that there are.
func TestMetricsPage(t *testing.T) {
	s := newServer(t, "embedded")
	metrics := "| metric | type | labels | |\n|---|---|---|---|\n"
	for _, one := range s.families() {
		metrics += fmt.Sprintf("| `%s` | %s | %s | %s |\n", one.name, one.kind, strings.Join(one.labels, ", "), strings.ReplaceAll(one.help, "|", `\|`))
	}
	alerts := "| alert | severity | what to do |\n|---|---|---|\n"
	for _, one := range rules(t) {
		alerts += fmt.Sprintf("| `%s` | %s | %s |\n", one.Alert, one.Labels["severity"], one.Annotations["runbook"])
	}
	page := read(t, metricsPage)
	want := page
	for name, table := range map[string]string{"metrics": metrics, "alerts": alerts} {
		section := regexp.MustCompile(`(?s)(<!-- ` + name + `: [^>]*-->\n).*?(<!-- end -->)`)
		if !section.MatchString(want) {
			t.Fatalf("%s has no section %q", metricsPage, name)
		}
		want = section.ReplaceAllString(want, "${1}"+strings.ReplaceAll(table, "$", "$$")+"${2}")
	}
	if page == want {
		return
	}
	if !*update {
		t.Fatalf("%s is not up to date: run go generate ./cmd/downpour", metricsPage)
	}
	if err := os.WriteFile(metricsPage, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

var metricName = regexp.MustCompile(`\bdownpour_[a-z0-9_]+`)

// TestDeployedNamesExist looks for names of metrics in alerts and dashboard that
// no server has, and for alerts without a test.
func TestDeployedNamesExist(t *testing.T) {
	known := map[string]bool{}
	for _, one := range newServer(t, "embedded").families() {
		known[one.name] = true
		if one.kind == "histogram" {
			known[one.name+"_bucket"] = true
		}
	}
	for _, path := range []string{alertRules, alertTests, dashboardFile} {
		names := metricName.FindAllString(read(t, path), -1)
		if len(names) == 0 {
			t.Errorf("%s names no metric", path)
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s names %s, which no server has", path, name)
			}
		}
	}
	tests := read(t, alertTests)
	for _, one := range rules(t) {
		if !strings.Contains(tests, `alertname="`+one.Alert+`"`) {
			t.Errorf("%s has no test in %s", one.Alert, alertTests)
		}
		if one.Annotations["runbook"] == "" || one.Annotations["summary"] == "" || one.Labels["severity"] == "" {
			t.Errorf("%s lacks a summary, a runbook or a severity", one.Alert)
		}
	}
	if !json.Valid([]byte(read(t, dashboardFile))) {
		t.Error("the dashboard is not JSON")
	}
}

// scrape gives the samples of a server by name with labels.
func (s *server) scrape() map[string]string {
	s.t.Helper()
	got := s.send(bob, http.MethodGet, "/metrics", "", nil)
	if got.status != http.StatusOK {
		s.t.Fatalf("/metrics: %d %s", got.status, got.body)
	}
	samples := map[string]string{}
	for line := range strings.Lines(string(got.body)) {
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			samples[line[:at]] = strings.TrimSpace(line[at:])
		}
	}
	return samples
}

// Text of clients does not become a label, and the metrics of a service are
// the numbers of the API.
func TestMetricsOfRequestsAndServices(t *testing.T) {
	s := newServer(t, "embedded")
	for i := range 20 {
		s.send(bob, http.MethodGet, fmt.Sprintf("/api/v1/services/stranger-%d", i), "", nil)
		s.send(bob, http.MethodGet, fmt.Sprintf("/stranger-%d/x/y/z", i), "", nil)
		s.send(bob, http.MethodPut, fmt.Sprintf("/stranger-%d", i), "", nil)
		s.send(bob, "STRANGER", "/", "", nil)
	}
	for _, from := range []sender{alice, bob} {
		if got := s.report(from, `{"service":"whatsapp","country":"IN"}`, ""); got.status != http.StatusAccepted {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	s.set(s.now().Add(5 * time.Second)) // the numbers stand for some seconds
	var service struct {
		Status map[string]struct {
			Status            string
			Observed, Reports int64
		}
	}
	s.read("/api/v1/services/whatsapp", nil, &service)
	samples := s.scrape()
	for name := range samples {
		if strings.Contains(strings.ToLower(name), "stranger") {
			t.Errorf("a stranger named a series: %s", name)
		}
	}
	for _, name := range []string{
		`downpour_server_http_requests_total{class="4xx",method="GET",route="/api/v1/services/:slug"}`,
		`downpour_server_http_requests_total{class="4xx",method="GET",route="/*"}`,
		`downpour_server_http_requests_total{class="2xx",method="POST",route="/api/v1/reports"}`,
	} {
		if samples[name] == "" {
			t.Errorf("no sample %s", name)
		}
	}
	for country, shown := range service.Status {
		labels := fmt.Sprintf(`country=%q,service="whatsapp"`, country)
		for name, want := range map[string]string{
			"downpour_public_observed{" + labels + "}":                                    fmt.Sprint(shown.Observed),
			"downpour_public_status{" + labels + fmt.Sprintf(`,status=%q}`, shown.Status): "1",
		} {
			if samples[name] != want {
				t.Errorf("%s is %q, the API shows %s", name, samples[name], want)
			}
		}
	}
	if got := samples[`downpour_public_reports{country="IN",service="whatsapp"}`]; got != "2" || service.Status["IN"].Observed != 2 {
		t.Errorf("%s reports of whatsapp and %d observed, want 2", got, service.Status["IN"].Observed)
	}
}
