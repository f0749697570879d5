package duration

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"15m": 15 * time.Minute, "24h": Day, "90d": 90 * Day, "0d": 0, "999999m": 999999 * time.Minute,
	} {
		if got, ok := Parse(text); !ok || got != want {
			t.Errorf("%s is %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "d", "15", "-1d", "+1d", "15s", "1h30m", "1.5h", "01m", "1000000m", "999999d", " 1m", "1m\n"} {
		if got, ok := Parse(text); ok {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for want, length := range map[string]time.Duration{
		"90m": 90 * time.Minute, "2h": 2 * time.Hour, "36h": 36 * time.Hour, "28d": 28 * Day,
	} {
		if got := Format(length); got != want {
			t.Errorf("%s is written %s", length, got)
		}
		if back, ok := Parse(want); !ok || back != length {
			t.Errorf("%s is read as %s", want, back)
		}
	}
}
