// Package proxyheader owns one question: which client does the PROXY protocol
// header name, with which a TCP forwarder begins a connection?
//
// It reads versions 1 and 2 and not one byte beyond the header, so the caller goes
// on to use the connection itself. It decides nothing about trust: whoever sends a
// header can name any address, so only that of a trusted peer may be read. Errors
// quote nothing of a header, since addresses are not logged.
package proxyheader

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"

	"github.com/pires/go-proxyproto"
)

// What is wrong with the beginning of a connection. Errors of reading are
// returned as they are.
var (
	ErrMissing   = errors.New("there is no PROXY header")
	ErrMalformed = errors.New("the PROXY header is malformed")
)

// Sizes of headers in bytes.
const (
	shortest = len("PROXY UNKNOWN\r\n") // of version 1; no valid header is shorter
	longest1 = 107                      // of version 1
	fixed2   = 16                       // of version 2: signature, command, family, length
)

// Source reads a header and gives the address of the client that it names. The
// address is not valid where the peer speaks for itself (LOCAL, UNKNOWN), as it
// does in health checks. After an error the reader is somewhere within the data.
func Source(r io.Reader) (netip.AddrPort, error) {
	text, err := read(r)
	if err != nil {
		return netip.AddrPort{}, err
	}
	header, err := proxyproto.Read(bufio.NewReaderSize(bytes.NewReader(text), len(text)))
	switch {
	case err != nil:
		return netip.AddrPort{}, ErrMalformed
	case header.Command.IsLocal():
		return netip.AddrPort{}, nil
	}
	source, ok := header.SourceAddr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, ErrMalformed // a datagram or a Unix socket
	}
	at := source.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), nil
}

// read takes the bytes of a header.
func read(r io.Reader) ([]byte, error) {
	text := make([]byte, shortest, longest1)
	if n, err := io.ReadFull(r, text); err != nil {
		if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrMissing
		}
		return nil, err
	}
	switch {
	case bytes.HasPrefix(text, proxyproto.SIGV2):
		return read2(r, text)
	case bytes.HasPrefix(text, proxyproto.SIGV1):
		return read1(r, text)
	}
	return nil, ErrMissing
}

// read1 takes the rest of a line.
func read1(r io.Reader, text []byte) ([]byte, error) {
	for text[len(text)-1] != '\n' {
		if len(text) == longest1 {
			return nil, ErrMalformed
		}
		var err error
		if text, err = more(r, text, 1); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// read2 takes the fixed part of a header, then as much as it announces.
func read2(r io.Reader, text []byte) ([]byte, error) {
	text, err := more(r, text, fixed2-len(text))
	if err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint16(text[fixed2-2:])
	if length > proxyproto.MaxV2HeaderSize {
		return nil, ErrMalformed
	}
	return more(r, text, int(length))
}

// more appends n bytes of the reader.
func more(r io.Reader, text []byte, n int) ([]byte, error) {
	have := len(text)
	text = append(text, make([]byte, n)...)
	if _, err := io.ReadFull(r, text[have:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrMalformed
		}
		return nil, err
	}
	return text, nil
}

// Local is a header by which the sender speaks for itself.
func Local() []byte {
	return append(bytes.Clone(proxyproto.SIGV2), byte(proxyproto.LOCAL), byte(proxyproto.UNSPEC), 0, 0)
}
