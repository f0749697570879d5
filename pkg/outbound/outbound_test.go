package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

// get asks, reads the whole body and returns it.
func get(t *testing.T, client *http.Client, address string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// except allows one address of a test and otherwise what New allows.
func except(server *httptest.Server) control {
	allowed := strings.TrimPrefix(server.URL, "http://")
	strict := ssrf.New(ssrf.WithPorts(ports...)).Safe
	return func(network, address string, conn syscall.RawConn) error {
		if address == allowed {
			return nil
		}
		return strict(network, address, conn)
	}
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	client := New(Options{Timeout: 5 * time.Second})
	for _, host := range []string{
		"169.254.169.254", "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0",
		"[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
		"224.0.0.1", "255.255.255.255",
	} {
		if _, err := get(t, client, "http://"+host+"/latest/meta-data/"); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want a refusal", host, err)
		}
	}
}

func TestNameOfAPrivateAddressIsRefused(t *testing.T) {
	asked := false
	server := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, address := range []string{"http://localhost/", "http://localhost:" + port + "/"} {
		if _, err := get(t, New(Options{}), address); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want a refusal", address, err)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
}

func TestPortsOfOtherProtocolsAreRefused(t *testing.T) {
	check := ssrf.New(ssrf.WithPorts(ports...)).Safe
	if err := check("tcp4", "1.1.1.1:25", nil); !errors.Is(err, ssrf.ErrProhibitedPort) {
		t.Errorf("port 25: %v", err)
	}
	if err := check("tcp4", "1.1.1.1:443", nil); err != nil {
		t.Errorf("port 443: %v", err)
	}
}

func TestPrivateIsAllowedOnDemand(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.UserAgent()) })
	text, err := get(t, New(Options{Private: true, UserAgent: "downpour-test"}), server.URL)
	if err != nil || text != "downpour-test" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestRedirects(t *testing.T) {
	targets := map[string]string{
		"/metadata": "http://169.254.169.254/latest/", "/name": "http://localhost/", "/file": "file:///etc/passwd",
		"/user": "http://a:b@example.com/", "/loop": "/loop", "/once": "/end",
	}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if to, ok := targets[r.URL.Path]; ok {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		io.WriteString(w, "end")
	})
	client := Options{Redirects: 2}.client(except(server))
	for path := range targets {
		text, err := get(t, client, server.URL+path)
		if path == "/once" {
			if err != nil || text != "end" {
				t.Errorf("%s: %q, %v", path, text, err)
			}
			continue
		}
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want a refusal", path, err)
		}
	}
	response, err := Options{}.client(except(server)).Get(server.URL + "/once")
	if err != nil || response.StatusCode != http.StatusFound {
		t.Fatalf("without redirects: %v, %v", response, err)
	}
	response.Body.Close()
}

func TestRedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	from, to := &http.Request{URL: parse(t, "https://a.example/")}, &http.Request{URL: parse(t, "http://a.example/")}
	if err := (Options{Redirects: 1}).checkRedirect(to, []*http.Request{from}); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	address, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func TestBodyIsLimitedAfterDecompression(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	w.Write(make([]byte, 1<<20))
	w.Close()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
			return
		}
		w.Write(make([]byte, 1000))
	})
	for limit, want := range map[int64]error{999: ErrTooLarge, 1000: nil, 1001: nil} {
		text, err := get(t, New(Options{Private: true, MaxBytes: limit}), server.URL)
		if !errors.Is(err, want) || int64(len(text)) != min(limit, 1000) {
			t.Errorf("limit %d: %d bytes, %v", limit, len(text), err)
		}
	}
	text, err := get(t, New(Options{Private: true, MaxBytes: 1000}), server.URL+"/bomb")
	if !errors.Is(err, ErrTooLarge) || len(text) != 1000 {
		t.Errorf("compressed: %d bytes, %v", len(text), err)
	}
}

func TestSlowBodyEndsAtTheTimeout(t *testing.T) {
	end := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("a"))
		w.(http.Flusher).Flush()
		<-end
	})
	defer close(end)
	if _, err := get(t, New(Options{Private: true, Timeout: 50 * time.Millisecond}), server.URL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the deadline", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, text := range []string{"", "example.com", "ftp://example.com/", "http:///x", "https://a:b@example.com/"} {
		if err := CheckURL(parse(t, text)); !errors.Is(err, ErrRefused) {
			t.Errorf("%.40q: %v, want a refusal", text, err)
		}
	}
	if err := CheckURL(parse(t, "https://example.com:8443/hook?x=1")); err != nil {
		t.Error(err)
	}
}
