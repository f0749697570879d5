package redisconn

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestDriverSpeaksThroughTheLog(t *testing.T) {
	var out bytes.Buffer
	driver := driverLog{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	driver.Printf(context.Background(), "dialling %s: attempt %d", "there", 3)
	if said := out.String(); !strings.Contains(said, "level=DEBUG") || !strings.Contains(said, `message="dialling there: attempt 3"`) {
		t.Error(said)
	}
}
