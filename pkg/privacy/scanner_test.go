package privacy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// matchesOf are the matches in a text, as "kind@offset excerpt".
func matchesOf(s *Scanner, text string, form Form) (all []string) {
	s.ScanBytes([]byte(text), form, func(m Match) { all = append(all, fmt.Sprintf("%s@%d %s", m.Kind, m.Offset, m.Excerpt)) })
	return all
}

func TestScanner(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"from 81.2.69.142.", "address@5 81.***"},
		{`"peer":"81.2.69.142:443"`, "address@8 81.***"},
		{"203.0.113.77", "address@0 203.***"},
		{"::ffff:81.2.69.142", "address@7 81.***"},
		{"81.2.69.0/24", "address@0 81.***"},
		{"ip81.2.69.142", "address@2 81.***"},
		{"http://81.2.69.142/x", "address@7 81.***"},
		{"[2a00:1450:4001:81b::200e]:443", "address@1 2a00:***"},
		{"rate:2001:db8:85a3:1234::8a2e:370", "address@5 2001:***"},
		{"2001:0db8:85a3:0000:0000:8a2e:0370:7334:20500", "address@0 2001:***"},
		{"2001:db8::1: refused", "address@0 2001:***"},
		{`"Mozilla/5.0 (X11; Linux) Chrome/120.0.0.0" 1`, "user agent@1 Mozilla/***"},
		{"SecretAgentOne/7.1 (Nokia 3310)", "user agent@0 ***"},
		{"Example/1.0 Other/2", "user agent@0 ***"},
		{"agent=okhttp/4.9.1", "user agent@6 okhttp/***"},
		{"hCurl/8.5.0 curl/8.5.0", "user agent@12 curl/***"},
		{"yMozilla/5.0", "user agent@1 Mozilla/***"},
		{`{"lat":51.123456,"lng":-0.987654}`, "coordinate@2 lat ***, lng ***"},
		{"lng=-0.98765&lat=51.1234", "coordinate@0 lng ***, lat ***"},
		{"lat\r\n$9\r\n51.123456\r\n$3\r\nlon\r\n$9\r\n-0.987654\r\n", "coordinate@0 lat ***, lon ***"},
		{`"coordinates":[-0.987654,51.123456]`, "coordinate@1 coordinates ***, ***"},
		{`{"day:2026-11-24":{"key":"x"}}`, "key@2 day:2026-11-24"},
		{"$21\r\ndp:key:day:2026-11-24\r\n$32\r\n", "key@12 day:2026-11-24"},
		{"\x00\x15dp:key:day:2026-11-24\x20" + strings.Repeat("k", 40), "key@9 day:2026-11-24"},
		{"\x00\x12dp:key:prefix:1475\x20" + strings.Repeat("k", 40), "key@9 prefix:1475"},
		{"$12\r\ndp:key:shard\r\n$32\r\n", "key@12 shard"},
	} {
		if got := matchesOf(&Scanner{}, c.text, Text); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestScannerPassesOver(t *testing.T) {
	own := &Scanner{Own: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2a01:4f8::/32")}}
	for _, text := range []string{
		"127.0.0.1:8080", "0.0.0.0", "10.0.0.5", "192.168.1.1", "172.16.3.4", "100.64.1.2", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00:1:2::3",
		"listening address=198.51.100.7:443", "2a01:4f8:1:2::3",
		"version=26.7.3.1", `"version":"26.7.3.1"`, "release 26.7.3.1", "v1.2.3.4", "Other/120.0.0.1", "26.7.3.1-stable", "1.3.6.1.4.1.311", "1.2.3", "1234.5.6.7", "300.1.2.3", "01.2.3.4",
		"12:30:45", "2026-11-26T12:30:45.123456Z", "2001::1", "aa:bb:cc:dd:ee:ff", "std::string", "dp:{03}:a:20500:1f", "2a:bb:cc:dd:ee:ff:00:11:22", "2026:11:26",
		"HTTP/1.1 (x)", "linux/amd64", "go1.26/9", "a/1", "path/curl/8", "application/json", "text/plain; q=0.5", "Example/1.0",
		`{"lat":51.123,"lng":-0.987}`, `"latency":51.123456,"longest":0.987654`, `"lat":51.123456,"mean":0.987654`, `[0.123456,0.98765]`, `"coordinates":[1,2]`, "lat 512.12345, lng 1.12345",
		"deleting day:2026-11-24", "DEL dp:key:day:2026-11-24\r\n", "day:2026-99-99", "shards", "a birthday:2026-11-24",
	} {
		if got := matchesOf(own, text, Binary); got != nil {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestPrivateAddressesOnDemand(t *testing.T) {
	for text, want := range map[string]string{"10.0.0.5": "address@0 10.***", "100.64.1.2": "address@0 100.***", "fd00:1:2::3": "address@0 fd00:***"} {
		if got := matchesOf(&Scanner{Private: true}, text, Text); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// pieces make random texts in which many things nearly match.
var pieces = []string{
	"81.2.69.142", "2001:db8:85a3:1234::8a2e:370", "::ffff:81.2.69.142", `"Mozilla/5.0 (X11)"`, "Example/1.0 (Linux; ", "okhttp/4", `"lat":51.123456,`, `"lng":-0.987654`, "lon=1.12345",
	`"coordinates":[1.12345,2.12345]`, `"day:2026-11-24":{"key":"`, "dp:key:day:2026-11-24", "\r\n$32\r\n", "\x00\x15", "\x20" + strings.Repeat("k", 33), "prefix:1475", "shard", "version ",
	"\x51\xfa\x45\x8e", "\x20\x01\x0d\xb8\x85\xa3", "81.250.69.", "Q2E9", "51fa458e", ".", ":", "/", "1", "f", " ", "\n", "\xff\xff", "v", "Chrome/",
}

func probing() *Scanner {
	s := &Scanner{}
	s.ProbeAddress(netip.MustParseAddr("81.250.69.142"))
	s.ProbeAddress(netip.MustParseAddr("2001:db8:85a3:1234::8a2e:370"))
	if err := s.ProbeKey([]byte(strings.Repeat("k", 32))); err != nil {
		panic(err)
	}
	return s
}

// inChunks are the matches in a stream that is read so many bytes at a time.
func inChunks(t *testing.T, text string, chunk int) (all []string) {
	s := probing()
	s.chunk = chunk
	n, err := s.Scan(context.Background(), iotest.HalfReader(strings.NewReader(text)), Binary, func(m Match) {
		all = append(all, fmt.Sprintf("%s@%d %s", m.Kind, m.Offset, m.Excerpt))
	})
	if err != nil || n != int64(len(text)) {
		t.Fatalf("read %d of %d bytes: %v", n, len(text), err)
	}
	slices.Sort(all)
	return all
}

func sameInAnyChunks(t *testing.T, text string, chunk int) {
	t.Helper()
	want := matchesOf(probing(), text, Binary)
	slices.Sort(want)
	if got := inChunks(t, text, chunk); !slices.Equal(got, want) {
		t.Fatalf("in chunks of %d bytes, %q:\n%q, want\n%q", chunk, text, got, want)
	}
}

func TestChunksDoNotMatter(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	found := 0
	for range 600 {
		var text strings.Builder
		for range random.IntN(120) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		sameInAnyChunks(t, text.String(), 1+random.IntN(300))
		found += len(matchesOf(probing(), text.String(), Binary))
	}
	if found < 1000 {
		t.Errorf("only %d matches, so that this shows little", found)
	}
}

// FuzzScanner reads any bytes in chunks of any size.
func FuzzScanner(f *testing.F) {
	for _, piece := range pieces {
		f.Add([]byte(strings.Repeat("x", 500)+piece+piece), uint16(7))
	}
	f.Add([]byte(strings.Join(pieces, "")), uint16(3))
	f.Fuzz(func(t *testing.T, text []byte, chunk uint16) {
		if len(text) > 8<<10 {
			t.Skip("long texts in short chunks take long")
		}
		sameInAnyChunks(t, string(text), 1+int(chunk)%2048)
		masked := probing().Mask(string(text))
		for _, m := range matchesOf(&Scanner{}, masked, Text) {
			if !strings.HasPrefix(m, string(StoredKey)) {
				t.Errorf("%q is masked as %q, in which is %s", text, masked, m)
			}
		}
	})
}

func TestRandomBytesHoldNothing(t *testing.T) {
	text := make([]byte, 64<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(text) // never fails
	s := probing()
	n, err := s.Scan(context.Background(), bytes.NewReader(text), Binary, func(m Match) { t.Errorf("%+v", m) })
	if err != nil || n != int64(len(text)) || s.SearchedAllBytes() {
		t.Errorf("%d bytes, %v, all searched for four bytes: %v", n, err, s.SearchedAllBytes())
	}
}

func TestScanEndsWithItsContextAndItsStream(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (&Scanner{}).Scan(ctx, strings.NewReader("x"), Text, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context: %v", err)
	}
	away := errors.New("away")
	if _, err := (&Scanner{}).Scan(context.Background(), io.MultiReader(strings.NewReader("x"), iotest.ErrReader(away)), Text, nil); !errors.Is(err, away) {
		t.Errorf("after its stream: %v", err)
	}
}

func BenchmarkScan(b *testing.B) {
	for name, line := range map[string]string{
		"log": "time=2026-11-26T12:30:45.123Z level=INFO msg=\"archive opened\" path=/var/lib/downpour release=26.7.3 connections=6 seconds=0.4312\n",
	} {
		b.Run(name, func(b *testing.B) {
			text := strings.Repeat(line, 8<<20/len(line))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, _ = (&Scanner{}).Scan(context.Background(), strings.NewReader(text), Text, func(Match) {})
			}
		})
	}
	b.Run("random", func(b *testing.B) {
		text := make([]byte, 8<<20)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(text)
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			_, _ = (&Scanner{}).Scan(context.Background(), bytes.NewReader(text), Text, func(Match) {})
		}
	})
}
