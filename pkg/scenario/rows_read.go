package scenario

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	readBuffer  = 1 << 20
	longestLine = 64 << 10
	mostWords   = 1 << 16
)

// Reader reads rows in order of time, one line at a time, so that its memory
// does not grow with the input.
type Reader struct {
	in     *bufio.Reader
	format Format
	line   int
	blank  int // first of the blank lines just read, 0 for none
	last   outage.Minute
	any    bool
	words  map[string]string // services and symptoms seen, kept once
	stamp  []byte            // timestamp of the row before
	csv    csvLine
}

// NewReader reads CSV or NDJSON, packed with gzip or not: it looks at the
// first bytes. For CSV it reads the header.
func NewReader(in io.Reader) (*Reader, error) {
	buffered := bufio.NewReaderSize(in, readBuffer)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("reading rows: the gzip header is damaged: %w", err)
		}
		buffered = bufio.NewReaderSize(unpacked, readBuffer)
	}
	if mark, _ := buffered.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(len(mark))
	}
	r := &Reader{in: buffered, words: make(map[string]string)}
	first, err := buffered.Peek(1)
	if err != nil {
		return nil, r.broken(err)
	}
	if first[0] == '{' {
		r.format = NDJSON
		return r, nil
	}
	r.format = CSV
	return r, r.header()
}

// Line is the number of the line read last, from 1.
func (r *Reader) Line() int { return r.line }

// Read is the next row, or io.EOF after the last. Any other error names the
// line that is at fault, and nothing can be read after it.
func (r *Reader) Read() (Row, error) {
	line, err := r.next()
	if err != nil {
		return Row{}, err
	}
	var row Row
	if r.format == NDJSON {
		err = r.parseJSON(line, &row)
	} else {
		err = r.parseCSV(line, &row)
	}
	if err != nil {
		return Row{}, r.at(err)
	}
	if r.any && row.Minute < r.last {
		return Row{}, r.at(outage.Invalid("timestamp", "is earlier than that of the row before"))
	}
	r.last, r.any = row.Minute, true
	return row, nil
}

// next is the next line that is not blank, valid until the call after. Blank
// lines are taken at the end of the input only.
func (r *Reader) next() ([]byte, error) {
	for {
		line, err := r.raw()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if r.blank > 0 {
				r.line = r.blank
				return nil, r.at(outage.Invalid("", "the line is blank"))
			}
			return line, nil
		}
		if r.blank == 0 {
			r.blank = r.line
		}
	}
}

// raw is the next line without its end.
func (r *Reader) raw() ([]byte, error) {
	r.line++
	line, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, r.at(outage.Invalid("", "the line is longer than %d bytes", longestLine))
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, r.broken(err)
	}
	if len(line) > longestLine {
		return nil, r.at(outage.Invalid("", "the line is longer than %d bytes", longestLine))
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}

// broken is an error of the input itself.
func (r *Reader) broken(err error) error {
	switch {
	case errors.Is(err, io.EOF) && r.line <= 1 && !r.any && r.format != NDJSON:
		return &outage.Error{Code: outage.CodeInvalid, Line: 1, Detail: "the input is empty; a header or a row is needed"}
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &outage.Error{Code: outage.CodeInvalid, Line: r.line, Detail: "the packed input ends too early"}
	}
	return fmt.Errorf("reading line %d: %w", r.line, err)
}

// at gives an error the number of the present line.
func (r *Reader) at(err error) error {
	if known := outage.AsError(err); known != nil {
		known.Line = r.line
		return known
	}
	return fmt.Errorf("line %d: %w", r.line, err)
}

// word keeps one copy of each service and symptom. A stranger's input cannot
// fill the memory with them.
func (r *Reader) word(text []byte) string {
	if word, ok := r.words[string(text)]; ok {
		return word
	}
	if len(r.words) >= mostWords {
		clear(r.words)
	}
	word := string(text)
	r.words[word] = word
	return word
}
