package frontend

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/open-downpour/downpour/frontend/pagetest"
	"github.com/open-downpour/downpour/pkg/catalog"
	"github.com/open-downpour/downpour/pkg/cell/celltest"
)

var (
	previewAt    = flag.String("preview", "", "serve the pages over made-up numbers at this address until interrupted")
	previewMany  = flag.Bool("several", false, "preview a service with fourteen open incidents")
	previewQuiet = flag.Bool("quiet", false, "preview a day on which nothing happens, with the services of the built-in catalogue")
	previewYoung = flag.Bool("young", false, "preview a server that knows no baseline yet")
)

// TestPreview serves the pages without the rest of the server, and prints the address:
//
//	go test ./frontend -run TestPreview -preview 127.0.0.1:8090 -timeout 0
func TestPreview(t *testing.T) {
	if *previewAt == "" {
		t.Skip("only with -preview ADDRESS")
	}
	_, app := testSite(t, func(c *Config) {
		shapes := celltest.Geography(t)
		c.Shapes, c.Services, c.Incidents = shapes, pagetest.ManyServices(), pagetest.Incidents{Several: *previewMany}
		if *previewQuiet {
			services, err := catalog.Default()
			if err != nil {
				t.Fatal(err)
			}
			c.Services, c.Incidents, c.Readings = services, pagetest.Incidents{Quiet: true}, always(pagetest.Readings{Quiet: true})
			return
		}
		c.Readings = always(downpour{Readings: pagetest.Readings{Young: *previewYoung, Several: *previewMany}, shapes: shapes, part: .35})
	})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		_ = app.Shutdown()
	}()
	listener, err := net.Listen("tcp", *previewAt)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	if err := app.Listener(listener); err != nil {
		t.Fatal(err)
	}
}
