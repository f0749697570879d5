package embedded

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// statement is one request: the text, the format of the result, its settings and parameters.
type statement struct {
	text     string
	format   string // of the answer, unless the text names one
	database string
	settings map[string]string
	params   map[string]string

	// The rows of an insert are separate from its text, which ends before the FORMAT
	// clause.
	insert bool
	rows   []byte

	// hello marks the query by which clickhouse-go opens a connection.
	hello bool
	// whole requests the result in one piece, so that any error is a status.
	whole bool
}

// notSettings are parameters of ClickHouse's HTTP interface that are not settings. Those that
// would change the result are rejected, see refused; the rest have no meaning here.
var notSettings = map[string]bool{
	"query": true, "database": true, "default_format": true, "client_protocol_version": true,
	"user": true, "password": true, "query_id": true, "quota_key": true, "role": true,
	"buffer_size": true, "wait_end_of_query": true, "stacktrace": true, "close_session": true,
	"session_timeout": true, "compress": true, "decompress": true, "session_id": true,
}

// name is the pattern of a table or database, quoted or not.
const name = "(?:\\w+|`[^`]+`|\"[^\"]+\")"

var (
	namePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// comments and spaces before the first word
	leadPattern = regexp.MustCompile(`^(?s:\s+|--[^\n]*\n?|/\*.*?\*/)+`)
	wordPattern = regexp.MustCompile(`^[A-Za-z]+`)
	// An insert of given rows: table, columns, perhaps settings, the format,
	// and then nothing, or a space and rows.
	insertPattern = regexp.MustCompile(`(?is)^(INSERT\s+INTO\s+(?:TABLE\s+)?` + name + `(?:\.` + name + `)?\s*(?:\([^()]*\))?` +
		`\s*(?:SETTINGS\s+[\w\s=,.'-]+?)?)\s+FORMAT\s+(\w+)\s*?(?:;?\s*$|[ \t]*\r?\n|\s)`)
)

// read parses a request to a statement. It reads the body to the end first, so that an insert
// whose request is cut off never begins.
func read(request *http.Request, limit int64) (*statement, error) {
	if request.Method != http.MethodGet && request.Method != http.MethodPost {
		return nil, refuse(codeNotImplemented, "method %s is not supported, use GET or POST", request.Method)
	}
	query := request.URL.Query()
	if err := refused(request, query); err != nil {
		return nil, err
	}
	body, err := readBody(request, limit)
	if err != nil {
		return nil, err
	}
	st := &statement{
		format:   query.Get("default_format"),
		database: query.Get("database"),
		settings: map[string]string{},
		params:   map[string]string{},
		whole:    query.Get("wait_end_of_query") == "1" || query.Get("wait_end_of_query") == "true",
	}
	for key, values := range query {
		value := values[len(values)-1]
		switch name, isParam := strings.CutPrefix(key, "param_"); {
		case isParam:
			st.params[name] = value
		case !notSettings[key]:
			st.settings[key] = value
		}
	}
	st.hello = query.Get("client_protocol_version") != "" && string(body) == hello
	return st, st.split(query.Get("query"), body)
}

// split separates the text from the rows. Both may be in the URL or in the body.
func (s *statement) split(address string, body []byte) error {
	text := address
	if text == "" {
		text, body = string(body), nil
	}
	text = text[len(leadPattern.FindString(text)):]
	switch word := strings.ToUpper(wordPattern.FindString(text)); word {
	case "":
		return refuse(codeSyntax, "the query is empty")
	case "SET", "USE":
		return refuse(codeNotImplemented, "%s would hold for one request only; give settings and database as parameters of the address", word)
	case "INSERT":
		if match := insertPattern.FindStringSubmatchIndex(text); match != nil {
			s.insert = true
			s.format = text[match[4]:match[5]]
			s.text, s.rows = text[match[2]:match[3]], body
			if first := text[match[1]:]; first != "" {
				s.rows = []byte(joined(first, body))
			}
			return nil
		}
		if len(body) > 0 && !strings.HasSuffix(strings.ToUpper(strings.TrimSpace(text)), "VALUES") {
			return refuse(codeNotImplemented, "rows beside the query need INSERT INTO table (columns) FORMAT name or VALUES")
		}
	}
	s.text = joined(text, body)
	return nil
}

// joined is the text in the URL and in the body, as one.
func joined(address string, body []byte) string {
	if len(body) == 0 {
		return address
	}
	return address + "\n" + string(body)
}

// streamable reports whether the engine can return the result block by block. It can for
// SELECT only, and of the formats only Native is valid when it is written in pieces.
func (s *statement) streamable() bool {
	word := strings.ToUpper(wordPattern.FindString(s.text))
	return !s.whole && s.format == "Native" && word == "SELECT" && !formatPattern.MatchString(s.text)
}

var formatPattern = regexp.MustCompile(`(?i)\bFORMAT\s+\w+\s*;?\s*$`)

// refused is the error of a request that would otherwise silently have a wrong result.
func refused(request *http.Request, query url.Values) error {
	for _, name := range []string{"compress", "decompress"} {
		if value := query.Get(name); value == "1" || value == "true" {
			return refuse(codeNotImplemented, "native compression is not supported inside one machine; ask the client for none")
		}
	}
	if query.Get("session_id") != "" {
		return refuse(codeNotImplemented, "sessions are not supported; give settings with each request")
	}
	if kind := request.Header.Get("Content-Type"); strings.HasPrefix(kind, "multipart/") {
		return refuse(codeNotImplemented, "external tables are not supported")
	}
	for key := range query {
		if name := strings.TrimPrefix(key, "param_"); !namePattern.MatchString(name) {
			return refuse(codeUnknownSetting, "%q is not the name of a setting or parameter", name)
		}
	}
	return nil
}

// readBody reads the body, plain or gzipped, up to limit bytes.
func readBody(request *http.Request, limit int64) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	var source io.Reader = request.Body
	switch encoding := request.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(request.Body)
		if err != nil {
			return nil, refuse(codeUnknown, "reading the request: %s", err)
		}
		source = unpacked
	default:
		return nil, refuse(codeNotImplemented, "Content-Encoding %q is not supported, use gzip or none", encoding)
	}
	body, err := io.ReadAll(io.LimitReader(source, limit+1))
	if err != nil {
		return nil, errors.Join(refuse(codeUnknown, "reading the request: %s", err), err)
	}
	if int64(len(body)) > limit {
		return nil, refuse(codeTooLarge, "the request is longer than %d bytes", limit)
	}
	return body, nil
}
