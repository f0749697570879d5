package redact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"dialling redis://h:6379/0: refused":        "dialling redis://h:6379/0: refused",
		"redis://:sec/ret#1@h":                      "redis://***@h",
		"http://u:p@%zz":                            "http://***@%zz",
		`parse "rediss://u:a b\"c@h:port": invalid`: `parse "rediss://***@h:port": invalid`,
		"redis://:a@h1,redis://:b@h2":               "redis://***@h2",
		"https://:p@q@h/x":                          "https://***@h/x",
		"GET http://h/?user=u&password=p&x=1":       "GET http://h/?user=u&password=***&x=1",
		"Authorization: Bearer dp_abc":              "Authorization: Bearer ***",
		`api_key="dp_abc"`:                          `api_key="***"`,
		"http%3A//u:p@h":                            "http%3A//u:p@h", // no address: nothing reads it as one
		"at 12:30, as user@host":                    "at 12:30, as user@host",
	} {
		if got := Text(text); got != want {
			t.Errorf("Text(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestErrorKeepsWhatItWraps(t *testing.T) {
	err := ErrorOf(fmt.Errorf("opening redis://:sesame@h: %w", fs.ErrNotExist))
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "sesame") {
		t.Errorf("got %v", err)
	}
	if ErrorOf(nil) != nil {
		t.Error("nil became an error")
	}
}

func TestAttrMasksTextsAndErrors(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: Attr}))
	logger.Info("at redis://:sesame@h", "address", "http://u:sesame@h", "error", errors.New("redis://:sesame@h away"), "n", 3)
	if strings.Contains(log.String(), "sesame") || !strings.Contains(log.String(), "n=3") {
		t.Errorf("the log is %s", log.String())
	}
}

// Secrets that are formatted into messages, and those within values that are no
// texts, are masked by every handler and in groups.
func TestMessagesAreMasked(t *testing.T) {
	const address = "redis://user:sesame@h:6379/0"
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	options := &slog.HandlerOptions{ReplaceAttr: Attr}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, options), slog.NewJSONHandler(&log, options)} {
		log.Reset()
		logger := slog.New(handler)
		logger.Warn(fmt.Sprintf("dialling %s: refused", address))
		logger.Warn("dialling api_key=sesame")
		logger.WithGroup("redis").With("url", parsed).Warn("dialling", "list", []string{"redis://h", address}, slog.Group("of", "address", address))
		slog.NewLogLogger(handler, slog.LevelWarn).Printf("dialling %v", parsed)
		if strings.Contains(log.String(), "sesame") || strings.Count(log.String(), Mask) != 6 || !strings.Contains(log.String(), "@h:6379/0: refused") {
			t.Errorf("the log is %s", log.String())
		}
	}
}

// FuzzErrorOfParser puts a secret with any signs around it into an address, and
// looks for it in what net/url and the masking make of that.
func FuzzErrorOfParser(f *testing.F) {
	for _, around := range []string{"", "/", "#", "%zz", "@", " ", "\x00", "\"", "é", "\n", "[", "://"} {
		f.Add("redis", around, around, "h:6379")
		f.Add("http", around, "", "%zz:port")
	}
	f.Fuzz(func(t *testing.T, scheme, before, after, host string) {
		const secret = "sesame5417"
		address := scheme + "://" + before + ":" + secret + after + "@" + host
		if strings.Contains(scheme+before+after+host, secret) {
			t.Skip()
		}
		_, err := url.Parse(address)
		for _, text := range []string{address, fmt.Sprintf("%q", address), fmt.Sprint(err)} {
			if got := Text(text); strings.Contains(got, secret) {
				t.Errorf("%q became %q", text, got)
			}
			if got := Values(text, address); strings.Contains(got, secret) {
				t.Errorf("%q became %q", text, got)
			}
		}
	})
}
