package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// needs is the path of a program of Debian's package prometheus. Without it the test
// is skipped, but fails under CI.
func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed; .ci/run names its Debian package", program)
	}
	return path
}

func promtool(t *testing.T, stdin string, arguments ...string) {
	t.Helper()
	run := exec.Command(needs(t, "promtool"), arguments...)
	run.Stdin = strings.NewReader(stdin)
	if said, err := run.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, said)
	}
}

func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool(t, "", "check", "rules", alertRules)
	promtool(t, "", "check", "config", scrapeConfig)
	promtool(t, "", "test", "rules", alertTests)
}

// prometheus is a Prometheus that the test owns, which scrapes one server often.
type prometheusServer struct{ base string }

// startPrometheus runs the rules of the project with short times.
func startPrometheus(t *testing.T, target string) prometheusServer {
	t.Helper()
	program, dir := needs(t, "prometheus"), t.TempDir()
	quick := regexp.MustCompile(`(?m)^( +for: ).*$`).ReplaceAllString(read(t, alertRules), "${1}1s")
	config := fmt.Sprintf(`
global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: downpour
    static_configs: [{targets: [%q]}]
`, target)
	for name, text := range map[string]string{"alerts.yml": quick, "prometheus.yml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := redistest.FreeAddress(t)
	log := &lines{}
	running := exec.Command(program, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", address)
	running.Stdout, running.Stderr = log, log
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Kill()
		_ = running.Wait()
		if t.Failed() {
			t.Logf("prometheus:\n%s", log)
		}
	})
	base := "http://" + address
	eventually(t, "starting prometheus", func() bool { status, _ := fetch(base + "/-/ready"); return status == http.StatusOK })
	return prometheusServer{base}
}

// firing lists the alerts that fire, by name, with their instance.
func (p prometheusServer) firing(t *testing.T) map[string]string {
	t.Helper()
	status, body := fetch(p.base + "/api/v1/alerts")
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string
				Labels map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK {
		t.Fatalf("alerts: %d %v %s", status, err, body)
	}
	firing := map[string]string{}
	for _, alert := range answer.Data.Alerts {
		if alert.State == "firing" {
			firing[alert.Labels["alertname"]] = alert.Labels["instance"]
		}
	}
	return firing
}

// A Prometheus that scrapes a server raises an alert when ClickHouse is gone, and ends
// it when ClickHouse is back. What the server serves is valid all along.
func TestPrometheusRaisesAlerts(t *testing.T) {
	t.Parallel()
	needs(t, "prometheus")
	clickhouse := newVault(t, t.TempDir())
	clickhouse.startAndWait(t)
	address := redistest.FreeAddress(t)
	server := newProcess(t, "serve", "--listen", address, "--data", t.TempDir(), "--clickhouse", clickhouse.url(), "--log-level", "warn")
	server.start(t)
	base := "http://" + address
	eventually(t, "the server is ready", func() bool { status, _ := fetch(base + "/readyz"); return status == http.StatusOK })
	if refused(t, base) {
		t.Fatal("a good report is refused")
	}
	checkMetrics(t, base)

	monitor := startPrometheus(t, address)
	quiet := func(names ...string) bool {
		firing := monitor.firing(t)
		for _, name := range names {
			if firing[name] != "" {
				return false
			}
		}
		return true
	}
	archive := []string{"DownpourArchiveStopped", "DownpourNotReady"}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	clickhouse.kill()
	if !refused(t, base) {
		t.Fatal("a report is taken without ClickHouse")
	}
	eventually(t, "alerts of the archive", func() bool {
		firing := monitor.firing(t)
		for _, name := range archive {
			if !strings.HasSuffix(firing[name], ":"+port) {
				return false
			}
		}
		return true
	})
	checkMetrics(t, base)

	clickhouse.startAndWait(t)
	eventually(t, "the end of the alerts", func() bool { return quiet(archive...) })
	server.kill()
	eventually(t, "the alert of a server that is gone", func() bool { return !quiet("DownpourDown") })
}

// checkMetrics holds what a server serves to the conventions of Prometheus.
func checkMetrics(t *testing.T, base string) {
	t.Helper()
	status, body := fetch(base + "/metrics")
	if status != http.StatusOK || !strings.Contains(body, "\ndownpour_server_ready ") {
		t.Fatalf("/metrics: %d %.300s", status, body)
	}
	promtool(t, body, "check", "metrics")
}
