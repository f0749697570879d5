package embedded

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestStatementOfARequest(t *testing.T) {
	for _, c := range []struct {
		name, query, body  string
		text, rows, format string
		insert, streamable bool
	}{
		{name: "query in the address", query: "query=SELECT+1", text: "SELECT 1"},
		{name: "query in the body", body: "SELECT 1", text: "SELECT 1"},
		{name: "both are joined", query: "query=SELECT", body: "1", text: "SELECT\n1"},
		{name: "native is streamed", query: "default_format=Native", body: "-- why\n/* not */ select 1", text: "select 1", format: "Native", streamable: true},
		{name: "but not where the text wants another", query: "default_format=Native", body: "SELECT 1 FORMAT JSON", text: "SELECT 1 FORMAT JSON", format: "Native"},
		{name: "or the caller wants it whole", query: "default_format=Native&wait_end_of_query=1", body: "SELECT 1", text: "SELECT 1", format: "Native"},
		{name: "rows in the body", query: "query=INSERT+INTO+t+FORMAT+Native", body: "\n\x01", text: "INSERT INTO t", rows: "\n\x01", format: "Native", insert: true},
		{name: "with columns and database", query: "query=" + url.QueryEscape("insert into `d`.t (a, `b`)\nformat CSV"), body: "1,2", text: "insert into `d`.t (a, `b`)", rows: "1,2", format: "CSV", insert: true},
		{name: "with settings", query: "query=" + url.QueryEscape("INSERT INTO t SETTINGS a = 'x', b=1 FORMAT CSV"), body: "1", text: "INSERT INTO t SETTINGS a = 'x', b=1", rows: "1", format: "CSV", insert: true},
		{name: "rows after the text", body: "INSERT INTO t FORMAT CSV\n1\n\n2", text: "INSERT INTO t", rows: "1\n\n2", format: "CSV", insert: true},
		{name: "rows after a space", body: "INSERT INTO t FORMAT JSONEachRow {}", text: "INSERT INTO t", rows: "{}", format: "JSONEachRow", insert: true},
		{name: "rows in both", query: "query=INSERT+INTO+t+FORMAT+CSV+1", body: "2", text: "INSERT INTO t", rows: "1\n2", format: "CSV", insert: true},
		{name: "odd names", query: "query=" + url.QueryEscape("INSERT INTO `a-b`.\"c d\" (`x y`) FORMAT Native"), body: "\n", text: "INSERT INTO `a-b`.\"c d\" (`x y`)", rows: "\n", format: "Native", insert: true},
		{name: "values in the body", query: "query=INSERT+INTO+t+VALUES", body: "(1)", text: "INSERT INTO t VALUES\n(1)"},
		{name: "values are text", body: "INSERT INTO t VALUES (' FORMAT Native ')", text: "INSERT INTO t VALUES (' FORMAT Native ')"},
		{name: "so is a query", body: "INSERT INTO t SELECT 1 FORMAT Native", text: "INSERT INTO t SELECT 1 FORMAT Native"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st, err := read(httptest.NewRequest("POST", "/?"+c.query, strings.NewReader(c.body)), 1000)
			if err != nil {
				t.Fatal(err)
			}
			if st.text != c.text || string(st.rows) != c.rows || st.insert != c.insert || st.format != c.format {
				t.Errorf("got %+v (rows %q)", st, st.rows)
			}
			if st.streamable() != c.streamable {
				t.Errorf("streamable %t", st.streamable())
			}
		})
	}
}

func TestSettingsAndParametersOfARequest(t *testing.T) {
	st, err := read(httptest.NewRequest("GET", "/?query=SELECT+1&database=d&max_threads=2&param_x=y&user=u&query_id=q&default_format=TSV", nil), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if st.database != "d" || len(st.settings) != 1 || st.settings["max_threads"] != "2" || len(st.params) != 1 || st.params["x"] != "y" {
		t.Errorf("got %+v", st)
	}
}

func TestRefusedRequests(t *testing.T) {
	for _, c := range []struct {
		name, method, query, body, encoding string
		status                              int
	}{
		{name: "nothing", status: 400},
		{name: "only a comment", body: "-- SELECT 1", status: 400},
		{name: "another method", method: "PUT", body: "SELECT 1", status: 501},
		{name: "a setting for ever", body: "SET max_threads = 1", status: 501},
		{name: "a database for ever", body: "/* */ use d", status: 501},
		{name: "a session", query: "session_id=1", body: "SELECT 1", status: 501},
		{name: "compressed rows", query: "decompress=1", body: "SELECT 1", status: 501},
		{name: "a compressed answer", query: "compress=1", body: "SELECT 1", status: 501},
		{name: "an unknown encoding", encoding: "br", body: "SELECT 1", status: 501},
		{name: "gzip that is none", encoding: "gzip", body: "SELECT 1", status: 500},
		{name: "no name of a setting", query: "a%3D1%2Cb=1", body: "SELECT 1", status: 400},
		{name: "no name of a parameter", query: "param_a%3D=1", body: "SELECT 1", status: 400},
		{name: "an insert not understood", query: "query=" + url.QueryEscape("INSERT INTO t (f(x)) FORMAT Native"), body: "\x01", status: 501},
		{name: "too long", body: "SELECT '" + strings.Repeat("x", 1000) + "'", status: 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			method := c.method
			if method == "" {
				method = "POST"
			}
			request := httptest.NewRequest(method, "/?"+c.query, strings.NewReader(c.body))
			request.Header.Set("Content-Encoding", c.encoding)
			st, err := read(request, 1000)
			if err == nil {
				t.Fatalf("was read as %+v", st)
			}
			if got := asException(err).status(); got != c.status {
				t.Errorf("status %d of %v, want %d", got, err, c.status)
			}
		})
	}
}

func TestGzippedBody(t *testing.T) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	writer.Write([]byte("SELECT 1"))
	writer.Close()
	request := httptest.NewRequest("POST", "/", &packed)
	request.Header.Set("Content-Encoding", "gzip")
	st, err := read(request, 1000)
	if err != nil || st.text != "SELECT 1" {
		t.Errorf("got %+v, %v", st, err)
	}
}

// FuzzStatement checks that no request is taken apart wrongly: whatever came
// in is in the text and rows, and nothing else is.
func FuzzStatement(f *testing.F) {
	f.Add("query=INSERT+INTO+t+FORMAT+Native", "\x01\n\n")
	f.Add("", "INSERT INTO `a`.b (c) SETTINGS x=1 FORMAT CSV \n 1")
	f.Add("query=%00&param_=", "/* /* */ SELECT")
	f.Add("query=INSERT+INTO+t+FORMAT+Native%3B", ";")
	f.Fuzz(func(t *testing.T, query, body string) {
		address, err := url.ParseRequestURI("http://localhost/?" + query)
		if err != nil {
			t.Skip()
		}
		request := httptest.NewRequest("POST", "/", strings.NewReader(body))
		request.URL = address
		st, err := read(request, 1<<20)
		if err != nil {
			return
		}
		sent := request.URL.Query().Get("query") + "\n" + body
		if st.insert && !strings.HasSuffix(sent, string(st.rows)) {
			t.Errorf("rows %q are no end of %q", st.rows, sent)
		}
		if !strings.Contains(sent, st.text) && !strings.Contains(body, st.text) {
			t.Errorf("text %q is no part of %q", st.text, sent)
		}
		for name := range st.settings {
			if !namePattern.MatchString(name) {
				t.Errorf("setting %q", name)
			}
		}
	})
}

func TestQuoting(t *testing.T) {
	if got := quoteText(`a'b\`); got != `'a\'b\\'` {
		t.Error(got)
	}
	if got := quoteName("a`b\\"); got != "`a\\`b\\\\`" {
		t.Error(got)
	}
}
