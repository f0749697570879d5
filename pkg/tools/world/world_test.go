package world

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/scenario"
)

func TestPrintRefuses(t *testing.T) {
	loaded, err := Load(countrytest.Packs)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, format, says string }{
		{"whatsapp", "csv", "whatsapp-2025-02-28"},
		{"whatsapp-2025-02-28", "xml", "csv nor ndjson"},
	} {
		err := loaded.Print(context.Background(), test.name, scenario.Format(test.format), io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s as %s: error %v", test.name, test.format, err)
		}
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	err = loaded.Print(stopped, "whatsapp-2025-02-28", scenario.CSV, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: error %v", err)
	}
}
