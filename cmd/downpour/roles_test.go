package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// Four servers with one role each do together what one server does.
func TestRoles(t *testing.T) {
	redis := redistest.Start(t)
	archive := newVault(t, t.TempDir())
	archive.startAndWait(t)
	base := map[role]string{}
	for _, r := range []role{roleArchive, roleIntake, roleDetect, roleWeb} {
		address := redistest.FreeAddress(t)
		server := newProcess(t, "serve", "--listen", address, "--redis", redis.URL(), "--clickhouse", archive.url(),
			"--roles", string(r), "--log-level", "warn")
		server.start(t)
		base[r] = "http://" + address
		eventually(t, string(r)+" is ready", isReady(address))
	}
	const reports = 5
	for n := range reports {
		if status := sendReport(t, base[roleIntake], n); status != http.StatusAccepted {
			t.Fatalf("report %d is answered with %d", n, status)
		}
	}
	eventually(t, "the web server shows the reports", func() bool { n, ok := total(base[roleWeb]); return ok && n == reports })
	eventually(t, "the archive has the reports", func() bool {
		return strings.Join(archive.ask(t, "SELECT count() FROM reports"), "") == fmt.Sprint(reports)
	})
	for _, c := range []struct {
		to   role
		path string
		want int
	}{
		{roleWeb, "/whatsapp", 200}, {roleIntake, "/whatsapp", 404}, {roleDetect, "/api/v1/summary", 404}, {roleArchive, "/", 404},
		{roleIntake, "/livez", 200}, {roleArchive, "/metrics", 200},
	} {
		if status, body := fetch(base[c.to] + c.path); status != c.want {
			t.Errorf("%s of %s: %d, want %d: %.200s", c.path, c.to, status, c.want, body)
		}
	}
	if status := sendReport(t, base[roleWeb], reports); status != http.StatusNotFound {
		t.Errorf("a report to the web server is answered with %d", status)
	}
	redis.Kill()
	eventually(t, "intake is not ready without Redis", func() bool { status, _ := fetch(base[roleIntake] + "/readyz"); return status == 503 })
	eventually(t, "the web server says that Redis is away", func() bool {
		status, body := fetch(base[roleWeb] + "/readyz")
		return status == 200 && strings.Contains(body, `"degraded":["redis"]`)
	})
	if n, ok := total(base[roleWeb]); !ok || n != reports {
		t.Errorf("without Redis the web server counts %d reports", n)
	}
}

// sendReport sends a report from the n-th network and returns the status.
func sendReport(t *testing.T, base string, n int) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, base+"/api/v1/reports", strings.NewReader(`{"service":"whatsapp","country":"GB"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("11.%d.0.7", n))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestRolesOfASetting(t *testing.T) {
	outside := serveCommand{Redis: []string{"redis://h"}, Clickhouse: "http://h", ReportsPerMin: 1, Streams: 1}
	for _, c := range []struct {
		roles []role
		redis string
		wrong string
	}{
		{[]role{roleWeb}, "redis://h", ""},
		{[]role{roleWeb, "wep"}, "redis://h", `--roles: "wep" is none of`},
		{[]role{roleWeb}, "embedded", "--roles: a server with an embedded engine has all roles"},
		{allRoles, "embedded", ""},
	} {
		settings := outside
		settings.Roles, settings.Redis = c.roles, []string{c.redis}
		if err := settings.Validate(); (err == nil) != (c.wrong == "") || err != nil && !strings.HasPrefix(err.Error(), c.wrong) {
			t.Errorf("%v with %s: %v, want %q", c.roles, c.redis, err, c.wrong)
		}
	}
}
