package intake

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// answerFile creates a file of some pages and returns its bytes.
func answerFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answers.db")
	file, err := OpenAnswerFile(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if err := file.Complete(context.Background(), fmt.Sprint("name ", i), bytes.Repeat([]byte{byte(i)}, 1900)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A damaged file never ends the process, and is replaced with one line in the log.
func TestDamagedAnswersAreReplaced(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	whole := answerFile(t)
	cases := map[string][]byte{
		"cut in half": whole[:len(whole)/2], "cut behind the first pages": whole[:3*4096], "a few bytes": whole[:100],
		"text": []byte("no database at all"), "zeros": make([]byte, len(whole)), "noise": noise(random, len(whole)),
	}
	for page := 2; page*4096 < len(whole); page++ {
		garbled := bytes.Clone(whole)
		copy(garbled[page*4096:], noise(random, 4096))
		cases[fmt.Sprint("noise in page ", page)] = garbled
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) { replaces(t, content, !strings.HasPrefix(name, "noise in")) })
	}
	t.Run("sound", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "answers.db")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		file, err := OpenAnswerFile(path, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil || log.Len() > 0 {
			t.Fatalf("%v %s", err, log.String())
		}
		defer file.Close()
		standing, err := file.Claim(context.Background(), "name 7", []byte("another"))
		if err != nil || len(standing) != 1900 {
			t.Errorf("%d bytes, %v", len(standing), err)
		}
	})
}

func noise(random *rand.Rand, n int) []byte {
	made := make([]byte, n)
	for i := range made {
		made[i] = byte(random.Uint32())
	}
	return made
}

// replaces opens a damaged file, which is usable afterwards. Where noise hit a free page,
// nothing is lost and nothing is logged.
func replaces(t *testing.T, content []byte, certainly bool) {
	path := filepath.Join(t.TempDir(), "answers.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	file, err := OpenAnswerFile(path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := strings.Count(log.String(), "\n")
	if lines > 1 || certainly && lines != 1 || lines == 1 && !strings.Contains(log.String(), path) {
		t.Errorf("logged %q", log.String())
	}
	for i := range 3 {
		if _, err := file.Claim(context.Background(), fmt.Sprint("name ", i), []byte("value")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnswersOfAnotherProcessAreNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.db")
	file, err := OpenAnswerFile(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := OpenAnswerFile(path, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestDamagedKeysStopTheStartWithOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	for _, content := range []string{"", "{", `{"day:2026-11-26":{"key":"AAAA`, "\x00\x00\x00", `{"a":1}`, `[]`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeyFile(path, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%q: %v", content, err)
		}
	}
}
