package embedded_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/open-downpour/downpour/pkg/embedded"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// The archive in the process is reached like one behind a network.
func ExampleClickHouse_Transport() {
	archive, err := embedded.Open(context.Background(), embedded.Options{Path: "data/archive"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer archive.Close()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol:      clickhouse.HTTP,
		Addr:          []string{"embedded"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return archive.Transport(), nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(conn.Ping(context.Background()))
}
