package embedded

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"unsafe"
)

// chunk is a piece of an answer, or the error that ends it.
type chunk struct {
	data []byte
	err  error
}

// session is one connection to the engine with a thread of its own. The engine
// runs one statement at a time on a connection, so a session belongs to
// whoever took it from the pool until its statement has ended.
type session struct {
	library *library
	owner   handle // what chdb_connect gave, needed to close
	conn    handle
	jobs    chan func()
	ended   chan struct{} // closed when the thread is gone

	// What the connection was last told, so that only differences are said
	// again: most requests come with the settings of the one before.
	settings map[string]string
	database string
}

// constant are the settings that every statement starts from: times are UTC
// everywhere in Downpour, whatever the machine's zone is, and a statement
// without SELECT is a mistake as it is on a server.
var constant = map[string]string{"session_timezone": "UTC", "implicit_select": "0"}

// connect opens a session. The engine starts with the first one.
func (l *library) session(arguments ...string) (*session, error) {
	s := &session{
		library:  l,
		jobs:     make(chan func()),
		ended:    make(chan struct{}),
		settings: map[string]string{},
		database: defaultDatabase,
	}
	opened := make(chan struct{})
	go s.run()
	s.jobs <- func() {
		defer close(opened)
		if s.owner = l.open(arguments...); s.owner != nil {
			s.conn = *(*handle)(s.owner)
		}
	}
	<-opened
	if s.owner == nil {
		s.close()
		return nil, fmt.Errorf("the engine refused %s", strings.Join(arguments[1:], " "))
	}
	return s, nil
}

// run is the session's thread. The engine keeps state by thread, so it sees
// the same one for the life of a connection.
func (s *session) run() {
	runtime.LockOSThread()
	defer close(s.ended)
	for job := range s.jobs {
		job()
	}
}

// close ends an idle session and its thread.
func (s *session) close() {
	if s.owner != nil {
		s.jobs <- func() { s.library.closeConn(s.owner) }
	}
	close(s.jobs)
	<-s.ended
}

// execute runs a statement and gives its answer to out in pieces, at least
// one, waiting for each to be taken. It stops early when ctx ends between two
// pieces; the engine cannot be stopped in the middle of one. It runs on the
// session's thread.
func (s *session) execute(ctx context.Context, st *statement, out chan<- chunk) {
	send := func(piece chunk) bool {
		select {
		case out <- piece:
			return piece.err == nil
		case <-ctx.Done():
			return false
		}
	}
	if err := s.prepare(st); err != nil {
		send(chunk{err: err})
		return
	}
	switch {
	case st.insert:
		send(chunk{err: s.insert(st)})
	case st.streamable():
		s.stream(st, send)
	default:
		data, err := s.materialise(s.library.query, st)
		send(chunk{data: data, err: err})
	}
}

// caller is the shape that the library's two ways to ask have in common.
type caller = func(conn handle, query string, queryLen uintptr, format string, formatLen uintptr, names, nameLens, values, valueLens handle, count uintptr) handle

// query calls the library with the statement's text and parameters.
func (s *session) query(call caller, st *statement) handle {
	var names, values stringList
	defer names.Unpin()
	defer values.Unpin()
	for name, value := range st.params {
		names.add(name)
		values.add(value)
	}
	namePointers, nameLengths := names.arrays()
	valuePointers, valueLengths := values.arrays()
	return call(s.conn, st.text, uintptr(len(st.text)), st.format, uintptr(len(st.format)),
		namePointers, nameLengths, valuePointers, valueLengths, uintptr(len(st.params)))
}

func (s *session) materialise(call caller, st *statement) ([]byte, error) {
	result := s.query(call, st)
	if result == nil {
		return nil, refuse(codeUnknown, "the engine gave no answer")
	}
	return s.library.text(result)
}

// stream sends the answer block by block, so that a large one is never in
// memory whole.
func (s *session) stream(st *statement, send func(chunk) bool) {
	stream := s.query(s.library.streamQuery, st)
	if stream == nil {
		send(chunk{err: refuse(codeUnknown, "the engine gave no answer")})
		return
	}
	defer s.library.destroy(stream)
	if message := s.library.failure(stream); message != "" {
		send(chunk{err: exception(message)})
		return
	}
	for {
		data, err := s.library.text(s.library.fetch(s.conn, stream))
		if !send(chunk{data: data, err: err}) {
			s.library.cancel(s.conn, stream)
			return
		}
		if len(data) == 0 {
			return
		}
	}
}

// appendSize is how many bytes of an insert the engine is given at once.
const appendSize = 1 << 20

// insert gives the engine the rows and waits until they are in the table. The
// engine takes them as a server takes the body of an insert, so a
// deduplication token means here what it means there.
func (s *session) insert(st *statement) error {
	stream := s.library.insert(s.conn, st.text, uintptr(len(st.text)), st.format, uintptr(len(st.format)))
	if stream == nil {
		return refuse(codeUnknown, "the engine did not begin the insert")
	}
	defer s.library.destroyInsert(stream)
	if message := s.library.insertError(stream); message != "" {
		return exception(message)
	}
	for piece := range slices.Chunk(st.rows, appendSize) {
		if s.library.appendBytes(stream, handle(unsafe.SliceData(piece)), uintptr(len(piece))) != 0 {
			return exception(s.library.insertError(stream))
		}
	}
	_, err := s.library.text(s.library.done(stream))
	return err
}

// prepare brings the connection to the database and settings of a statement.
func (s *session) prepare(st *statement) error {
	database := st.database
	if database == "" {
		database = defaultDatabase
	}
	if database != s.database {
		if err := s.exec("USE " + quoteName(database)); err != nil {
			return err
		}
		s.database = database
	}
	wanted := maps.Clone(constant)
	maps.Copy(wanted, st.settings)
	if maps.Equal(wanted, s.settings) {
		return nil
	}
	return s.set(wanted)
}

// set takes back the settings that are no longer wanted and gives the others.
// A refused one leaves the connection with what was set before it.
func (s *session) set(wanted map[string]string) error {
	for name := range s.settings {
		if _, stays := wanted[name]; stays {
			continue
		}
		if err := s.exec("SET " + name + " = DEFAULT"); err != nil {
			return err
		}
		delete(s.settings, name)
	}
	for name, value := range wanted {
		if current, known := s.settings[name]; known && current == value {
			continue
		}
		if err := s.exec("SET " + name + " = " + quoteText(value)); err != nil {
			return err
		}
		s.settings[name] = value
	}
	return nil
}

func (s *session) exec(text string) error {
	_, err := s.materialise(s.library.query, &statement{text: text, format: "Null"})
	return err
}

var (
	textQuoting = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	nameQuoting = strings.NewReplacer(`\`, `\\`, "`", "\\`")
)

func quoteText(text string) string { return "'" + textQuoting.Replace(text) + "'" }
func quoteName(name string) string { return "`" + nameQuoting.Replace(name) + "`" }
