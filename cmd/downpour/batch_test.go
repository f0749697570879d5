package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/apikey"
)

// batchAnswer is the response to a batch.
type batchAnswer struct {
	Accepted, Counted, Duplicate int
	Rejected                     []struct {
		Line  int
		Field string
		Code  string
	}
}

// batch sends lines with the key of a developer.
func (s *server) batch(lines string) batchAnswer {
	s.t.Helper()
	got := s.send(alice, http.MethodPost, "/api/v1/reports/batch", lines, http.Header{
		"Authorization": {"Bearer open sesame"}, "Content-Type": {"application/x-ndjson"},
	})
	if got.status != http.StatusOK {
		s.t.Fatalf("a batch got %d %s", got.status, got.body)
	}
	var answer batchAnswer
	if err := json.Unmarshal(got.body, &answer); err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// row is a line of an importer, with further fields as JSON.
func row(at time.Time, reporter, more string) string {
	return fmt.Sprintf(`{"service":"whatsapp","country":"IN","reported_at":%q,"reporter":%q%s}`+"\n", at.Format(time.RFC3339), reporter, more)
}

// rows makes a batch of rows.
func rows(n int, each func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(each(i))
	}
	return all.String()
}

func TestImports(t *testing.T) {
	type request struct {
		clock                        string
		lines                        string
		accepted, counted, duplicate int
	}
	ten := today.Add(10 * time.Hour)
	thousand := rows(1000, func(i int) string {
		return row(ten.Add(-time.Duration(i)*time.Second), fmt.Sprint(i), fmt.Sprintf(`,"id":"%d"`, i))
	})
	february := time.Date(2025, 2, 28, 14, 0, 0, 0, time.UTC)
	ancient := rows(300, func(i int) string { return row(february.Add(time.Duration(i)*time.Second), fmt.Sprint(i), "") })
	daily := rows(28, func(i int) string {
		return row(ten.Add(-time.Duration(28-i)*24*time.Hour), "one", "") + row(ten.Add(-time.Duration(28-i)*24*time.Hour+time.Minute), "one", "")
	})
	mixed := row(ten.Add(-25*time.Hour), "a", "") + "not JSON\n\n" + row(ten.Add(-27*time.Hour), "a", "") + row(ten, "a", `,"kind":"works"`) + `{"final":true}`
	cases := map[string]struct {
		requests []request
		then     []seen
	}{
		"a thousand lines twice": {[]request{
			{"10:00:30", thousand, 1000, 1000, 0}, {"10:00:40", thousand, 0, 0, 1000},
		}, []seen{totals("whatsapp", 1000, 0, 0), judged(1000, 1000, 1000), logged(1000, 0)}},
		"a day long ago": {[]request{
			{"10:00:30", ancient, 300, 300, 0}, {"10:00:40", ancient, 0, 0, 300},
		}, []seen{judged(0, 0, 0), logged(300, 0), onMap(0, 0, 0)}},
		"four weeks in a minute": {[]request{
			{"10:00:30", daily, 56, 28, 0}, {"10:00:40", daily, 0, 0, 56},
		}, []seen{judged(1, 1, 1), logged(56, 0)}},
		"some of each, and a line at fault": {[]request{{"10:00:30", mixed, 3, 3, 0}}, []seen{
			judged(1, 1, 1), logged(3, 0),
		}},
		"one line twice in a request": {[]request{
			{"10:00:30", row(ten, "a", "") + row(ten, "a", ""), 1, 1, 1},
		}, []seen{totals("whatsapp", 1, 0, 0), logged(1, 0)}},
		"repeats in any order": {[]request{
			{"10:40:00", row(ten.Add(20*time.Minute), "a", "") + row(ten.Add(31*time.Minute), "a", "") + row(ten, "a", ""), 3, 2, 0},
		}, []seen{totals("whatsapp", 2, 0, 0), logged(3, 0)}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(s *server) {
				for i, r := range c.requests {
					s.set(today.Add(clock(r.clock)))
					got := s.batch(r.lines)
					if got.Accepted != r.accepted || got.Counted != r.counted || got.Duplicate != r.duplicate {
						s.t.Errorf("request %d: %+v, want %d accepted, %d counted, %d duplicate", i+1, got, r.accepted, r.counted, r.duplicate)
					}
					for _, fault := range got.Rejected {
						if fault.Line != 2 || fault.Field != "body" {
							s.t.Errorf("request %d: rejected %+v", i+1, fault)
						}
					}
				}
				for _, check := range c.then {
					check(s)
				}
			})
		})
	}
}

// TestReporterOfAnImportIsNotStored searches all stored data for the importer's text.
func TestReporterOfAnImportIsNotStored(t *testing.T) {
	eachEngine(t, func(s *server) {
		s.batch(row(s.now(), "reporter-word", `,"id":"identity-word"`))
		for name, value := range s.dump() {
			for _, word := range []string{"reporter-word", "identity-word"} {
				if strings.Contains(name, word) || strings.Contains(fmt.Sprint(value), word) {
					s.t.Errorf("%s holds %s", name, word)
				}
			}
		}
	})
}

// TestIdempotentBatch repeats a batch under one key.
func TestIdempotentBatch(t *testing.T) {
	s := newServer(t, "embedded")
	lines := row(s.now(), "a", "") + row(s.now().Add(-time.Minute), "a", "") + "{}"
	header := http.Header{"Authorization": {"Bearer open sesame"}, "Content-Type": {"application/x-ndjson"}, "Idempotency-Key": {"k"}}
	first := s.send(alice, http.MethodPost, "/api/v1/reports/batch", lines, header)
	s.set(s.now().Add(time.Hour))
	second := s.send(alice, http.MethodPost, "/api/v1/reports/batch", lines, header)
	if first.status != http.StatusOK || string(first.body) != string(second.body) {
		t.Errorf("%d %s, then %d %s", first.status, first.body, second.status, second.body)
	}
	logged(2, 0)(s)
}

func TestKeyFiles(t *testing.T) {
	key, line, err := apikey.New("met-office")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys")
	for text, want := range map[string]string{line + "\n": "", line + "\nbroken": "--api-key-file: " + path + ": line 2: "} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		settings := serveCommand{APIKeyFile: path, APIKey: "plain"}
		keys, err := settings.apiKeys()
		switch {
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("%q: %v, want %s", text, err, want)
		case want == "" && (err != nil || keys.Owner(key) != "met-office" || keys.Owner("plain") != apikey.Development):
			t.Errorf("%q: the keys are not known: %v", text, err)
		}
	}
	if _, err := (&serveCommand{APIKeyFile: path + "x"}).apiKeys(); err == nil || !strings.HasPrefix(err.Error(), "--api-key-file: ") {
		t.Errorf("a file that is not there: %v", err)
	}
}
