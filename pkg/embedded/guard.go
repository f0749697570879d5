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

// GuardOptions are the access rules of a guarded handler.
type GuardOptions struct {
	// Password is required for every request except /ping. It must not be empty.
	Password string
	// Hosts are the allowed names in the Host header, beside addresses and localhost.
	// They prevent DNS rebinding.
	Hosts []string
}

// Guarded is Handler with access control. The password is that of basic authentication, the
// header X-ClickHouse-Key or the parameter password. Requests of web pages are rejected, GET
// is read-only, and no statement may access files, other hosts or other engines.
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

// statementRules reads the table functions of the engine: those that are not listed in
// harmless, as new ones of a later release, are rejected.
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
