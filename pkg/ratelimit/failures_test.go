package ratelimit

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFailuresAreLimitedAndLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		failures := NewFailures("wrong tokens", slog.New(slog.NewTextHandler(&log, nil)), Level{Address, 1, 20})
		looked := 0
		for range 1500 {
			if failures.Wait(v4(7), time.Now()) == 0 {
				looked++
				failures.Failed(v4(7), time.Now())
			}
		}
		if looked != 20 {
			t.Errorf("%d tokens were looked at", looked)
		}
		if failures.Wait(v4(8), time.Now()) != 0 {
			t.Error("another address has to wait")
		}
		time.Sleep(reportEvery + time.Second)
		synctest.Wait()
		text := log.String()
		if strings.Count(text, "\n") != 1 || !strings.Contains(text, "failed=20 refused=1480") || strings.Contains(text, v4(7).String()) {
			t.Errorf("the log: %s", text)
		}
		if failures.Wait(v4(7), time.Now()) != 0 {
			t.Error("a minute later no attempt is left")
		}
	})
}
