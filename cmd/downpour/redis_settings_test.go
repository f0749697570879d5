package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/redistest"
)

func TestMalformedRedisSettings(t *testing.T) {
	for _, c := range []struct{ redis, wait, flag string }{
		{"rediss:/h:6379", "", "--redis:"}, {"rediss://h:port", "", "--redis:"}, {"rediss://h:6379/x", "", "--redis:"}, {"rediss://%zz", "", "--redis:"},
		{"redis://h,rediss://i", "", "--redis:"}, {"rediss://h,embedded", "", "--redis:"}, {"REDISS//h", "", "--redis:"},
		{"redis://h", "one", "--redis-wait"}, {"redis://h", "-1", "--redis-wait"}, {"redis://h", "1.5", "--redis-wait"},
		{"redis://h", "1,", "--redis-wait"}, {"redis://h", ",500ms", "--redis-wait"}, {"redis://h", "1,500", "--redis-wait"},
		{"redis://h", "1,-1s", "--redis-wait"}, {"redis://h", "1,0s", "--redis-wait"}, {"redis://h", "1,5s", "--redis-wait"},
		{"redis://h", "1,500ms,2", "--redis-wait"}, {"redis://h", "99999999999999999999", "--redis-wait"}, {"embedded", "1", "--redis-wait"},
	} {
		arguments := []string{"serve", "--data", t.TempDir(), "--clickhouse", "http://127.0.0.1:1", "--redis", c.redis}
		if c.wait != "" {
			arguments = append(arguments, "--redis-wait="+c.wait)
		}
		err := run(t.Context(), arguments)
		if err == nil || strings.Count(err.Error(), c.flag) != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q and %q: %v", c.redis, c.wait, err)
		}
	}
}

func TestSoundRedisWaits(t *testing.T) {
	for text, want := range map[string]replicaWait{
		"": {}, "0": {0, waitByDefault}, "1": {1, waitByDefault}, " 2 , 500ms ": {2, 500 * time.Millisecond}, "1,4s": {1, longestWait}, "1,1ms": {1, time.Millisecond},
	} {
		var got replicaWait
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

// A server counts in a Redis behind TLS whose certificate it can verify, and
// refuses another.
func TestRedisBehindTLS(t *testing.T) {
	counters := redistest.Start(t)
	certificate, trusted := selfSigned(t)
	address := endTLS(t, certificate, counters.Addr)
	for name, verified := range map[string]bool{"verified": true, "unknown": false} {
		t.Run(name, func(t *testing.T) {
			at := redistest.FreeAddress(t)
			server := newProcess(t, "serve", "--listen", at, "--data", t.TempDir(), "--redis", "rediss://"+address)
			if verified {
				server.environment = append(server.environment, "SSL_CERT_FILE="+trusted)
			}
			server.start(t)
			if verified {
				eventually(t, "the server is ready", isReady(at))
				return
			}
			eventually(t, "saying that redis does not answer", func() bool {
				_, body := fetch("http://" + at + "/readyz")
				return strings.Contains(body, "redis does not answer")
			})
		})
	}
}

// selfSigned is a certificate for loopback, and the file that makes it trusted.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, writeConfig(t, "ca.pem", string(text))
}

// endTLS passes what comes over TLS on to an address, until the test ends.
func endTLS(t *testing.T, certificate tls.Certificate, to string) (address string) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			outer, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer outer.Close()
				inner, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer inner.Close()
				go func() {
					_, _ = io.Copy(inner, outer)
					inner.Close()
				}()
				_, _ = io.Copy(outer, inner)
			}()
		}
	}()
	return listener.Addr().String()
}
