package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// listening serves over a loopback socket, with loopback as trusted proxies,
// and gives its address.
func listening(t *testing.T) (s *server, address string) {
	t.Helper()
	s = newServerWith(t, "embedded", func(settings *serveCommand) { settings.TrustedProxies = forwarded.Loopback() })
	return s, s.listenBehind(func(l net.Listener) net.Listener { return l })
}

// listenBehind serves on a free port, through a wrapped listener, until the test ends.
func (s *server) listenBehind(wrap func(net.Listener) net.Listener) (address string) {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	wrapped, ended := wrap(listener), make(chan error, 1)
	go func() { ended <- s.app.web.fiber.Listener(wrapped) }()
	s.t.Cleanup(func() {
		if err := s.app.web.fiber.ShutdownWithTimeout(drainFor); err != nil {
			s.t.Error(err)
		}
		<-ended
	})
	return listener.Addr().String()
}

const haproxyConfig = `
global
  maxconn 100
defaults
  mode %s
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend in
  bind %s
  default_backend out
backend out
  option forwardfor
  server downpour %s %s
`

const nginxConfig = `
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  server {
    listen %[2]s;
    location / {
      proxy_pass http://%[3]s;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`

// haproxy starts a HAProxy in front of a server, and gives its address. The
// options are those of the server's line, such as send-proxy.
func haproxy(t *testing.T, server, options string) (address string) {
	t.Helper()
	return haproxyOf(t, "http", server, options)
}

// haproxyOf is a HAProxy of a mode: http, or tcp, which passes bytes on.
func haproxyOf(t *testing.T, mode, server, options string) (address string) {
	t.Helper()
	address = redistest.FreeAddress(t)
	file := writeConfig(t, "haproxy.cfg", fmt.Sprintf(haproxyConfig, mode, address, server, options))
	runProxy(t, address, "haproxy", "-db", "-f", file)
	return address
}

func nginx(t *testing.T, server string) (address string) {
	t.Helper()
	address = redistest.FreeAddress(t)
	file := writeConfig(t, "nginx.conf", fmt.Sprintf(nginxConfig, t.TempDir(), address, server))
	runProxy(t, address, "nginx", "-e", "stderr", "-c", file)
	return address
}

func writeConfig(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runProxy runs a program until the test ends, and returns when it accepts
// connections. A program that is not installed skips the test, but fails it
// under CI.
func runProxy(t *testing.T, address, name string, arguments ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed, so this test has no real proxy to run against", name)
	}
	log := &lines{}
	process := exec.Command(path, arguments...)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		if t.Failed() {
			t.Logf("%s: %s", name, log)
		}
	})
	eventually(t, name+" accepts connections", func() bool {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	})
}
