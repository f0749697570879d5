package embedded

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// oldestLibrary is the first release of libchdb with streamed inserts, and with an opt-out
// of its signal handlers that does not affect those of the Go runtime. With an older one a
// nil pointer would end the process instead of being a panic.
const oldestLibrary = "26.7.3"

// handle is a pointer that belongs to the library.
type handle = unsafe.Pointer

// library is libchdb in this process: the C functions in use, by the names of
// chdb.h without their prefix. Its methods may be called from any goroutine;
// calls on one connection must not overlap.
type library struct {
	path    string
	release string

	connect       func(argc int32, argv handle) handle
	closeConn     func(connection handle)
	streamQuery   func(conn handle, query string, queryLen uintptr, format string, formatLen uintptr, names, nameLens, values, valueLens handle, count uintptr) handle
	query         func(conn handle, query string, queryLen uintptr, format string, formatLen uintptr, names, nameLens, values, valueLens handle, count uintptr) handle
	fetch         func(conn, stream handle) handle
	cancel        func(conn, stream handle)
	insert        func(conn handle, query string, queryLen uintptr, format string, formatLen uintptr) handle
	appendBytes   func(stream, data handle, length uintptr) int32
	done          func(stream handle) handle
	insertError   func(stream handle) string
	destroyInsert func(stream handle)
	buffer        func(result handle) handle
	length        func(result handle) uintptr
	failure       func(result handle) string
	destroy       func(result handle)
}

// loaded is the library once it is in the process. It is global, because a shared library
// cannot be unloaded safely, and two of them cannot be distinguished.
var loaded struct {
	sync.Mutex
	library *library
	claimed string // the data directory of the running engine
}

// claim reserves the one engine of the process for a data directory.
func (l *library) claim(path string) error {
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.claimed != "" {
		return fmt.Errorf("opening the archive in %s: this process already has one open in %s", path, loaded.claimed)
	}
	loaded.claimed = path
	return nil
}

// disclaim releases the engine for another directory.
func (l *library) disclaim() {
	loaded.Lock()
	defer loaded.Unlock()
	loaded.claimed = ""
}

// load loads the library at path, once.
func load(path string) (*library, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.library != nil {
		if loaded.library.path != path {
			return nil, fmt.Errorf("loading %s: this process has already loaded %s", path, loaded.library.path)
		}
		return loaded.library, nil
	}
	// Local binding hides the library's allocator and codecs from other libraries of
	// the process; immediate binding fails for a library that does not fit this system
	// now and not during a query.
	object, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("loading the ClickHouse library %s: %w", path, err)
	}
	library := &library{path: path}
	if err := library.bind(object); err != nil {
		return nil, err
	}
	loaded.library = library
	return library, nil
}

// bind looks the functions up, rejects a release that is too old, and disables the library's
// signal handlers.
func (l *library) bind(object uintptr) error {
	var (
		version  func() string
		handlers func(enabled int32)
	)
	for name, function := range map[string]any{
		"chdb_version":                     &version,
		"chdb_set_signal_handlers_enabled": &handlers,
		"chdb_connect":                     &l.connect,
		"chdb_close_conn":                  &l.closeConn,
		"chdb_query_with_params_n":         &l.query,
		"chdb_stream_query_with_params_n":  &l.streamQuery,
		"chdb_stream_fetch_result":         &l.fetch,
		"chdb_stream_cancel_query":         &l.cancel,
		"chdb_stream_insert_n":             &l.insert,
		"chdb_stream_append":               &l.appendBytes,
		"chdb_stream_done":                 &l.done,
		"chdb_stream_insert_error":         &l.insertError,
		"chdb_destroy_insert_stream":       &l.destroyInsert,
		"chdb_result_buffer":               &l.buffer,
		"chdb_result_length":               &l.length,
		"chdb_result_error":                &l.failure,
		"chdb_destroy_query_result":        &l.destroy,
	} {
		symbol, err := purego.Dlsym(object, name)
		if err != nil {
			return fmt.Errorf("loading the ClickHouse library %s: it has no %s; release %s or a later one is needed", l.path, name, oldestLibrary)
		}
		purego.RegisterFunc(function, symbol)
	}
	l.release = version()
	if older(l.release, oldestLibrary) {
		return fmt.Errorf("loading the ClickHouse library %s: it is release %s; release %s or a later one is needed", l.path, l.release, oldestLibrary)
	}
	handlers(0)
	return nil
}

// older reports whether release a came before release b, both like "26.7.3".
// Text after a hyphen is ignored.
func older(a, b string) bool {
	left, right := numbers(a), numbers(b)
	for i := range left {
		if left[i] != right[i] {
			return left[i] < right[i]
		}
	}
	return false
}

func numbers(release string) (parts [3]int) {
	release, _, _ = strings.Cut(release, "-")
	for i, part := range strings.SplitN(release, ".", len(parts)) {
		parts[i], _ = strconv.Atoi(part)
	}
	return parts
}

// pinned holds the arguments of every connection until the process ends, because the library
// does not document how long it reads them.
var pinned struct {
	sync.Mutex
	runtime.Pinner
}

// open connects to the engine with command-line arguments; the first connection starts it.
// It returns nil on failure, for which the library has no error text.
func (l *library) open(arguments ...string) handle {
	pinned.Lock()
	defer pinned.Unlock()
	argv := make([]*byte, len(arguments))
	for i, argument := range arguments {
		argv[i] = &append([]byte(argument), 0)[0]
		pinned.Pin(argv[i])
	}
	pinned.Pin(&argv[0])
	return l.connect(int32(len(argv)), handle(&argv[0]))
}

// text copies a result out of the library's memory and frees it.
func (l *library) text(result handle) ([]byte, error) {
	defer l.destroy(result)
	if message := l.failure(result); message != "" {
		return nil, exception(message)
	}
	data := l.buffer(result)
	if data == nil {
		return nil, nil
	}
	return bytes.Clone(unsafe.Slice((*byte)(data), l.length(result))), nil
}

// stringList is a list of strings for the library: pointers and lengths, pinned during the
// call.
type stringList struct {
	runtime.Pinner
	pointers []*byte
	lengths  []uintptr
}

func (s *stringList) add(text string) {
	data := append([]byte(text), 0)
	s.Pin(&data[0])
	s.pointers = append(s.pointers, &data[0])
	s.lengths = append(s.lengths, uintptr(len(text)))
}

func (s *stringList) arrays() (pointers, lengths handle) {
	if len(s.pointers) == 0 {
		return nil, nil
	}
	s.Pin(&s.pointers[0])
	s.Pin(&s.lengths[0])
	return handle(&s.pointers[0]), handle(&s.lengths[0])
}
