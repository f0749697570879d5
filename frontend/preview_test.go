package frontend

import (
	"flag"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
)

var (
	previewAt    = flag.String("preview", "", "serve the pages over made-up numbers at this address until interrupted")
	previewMany  = flag.Bool("several", false, "preview a service with fourteen open incidents")
	previewYoung = flag.Bool("young", false, "preview a server that knows no baseline yet")
)

// TestPreview serves the pages without the rest of the server:
//
//	go test ./frontend -run TestPreview -preview 127.0.0.1:8090 -timeout 0
func TestPreview(t *testing.T) {
	if *previewAt == "" {
		t.Skip("only with -preview ADDRESS")
	}
	_, app := testSite(t, func(c *Config) {
		shapes := celltest.Geography(t)
		c.Shapes, c.Services, c.Incidents = shapes, pagetest.ManyServices(), pagetest.Incidents{Several: *previewMany}
		c.Readings = always(downpour{Readings: pagetest.Readings{Young: *previewYoung, Several: *previewMany}, shapes: shapes, part: .35})
	})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		_ = app.Shutdown()
	}()
	if err := app.Listen(*previewAt); err != nil {
		t.Fatal(err)
	}
}
