package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestNoIdentityAtRest lets several people do all that a person can do, and
// then looks for them in everything that was written: Redis, the data
// directory and the log at its most talkative.
func TestNoIdentityAtRest(t *testing.T) {
	people := []sender{
		{"81.2.69.142", "SecretAgentOne/7.1 (Nokia 3310)", "cy-GB,en;q=0.31"},
		{"203.0.113.77", "SecretAgentTwo/8.2 (Fairphone)", "bn-IN,hi;q=0.42"},
		{"2001:db8:85a3:1234::8a2e:370", "SecretAgentThree/9.3", "ta-IN;q=0.53"},
	}
	const where = `"location":{"lat":51.123456,"lng":-0.987654}`
	secrets := []string{
		"81.2.69", "203.0.113", "2001:db8", "85a3:1234", // addresses and what they begin with
		"SecretAgent", "Nokia", "Fairphone", "q=0.31", "q=0.42", "q=0.53", "cy-GB", "bn-IN", "ta-IN",
		"51.123", "0.9876", "51123456", "token-of-a-person", "key-of-a-request",
	}
	eachEngine(t, func(s *server) {
		for i, person := range people {
			body := fmt.Sprintf(`{"service":"whatsapp","symptom":"send","network":"BT",%s,"token":"token-of-a-person-%d"}`, where, i)
			key := fmt.Sprintf("key-of-a-request-%d", i)
			first := s.report(person, body, key)
			if outcome(first) != "counted" || outcome(s.report(person, body, key)) != "counted" {
				s.t.Fatalf("person %d: %s", i, first.body)
			}
			s.report(person, body, "")                                           // a repeat
			s.report(person, `{"service":"whatsapp",`+where+`,"place":"x"}`, "") // a mistake
			s.report(person, `{"service":"token-of-a-person",`+where+`}`, "")
			s.report(person, `{"service":"whatsapp","location":{"lat":51.123456,"lng":-90.987654}}`, "")
			s.report(person, `{"broken`, "")
			s.send(person, http.MethodGet, "/api/v1/heatmap?token-of-a-person=51.123456", "", nil)
			s.send(person, http.MethodPost, "/report", "service=facebook&country=GB&token=token-of-a-person",
				http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
			if got := s.undo(person, first); outcome(got) != "undone" {
				s.t.Fatalf("person %d: undo: %s", i, got.body)
			}
			// Internal errors are logged, too.
			s.app.intake.Counter = &fallible{Counter: s.app.intake.Counter, fail: true}
			s.set(s.now().Add(31 * time.Minute))
			s.report(person, body, "")
			secrets = append(secrets, first.field("undo"))
		}
		written := s.dump()
		for name, text := range s.files() {
			written[name] = text
		}
		written["the log"] = s.log.String()
		if len(written) < 10 {
			s.t.Fatalf("only %d things were written, so this looks in the wrong place", len(written))
		}
		for name, text := range written {
			for _, secret := range secrets {
				if secret != "" && strings.Contains(strings.ToLower(name+"\n"+text), strings.ToLower(secret)) {
					s.t.Errorf("%s holds %q: %.400q", name, secret, text)
				}
			}
		}
	})
}

// dump is all data of Redis, as text by key.
func (s *server) dump() map[string]string {
	s.t.Helper()
	ctx, client := context.Background(), s.app.redis.Client()
	names, err := client.Keys(ctx, "*").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		if all[name], err = value(ctx, client, name); err != nil {
			s.t.Fatalf("reading %s: %v", name, err)
		}
	}
	return all
}

func value(ctx context.Context, client redis.UniversalClient, name string) (string, error) {
	kind, err := client.Type(ctx, name).Result()
	if err != nil {
		return "", err
	}
	var read any
	switch kind {
	case "string":
		read, err = client.Get(ctx, name).Result()
	case "hash":
		read, err = client.HGetAll(ctx, name).Result()
	case "zset":
		read, err = client.ZRangeWithScores(ctx, name, 0, -1).Result()
	case "stream":
		read, err = client.XRange(ctx, name, "-", "+").Result()
	default:
		err = fmt.Errorf("a %s is not looked into", kind)
	}
	return fmt.Sprint(read), err
}

// files is the content of the data directory, by name.
func (s *server) files() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	root := os.DirFS(s.data)
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, path)
		all[filepath.Join("data", path)] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}
