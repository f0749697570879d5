// Package outbound makes HTTP clients for addresses that strangers or third parties
// choose: vendors' status pages, webhooks.
//
// A client connects to public addresses only. The address is checked when it is dialled,
// after the name was resolved, so that neither a name that resolves to a private address
// nor a redirect to one passes. The length of answers, the time of an exchange and the
// number of redirects are limited. No proxy of the environment is used: behind one, the
// address that is dialled would not be the one that is reached.
//
// It does not retry, and does not limit how often a caller asks.
package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

var (
	// ErrRefused is in the error of a request to an address, port or scheme that a client
	// may not use.
	ErrRefused = errors.New("refused destination")
	// ErrTooLarge is what reading a body returns beyond Options.MaxBytes.
	ErrTooLarge = errors.New("the answer is too large")
)

// Options are the limits of a client. The zero value of a limit means its default.
type Options struct {
	// Private lets the client connect to any address and port: private networks,
	// loopback, link-local and the metadata services of clouds.
	Private bool
	// Timeout is for a whole exchange: connecting, redirects and reading the body.
	Timeout time.Duration
	// MaxBytes is how much of a body can be read, after decompression.
	MaxBytes int64
	// Redirects is how many are followed; one more is an error. The zero value follows none
	// and gives the answer that redirects to the caller.
	Redirects int
	// UserAgent names the client to the servers it asks, where a request has no such header.
	UserAgent string
}

const (
	defaultTimeout  = 20 * time.Second
	defaultMaxBytes = 4 << 20
	maxHeaderBytes  = 64 << 10
)

// ports are those of web servers. Others are refused, so that a stranger cannot make the
// server speak HTTP to the mail server or the database of a third party.
var ports = []uint16{80, 443, 8080, 8443}

// control is a check of an address before it is dialled (net.Dialer.Control).
type control func(network, address string, _ syscall.RawConn) error

// New returns a client within the limits. It is safe for concurrent use, and is meant to
// be used for many requests.
func New(o Options) *http.Client {
	if o.Private {
		return o.client(nil)
	}
	return o.client(ssrf.New(ssrf.WithPorts(ports...)).Safe)
}

func (o Options) client(check control) *http.Client {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	dialer := &net.Dialer{Timeout: o.Timeout}
	if check != nil {
		dialer.Control = func(network, address string, conn syscall.RawConn) error {
			if err := check(network, address, conn); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrRefused, address, err)
			}
			return nil
		}
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        time.Minute,
		TLSHandshakeTimeout:    o.Timeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	return &http.Client{
		Transport:     limited{transport, o},
		Timeout:       o.Timeout,
		CheckRedirect: o.checkRedirect,
	}
}

// checkRedirect refuses the scheme of a redirect early; its address is checked when it is
// dialled, as every other.
func (o Options) checkRedirect(request *http.Request, via []*http.Request) error {
	if o.Redirects == 0 {
		return http.ErrUseLastResponse
	}
	if len(via) > o.Redirects {
		return fmt.Errorf("%w: more than %d redirects", ErrRefused, o.Redirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && request.URL.Scheme != "https" {
		return fmt.Errorf("%w: a redirect from https to %s", ErrRefused, request.URL.Scheme)
	}
	return CheckURL(request.URL)
}

// limited sets the User-Agent and bounds the body.
type limited struct {
	next    http.RoundTripper
	options Options
}

func (l limited) RoundTrip(request *http.Request) (*http.Response, error) {
	if l.options.UserAgent != "" && request.Header.Get("User-Agent") == "" {
		request = request.Clone(request.Context())
		request.Header.Set("User-Agent", l.options.UserAgent)
	}
	response, err := l.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = &body{response.Body, l.options.MaxBytes}
	return response, nil
}

func (l limited) CloseIdleConnections() {
	if closer, ok := l.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// body fails once more than left bytes were read.
type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(to []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(to)) > b.left+1 {
		to = to[:b.left+1] // one more, to tell the end from too much
	}
	n, err := b.ReadCloser.Read(to)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

// CheckURL refuses other schemes than http and https, an address without a host and one
// with a user or a password, which would end up in logs.
func CheckURL(address *url.URL) error {
	switch {
	case address.Scheme != "http" && address.Scheme != "https":
		return fmt.Errorf("%w: the scheme %q", ErrRefused, address.Scheme)
	case address.Hostname() == "":
		return fmt.Errorf("%w: an address without a host", ErrRefused)
	case address.User != nil:
		return fmt.Errorf("%w: an address with a user", ErrRefused)
	}
	return nil
}
