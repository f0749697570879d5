package redisconn

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestDriverLogsToTheLogger(t *testing.T) {
	var out bytes.Buffer
	driver := driverLog{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	driver.Printf(context.Background(), "dialling %s: attempt %d", "there", 3)
	if log := out.String(); !strings.Contains(log, "level=DEBUG") || !strings.Contains(log, `message="dialling there: attempt 3"`) {
		t.Error(log)
	}
}
