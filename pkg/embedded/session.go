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

// chunk is a piece of a result, or the error that ends it.
type chunk struct {
	data []byte
	err  error
}

// session is one connection to the engine with a thread of its own. The engine runs one
// statement at a time on a connection, so that a session is taken from the pool until its
// statement has ended.
type session struct {
	library *library
	owner   handle // of chdb_connect, needed to close
	conn    handle
	jobs    chan func()
	ended   chan struct{} // closed when the thread has ended

	// The settings and database of the connection, so that only differences are set:
	// most requests have the settings of the one before.
	settings map[string]string
	database string
}

// constant are the settings of every statement: times are UTC, and a statement without
// SELECT is an error as on a server.
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

// run is the session's thread. The engine has state by thread, so that a connection uses the
// same thread always.
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

// execute runs a statement and sends its result to out in one or more pieces. It stops early
// when ctx ends between two pieces; the engine cannot be interrupted within one. It runs on
// the session's thread.
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

// caller is the signature of the library's two query functions.
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
		return nil, refuse(codeUnknown, "the engine returned no result")
	}
	return s.library.text(result)
}

// stream sends the result block by block, so that a large one is never in memory as a whole.
func (s *session) stream(st *statement, send func(chunk) bool) {
	stream := s.query(s.library.streamQuery, st)
	if stream == nil {
		send(chunk{err: refuse(codeUnknown, "the engine returned no result")})
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

// appendSize is the number of bytes of an insert in one call.
const appendSize = 1 << 20

// insert inserts the rows and waits until they are in the table. The engine handles them as a
// server does the body of an insert, so that deduplication tokens have the same effect.
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

// prepare sets the database and settings of a statement.
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

// set resets the settings that are no longer wanted and sets the others. After an error the
// settings before the failed one are applied.
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
