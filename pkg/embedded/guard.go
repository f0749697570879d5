package embedded

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// GuardOptions limit who may use a guarded handler.
type GuardOptions struct {
	// Password is needed for every request but /ping. It must not be empty.
	Password string
	// Hosts are the names by which the handler may be addressed, beside addresses
	// and localhost: a page whose name was rebound to this machine has another.
	Hosts []string
}

// Guarded is Handler with access control. A password comes as that of basic
// authentication, as X-ClickHouse-Key or as the parameter password. Requests of
// web pages are refused, GET reads only, and no statement may reach files, other
// hosts or other engines.
func (c *ClickHouse) Guarded(ctx context.Context, options GuardOptions) (http.Handler, error) {
	rules, err := c.statementRules(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the functions of the engine: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if refused := options.refusal(request); refused != "" {
			if refused == refusedPassword {
				w.Header().Set("WWW-Authenticate", `Basic realm="ClickHouse"`)
				http.Error(w, refused, http.StatusUnauthorized)
				return
			}
			http.Error(w, refused, http.StatusForbidden)
			return
		}
		c.serve(w, request, rules.check)
	}), nil
}

const refusedPassword = "the password is missing or wrong"

func (o GuardOptions) refusal(request *http.Request) string {
	switch {
	case request.Header.Get("Origin") != "" || strings.HasPrefix(request.Header.Get("Sec-Fetch-Site"), "cross") || request.Header.Get("Sec-Fetch-Site") == "same-site":
		return "requests of web pages are refused"
	case !o.addressed(request.Host):
		return "the Host header must be an address, localhost or the host of --listen"
	case request.URL.Path == "/ping" || o.knows(request):
		return ""
	}
	return refusedPassword
}

func (o GuardOptions) addressed(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost" || host != "" && slices.Contains(o.Hosts, host)
}

func (o GuardOptions) knows(request *http.Request) bool {
	_, basic, _ := request.BasicAuth()
	for _, given := range []string{basic, request.Header.Get("X-ClickHouse-Key"), request.URL.Query().Get("password")} {
		if o.Password != "" && subtle.ConstantTimeCompare([]byte(given), []byte(o.Password)) == 1 {
			return true
		}
	}
	return false
}

// statementRules asks the engine for its table functions: those of a later
// release are refused until they are known here.
func (c *ClickHouse) statementRules(ctx context.Context) (*statementRules, error) {
	answer, err := c.do(ctx, &statement{text: "SELECT name FROM system.table_functions", format: "TSVRaw"})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	names, err := io.ReadAll(answer)
	if err != nil {
		return nil, err
	}
	return newStatementRules(strings.Fields(string(names))), nil
}
