package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/privacy"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// privacyCheck runs the command and gives its report, also as text, and whether
// its exit status was 0.
func privacyCheck(t *testing.T, input string, arguments ...string) (r privacy.Report, text string, clean bool) {
	t.Helper()
	out, clean := privacyOutput(t, input, append([]string{"--json"}, arguments...)...)
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if clean != r.Clean {
		t.Errorf("exit status 0 is %v, with %+v", clean, r)
	}
	var written strings.Builder
	if err := r.WriteText(&written); err != nil {
		t.Fatal(err)
	}
	return r, written.String(), clean
}

// privacyOutput is what the command prints, and whether its exit status was 0.
func privacyOutput(t *testing.T, input string, arguments ...string) (text string, clean bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, append([]string{"privacy-check"}, arguments...)...)
	command.Env = append(os.Environ(), processVariable+"=1", embedded.LibraryVariable+"="+engineLibrary(t))
	command.Stdin = strings.NewReader(input)
	var out, failed bytes.Buffer
	command.Stdout, command.Stderr = &out, &failed
	err = command.Run()
	if code := command.ProcessState.ExitCode(); code > 1 || code == 1 && !strings.Contains(failed.String(), " findings\n") {
		t.Fatalf("%v: exit status %d: %s", arguments, code, failed.String())
	}
	holdsNoSecret(t, out.String()+failed.String())
	return out.String(), err == nil
}

// senders are people who report, with everything that must not be stored of them.
var senders = []sender{
	alice, bob, {"2a02:c7f:1234:5678::9", "okhttp/4.9.1", "hi-IN"}, {"51.143.70.9", "Example/2.0 (Linux; Pixel)", "cy"},
}

func holdsNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, one := range senders {
		for _, secret := range []string{one.addr, one.agent, "51.507412", "0.127843"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is shown in %s", secret, text)
			}
		}
	}
}

// reportAll lets the senders report, each twice, and makes mistakes.
func reportAll(t *testing.T, base string) {
	t.Helper()
	for i, from := range senders {
		for _, body := range []string{
			`{"service":"whatsapp","symptom":"send","location":{"lat":51.507412,"lng":-0.127843},"token":"t"}`,
			`{"service":"facebook","location":{"lat":51.507412,"lng":-0.127843}}`,
			`{"service":"whatsapp","location":{"lat":951.507412,"lng":-0.127843}}`, `{"broken`,
		} {
			request, err := http.NewRequest(http.MethodPost, base+"/api/v1/reports", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range map[string]string{
				"Content-Type": "application/json", "X-Forwarded-For": from.addr, "User-Agent": from.agent,
				"Accept-Language": from.language, "Idempotency-Key": fmt.Sprintf("key-%d-%d", i, len(body)),
			} {
				request.Header.Set(name, value)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if accepted := response.StatusCode == http.StatusAccepted; accepted != strings.Contains(body, ":51.5") {
				t.Fatalf("%s: %s", body, response.Status)
			}
		}
	}
}

// served lets a real server take reports into a data directory and a Redis, and
// gives its log after it stopped.
func served(t *testing.T, data, redis string) (log string) {
	t.Helper()
	listen := redistest.FreeAddress(t)
	p := newProcess(t, "serve", "--listen", listen, "--data", data, "--redis", redis, "--log-level", "debug")
	p.start(t)
	eventually(t, "the server is ready", func() bool { status, _ := fetch("http://" + listen + "/readyz"); return status == http.StatusOK })
	reportAll(t, "http://"+listen)
	eventually(t, "the reports are counted", func() bool { n, ok := total("http://" + listen); return ok && n == int64(2*len(senders)) })
	r, text, clean := privacyCheck(t, p.output.String(), "--data", data, "-")
	if !clean || !strings.Contains(text, "another process has it open") || r.Scanned.Columns != 0 {
		t.Errorf("beside the server: %s", text)
	}
	p.stop(t)
	return p.output.String()
}

// fact is the number of a fact, -1 where it is missing.
func fact(r privacy.Report, name string) int64 {
	for _, one := range r.Facts {
		if one.Name == name {
			return one.Count
		}
	}
	return -1
}

func probes() (arguments []string) {
	for _, one := range senders {
		arguments = append(arguments, "--probe", one.addr)
	}
	return arguments
}

func TestPrivacyCheckOfAnEmbeddedServer(t *testing.T) {
	data := t.TempDir()
	log := served(t, data, "embedded")
	check := func(input string, more ...string) (privacy.Report, string, bool) {
		return privacyCheck(t, input, append(append(more, "--data", data), probes()...)...)
	}
	r, text, clean := check(log, "-")
	if !clean || r.Scanned.Columns < 20 || r.Scanned.Texts == 0 || r.Scanned.Files < 10 {
		t.Fatalf("a server that took reports: %s", text)
	}
	if fact(r, "day_keys") != 1 || fact(r, "network_keys") < 1 || fact(r, "archive_recent_reports") != int64(2*len(senders)) || fact(r, "archive_shard_counts") < 1 {
		t.Errorf("facts: %s", text)
	}
	t.Logf("clean:\n%s", text)

	for place, line := range map[string]string{
		"address":    "level=INFO msg=request peer=" + alice.addr,
		"user agent": `level=INFO msg=request agent="` + bob.agent + `"`,
		"coordinate": `body={"lat":51.507412,"lng":-0.127843}`,
	} {
		if r, text, clean := check(log+line+"\n", "-"); clean || r.Totals[privacy.Kind(place)] == 0 || r.Findings[0].Source != privacy.InLog {
			t.Errorf("%s in the log: %s", place, text)
		}
	}
	path := filepath.Join(data, "demo.tmp")
	day := time.Now().Add(-72 * time.Hour).UTC().Format(time.DateOnly)
	for kind, planted := range map[privacy.Kind]string{
		privacy.Address: "\x00\x0b" + alice.addr, privacy.Agent: "\xff" + bob.agent + "\x00", privacy.Coordinate: `{"latitude": 51.507412, "longitude": -0.127843}`,
		privacy.EndedKey: `{"day:` + day + `":{"key":"AAAA"}}`, privacy.ProbeMatch: "\x01\x33\x8f\x46\x09",
	} {
		if err := os.WriteFile(path, []byte(planted), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, text, clean := check(""); clean || r.Totals[kind] == 0 || r.Findings[0].Place != path {
			t.Errorf("%s in a file: %s", kind, text)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	inArchive(t, data, check)
}

// inArchive plants in the archive what its columns can hold.
func inArchive(t *testing.T, data string, check func(string, ...string) (privacy.Report, string, bool)) {
	v := newVault(t, filepath.Join(data, "archive"))
	for kind, statement := range map[privacy.Kind]string{
		privacy.Address:    "INSERT INTO incidents (id, version, body) VALUES ('x', 1, '{\"peer\":\"" + alice.addr + "\"}')",
		privacy.Agent:      "INSERT INTO normals (start, service, country) VALUES (now(), '" + bob.agent + "', 'GB')",
		privacy.Coordinate: "CREATE TABLE places (lat Float64) ENGINE = MergeTree ORDER BY lat",
		privacy.ProbeMatch: "INSERT INTO reports (at, received, random) VALUES (now(), now(), toUInt32(toIPv4('" + senders[3].addr + "')))",
		privacy.Overdue:    "INSERT INTO shard_counts (hour, start, n) VALUES (now() - INTERVAL 40 HOUR, now(), 1)",
	} {
		t.Run("archive/"+string(kind), func(t *testing.T) {
			v.startAndWait(t)
			v.ask(t, statement)
			r, text, clean := privacyCheck(t, "", append([]string{"--clickhouse", v.url()}, probes()...)...)
			if clean || r.Totals[kind] == 0 {
				t.Errorf("over HTTP: %s", text)
			}
			v.stop(t)
			if r, text, clean := check(""); clean || r.Totals[kind] == 0 {
				t.Errorf("in the data directory: %s", text)
			}
		})
	}
}

func TestPrivacyCheckOfARedisServer(t *testing.T) {
	server, data := redistest.Start(t), t.TempDir()
	log := served(t, data, server.URL())
	check := func(more ...string) (privacy.Report, string, bool) {
		return privacyCheck(t, log, append(append(more, "--redis", server.URL(), "--data", data, "-"), probes()...)...)
	}
	r, text, clean := check()
	if !clean || r.Scanned.Keys < 20 || r.Scanned.Columns < 20 {
		t.Fatalf("a server that took reports: %s", text)
	}
	t.Logf("clean:\n%s", text)
	for _, name := range []string{"day_keys", "network_keys", "shard_keys", "redis_reporter_hashes", "redis_address_hashes", "redis_network_hashes", "redis_answers"} {
		if fact(r, name) < 1 {
			t.Errorf("no fact %s: %s", name, text)
		}
	}
	key, err := server.Client(t).Get(context.Background(), "dp:key:shard").Result()
	if err != nil {
		t.Fatal(err)
	}
	if r, text, clean := check("--probe-key", fmt.Sprintf("%x", key)); clean || r.Totals[privacy.ProbeMatch] < 2 {
		t.Errorf("a key in Redis and in its file: %s", text)
	}
	day := time.Now().Add(-72 * time.Hour).UTC().Format(time.DateOnly)
	for kind, plant := range map[privacy.Kind][]any{
		privacy.Address:    {"hset", "dp:x", "peer", alice.addr},
		privacy.Agent:      {"sadd", "dp:x", bob.agent},
		privacy.Coordinate: {"xadd", "dp:x", "*", "lat", "51.507412", "lng", "-0.127843"},
		privacy.EndedKey:   {"set", "dp:key:day:" + day, "q8Zr1xV5bN0mK3jH6gF9dS2aP4oI7uYt"},
		privacy.ProbeMatch: {"set", "dp:x", "\x33\x8f\x46"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			server.Do(t, plant...)
			if r, text, clean := check(); clean || r.Totals[kind] == 0 || r.Findings[0].Source != privacy.InRedis {
				t.Errorf("in Redis: %s", text)
			}
			server.Do(t, "del", plant[1])
			if kind == privacy.ProbeMatch {
				return // three bytes are searched for as a whole value only
			}
			r, text, clean := check()
			if clean || r.Totals[kind] == 0 || r.Findings[0].Source != privacy.InFile {
				t.Errorf("deleted, but in the append-only file: %s", text)
			}
			server.Do(t, "bgrewriteaof")
			eventually(t, "the file is written anew", func() bool {
				info := server.Do(t, "info", "persistence").Val().(string)
				return strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0")
			})
			if _, text, clean := check(); !clean {
				t.Errorf("after the file was written anew: %s", text)
			}
		})
	}
}

func TestPrivacyCheckPrintsText(t *testing.T) {
	if text, clean := privacyOutput(t, "level=INFO msg=ready\n", "-"); !clean || !strings.Contains(text, "\nClean: ") {
		t.Errorf("a clean log: %s", text)
	}
	text, clean := privacyOutput(t, "peer="+alice.addr+"\n", "-")
	if clean || !strings.Contains(text, "\nFindings: 1\n- address: log standard input at byte 5: 81.***\n") {
		t.Errorf("a log with an address: %s", text)
	}
	if text, clean := privacyOutput(t, "peer="+alice.addr+"\n", "-", "--own", alice.addr); !clean {
		t.Errorf("a log with an address of the operator: %s", text)
	}
}

func TestPrivacyCheckNamesTheFlagAtFault(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for flag, arguments := range map[string][]string{
		"nothing to search": {},
		"--probe":           {"--probe", "x", "-"},
		"--probe-key: is":   {"--probe-key", "zz", "-"},
		"--probe-key: has":  {"--probe-key", "aa", missing},
		"--own":             {"--own", "x", "-"},
		"--redis":           {"--redis", "redis://127.0.0.1:1"},
		"--redis: address":  {"--redis", "127.0.0.1"},
		"--clickhouse":      {"--clickhouse", "http://127.0.0.1:1"},
		"--data":            {"--data", missing},
		"log: open":         {missing},
	} {
		if err := run(context.Background(), append([]string{"privacy-check"}, arguments...)); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%v: %v", arguments, err)
		}
	}
	t.Setenv("DOWNPOUR_REDIS", "embedded")
	t.Setenv("DOWNPOUR_CLICKHOUSE", "embedded")
	if err := run(context.Background(), []string{"privacy-check"}); err == nil || !strings.Contains(err.Error(), "nothing to search") {
		t.Errorf("engines without an address: %v", err)
	}
}
