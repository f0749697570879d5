package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestAlertmanagerTakesWebhooks sends a test event to an Alertmanager, which lists it.
func TestAlertmanagerTakesWebhooks(t *testing.T) {
	program := needs(t, "prometheus-alertmanager")
	dir, address := t.TempDir(), redistest.FreeAddress(t)
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	running := exec.Command(program, "--config.file="+config, "--storage.path="+dir, "--web.listen-address="+address, "--cluster.listen-address=")
	said := &lines{}
	running.Stderr = said
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Kill()
		_ = running.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	alerts := "http://" + address + "/api/v2/alerts"
	eventually(t, "alertmanager is there", func() bool { status, _ := fetch(alerts); return status == http.StatusOK })

	s := newServerWith(t, "embedded", func(settings *serveCommand) { settings.WebhookPrivate = true })
	made := s.webhook(http.MethodPost, "", `{"url":"`+alerts+`","format":"alertmanager"}`)
	if got := s.webhook(http.MethodPost, "/"+made.field("id")+"/test", ""); got.status != http.StatusOK || got.field("error") != "" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	_, body := fetch(alerts)
	var listed []struct {
		Labels map[string]string
		EndsAt time.Time
	}
	if err := json.Unmarshal([]byte(body), &listed); err != nil || len(listed) != 1 {
		t.Fatalf("it lists %s; %v", body, err)
	}
	if got := listed[0]; got.Labels["alertname"] != "DownpourIncident" || got.Labels["incident"] == "" || time.Until(got.EndsAt) < 24*time.Hour {
		t.Errorf("it lists %s", body)
	}
}
