package embedded_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	clickhouse "github.com/ClickHouse/clickhouse-go/v2"

	"github.com/open-downpour/downpour/pkg/embedded"
)

const guardPassword = "correct horse"

func guarded(t *testing.T) *httptest.Server {
	t.Helper()
	handler, err := shared(t).Guarded(context.Background(), embedded.GuardOptions{Password: guardPassword, Hosts: []string{"archive.internal"}})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// sendTo gives the status and the text of an answer.
func sendTo(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(text)
}

func request(t *testing.T, method, address, query string) *http.Request {
	t.Helper()
	address += "/?query=" + url.QueryEscape(query)
	made, err := http.NewRequestWithContext(context.Background(), method, address, nil)
	must(t, err)
	made.SetBasicAuth("downpour", guardPassword)
	return made
}

func TestGuardOfRequests(t *testing.T) {
	server := guarded(t)
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"basic authentication": {func(*http.Request) {}, 200},
		"header of a client": {func(r *http.Request) {
			r.Header.Del("Authorization")
			r.Header.Set("X-ClickHouse-User", "any")
			r.Header.Set("X-ClickHouse-Key", guardPassword)
		}, 200},
		"parameter": {func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery += "&password=" + url.QueryEscape(guardPassword)
		}, 200},
		"no password":      {func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		"empty password":   {func(r *http.Request) { r.SetBasicAuth("default", "") }, 401},
		"wrong password":   {func(r *http.Request) { r.SetBasicAuth("default", guardPassword+" ") }, 401},
		"a web page":       {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"this page":        {func(r *http.Request) { r.Header.Set("Origin", server.URL) }, 403},
		"a page without":   {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"a rebound name":   {func(r *http.Request) { r.Host = "evil.example:8123" }, 403},
		"localhost":        {func(r *http.Request) { r.Host = "LOCALHOST:8123" }, 200},
		"its own name":     {func(r *http.Request) { r.Host = "archive.internal" }, 200},
		"an IPv6 address":  {func(r *http.Request) { r.Host = "[::1]:8123" }, 200},
		"a longer name":    {func(r *http.Request) { r.Host = "localhost.evil.example" }, 403},
		"ping is for all":  {func(r *http.Request) { r.URL.Path = "/ping"; r.Header.Del("Authorization") }, 200},
		"ping has a host":  {func(r *http.Request) { r.URL.Path = "/ping"; r.Host = "evil.example" }, 403},
		"ping has no page": {func(r *http.Request) { r.URL.Path = "/ping"; r.Header.Set("Origin", "null") }, 403},
	} {
		made := request(t, http.MethodGet, server.URL, "SELECT 1")
		c.change(made)
		if status, text := sendTo(t, made); status != c.want {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}

func TestGuardOfReads(t *testing.T) {
	server := guarded(t)
	for query, want := range map[string]int{
		"SELECT 1": 200, " -- a comment\n/* another */ select 1": 200, "WITH 1 AS x SELECT x": 200, "SHOW TABLES": 200, "DESCRIBE system.one": 200,
		"EXPLAIN SELECT 1": 200, "EXISTS TABLE nothing": 200, "SELECT 1;": 200, "SELECT engine FROM system.tables LIMIT 1": 200,
		"SELECT sum(number) FROM numbers(10)":                200,
		"CREATE TABLE stranger (x Int8) ENGINE = Memory":     403,
		"INSERT INTO stranger VALUES (1)":                    403,
		"DROP TABLE IF EXISTS stranger":                      403,
		"SELECT 1; DROP TABLE IF EXISTS stranger":            403,
		"WITH x AS (SELECT 1) INSERT INTO stranger SELECT 1": 403,
		"SYSTEM STOP MERGES":                                 403,
		"# a comment\nDROP TABLE IF EXISTS stranger":         400,
		"OPTIMIZE TABLE stranger":                            403,
		"EXPLAIN SELECT 1; TRUNCATE DATABASE default":        403,
		"ALTER TABLE stranger DELETE WHERE 1":                403,
		"SELECT 1 INTO OUTFILE '/tmp/stranger'":              403,
		"KILL QUERY WHERE 1":                                 403,
	} {
		if status, text := sendTo(t, request(t, http.MethodGet, server.URL, query)); status != want {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
}

// harmless are the table functions that reach nothing beyond the archive.
const harmless = "numbers numbers_mt zeros zeros_mt generaterandom generateseries generate_series values null view format merge mergetreeindex mergetreeprojection"

// What reaches files or hosts is refused by any method, however it is written.
func TestGuardOfTheOutside(t *testing.T) {
	server := guarded(t)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("the secret\n"), 0o600))
	var statements []string
	_, names := sendTo(t, request(t, http.MethodGet, server.URL, "SELECT name FROM system.table_functions"))
	allowed := 0
	for _, name := range strings.Fields(names) {
		if slices.Contains(strings.Fields(harmless), strings.ToLower(name)) {
			allowed++
			continue
		}
		statements = append(statements, "SELECT * FROM "+name+"('http://127.0.0.1:1/x', 'a', 'b', 'c')")
	}
	if allowed < 8 || len(statements) < 30 {
		t.Errorf("%d table functions are allowed, %d refused", allowed, len(statements))
	}
	at := "('" + secret + "', 'LineAsString')"
	for _, form := range []string{
		"file%", "FILE %", "file /* ( */ %", "file--\n%", "file# x\n%", "`file`%", "\"file\" %", "`\\x66ile`%", "\"f\\x69le\"%", "{f:Identifier}%",
	} {
		statements = append(statements, "SELECT * FROM "+strings.Replace(form, "%", at, 1))
	}
	statements = append(statements,
		"SELECT file('"+secret+"')",
		"SELECT /* ' */ file('"+secret+"') /* ' */",
		"SELECT 1 # '\n, file('"+secret+"')",
		"SELECT (SELECT * FROM url('http://127.0.0.1:1/'))",
		"INSERT INTO FUNCTION file"+at+" SELECT 'x'",
		"INSERT INTO TABLE FUNCTION url('http://127.0.0.1:1/', 'CSV') SELECT 1",
		"SELECT 1 INTO OUTFILE '"+secret+".out'",
		"SELECT 1 INTO\nOUTFILE '"+secret+".out' TRUNCATE",
		"INSERT INTO stranger FROM INFILE '"+secret+"' FORMAT LineAsString",
		"CREATE TABLE stranger (x String) ENGINE = File(LineAsString, '"+secret+"')",
		"CREATE TABLE stranger (x String) ENGINE=URL('http://127.0.0.1:1/', 'CSV')",
		"CREATE TABLE stranger (x String) ENGINE /**/ = /**/ `S3`('http://127.0.0.1:1/', 'CSV')",
		"CREATE TABLE stranger (x String) ENGINE Distributed(c, d, t)",
		"CREATE TABLE stranger AS file"+at,
		"CREATE DATABASE stranger ENGINE = MySQL('127.0.0.1:1', 'd', 'u', 'p')",
		"SELECT 1; CREATE TABLE stranger (x String) ENGINE = Kafka",
		"CREATE DICTIONARY stranger (x UInt64) PRIMARY KEY x SOURCE(FILE(path '"+secret+"' format 'CSV')) LIFETIME(1) LAYOUT(FLAT())",
		"CREATE TABLE stranger (x Int8) ENGINE = MergeTree ORDER BY x SETTINGS disk = disk(type = web, endpoint = 'http://127.0.0.1:1/')",
		"ATTACH TABLE stranger FROM '/etc' (x Int8) ENGINE = MergeTree ORDER BY x",
		"BACKUP DATABASE default TO File('"+secret+".zip')", "RESTORE DATABASE default FROM File('"+secret+".zip')",
	)
	for _, query := range statements {
		status, text := sendTo(t, request(t, http.MethodPost, server.URL, query))
		if status != http.StatusForbidden || strings.Contains(text, "the secret") {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
}

// The clients of ClickHouse work as before, with the password in their address.
func TestGuardedWork(t *testing.T) {
	server := guarded(t)
	for _, query := range []string{
		"CREATE TABLE guarded_work (`x` Int8, s String) ENGINE = MergeTree ORDER BY (x)",
		"INSERT INTO `guarded_work` (`x`, s) VALUES (1, 'file(/etc)')",
		"ALTER TABLE guarded_work ADD COLUMN z Int8", "DROP TABLE guarded_work",
	} {
		if status, text := sendTo(t, request(t, http.MethodPost, server.URL, query)); query[:6] != "INSERT" && status != 200 {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
	options := &clickhouse.Options{Protocol: clickhouse.HTTP, Addr: []string{strings.TrimPrefix(server.URL, "http://")}}
	options.Auth = clickhouse.Auth{Database: "default", Username: "anyone", Password: guardPassword}
	conn, err := clickhouse.Open(options)
	must(t, err)
	defer conn.Close()
	must(t, conn.Ping(context.Background()))
	if got := one[uint64](t, conn, "SELECT sum(number) FROM numbers(10)"); got != 45 {
		t.Errorf("got %d", got)
	}
}
