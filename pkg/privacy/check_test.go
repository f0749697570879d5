package privacy

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redisconn"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// instant is a time of 26 November 2026, when the key of the 24th has ended.
var instant = time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)

const (
	secretAddress = "81.2.69.142"
	secretAgent   = "Mozilla/5.0 (Linux; Android 14) Alice/1"
)

// leaks fails where a report shows a secret in full.
func leaks(t *testing.T, r *Report) {
	t.Helper()
	var out strings.Builder
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{secretAddress, "81.2.69", "Android", "51.1234", "0.9876"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the report shows %q:\n%s", secret, out.String())
		}
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keyFile(day string) string {
	text, _ := json.Marshal(map[string]any{"day:" + day: map[string]any{"key": make([]byte, 32), "until": instant}, "shard": map[string]any{"key": make([]byte, 32)}})
	return string(text)
}

func TestDirFindsWhatFilesHold(t *testing.T) {
	far := strings.Repeat("x", 700<<10)
	for name, c := range map[string]struct {
		file, text string
		kind       Kind
		offset     int64
	}{
		"address":         {"a/log", far + " " + secretAddress, Address, int64(len(far)) + 1},
		"agent":           {"answers.db", far + secretAgent, Agent, int64(len(far))},
		"coordinate":      {"batch", `{"lat":51.123456,"lng":-0.987654}`, Coordinate, 2},
		"ended key":       {"keys.json", keyFile("2026-11-24"), EndedKey, 2},
		"copy of a key":   {".new-1", keyFile("2026-11-20"), EndedKey, 2},
		"probe as bytes":  {"x", "\x00\x51\xfa\x45\x8e", ProbeMatch, 1},
		"key as base64":   {"y", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))), ProbeMatch, 0},
		"name of a file":  {"from-" + secretAddress, "", Address, 5},
		"key as hex":      {"z", hex.EncodeToString([]byte(strings.Repeat("k", 32))), ProbeMatch, 0},
		"probe of a /24":  {"w", "net 81.250.69.0/24", Address, 4},
		"probe with dash": {"v", "host-81-250-69-142", ProbeMatch, 5},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.file, c.text)
			check := NewCheck(probing(), instant)
			if err := check.Dir(context.Background(), dir); err != nil {
				t.Fatal(err)
			}
			r := check.Finish()
			if len(r.Findings) == 0 || r.Clean || r.Findings[0].Kind != c.kind || r.Findings[0].Offset != c.offset {
				t.Errorf("got %+v", r.Findings)
			}
			leaks(t, r)
		})
	}
}

func TestDirIsCleanAndTellsOfKeys(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "keys.json", keyFile("2026-11-26"))
	write(t, dir, "other/26.7.3", "127.0.0.1:6379 v1.2.3.4")
	check := NewCheck(&Scanner{}, instant)
	if err := check.Dir(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	r := check.Finish()
	if !r.Clean || r.Scanned.Files != 2 || len(r.Facts) != 2 || r.Facts[0].Count != 1 ||
		!r.Facts[0].Until.Equal(time.Date(2026, 11, 27, 0, 30, 0, 0, time.UTC)) {
		t.Errorf("got %+v", r)
	}
}

func TestDirFollowsTheLinkThatItIs(t *testing.T) {
	dir, links := t.TempDir(), t.TempDir()
	write(t, dir, "a", secretAddress)
	for _, name := range []string{"data", "other"} {
		if err := os.Symlink(dir, filepath.Join(links, name)); err != nil {
			t.Fatal(err)
		}
	}
	check := NewCheck(&Scanner{}, instant)
	if err := check.Dir(context.Background(), filepath.Join(links, "data")); err != nil || check.Report.Total() != 1 {
		t.Errorf("behind a link: %v, %+v", err, check.Report)
	}
	below := NewCheck(&Scanner{}, instant)
	if err := below.Dir(context.Background(), links); err != nil || len(below.Report.Unread) != 2 {
		t.Errorf("links below: %v, %+v", err, below.Report)
	}
}

// A key may be there for as long as the server takes to destroy it.
func TestKeysHaveAGrace(t *testing.T) {
	ends := time.Date(2026, 11, 25, 0, 30, 0, 0, time.UTC)
	for after, ended := range map[time.Duration]bool{-time.Minute: false, sweepGrace - time.Minute: false, sweepGrace + time.Minute: true} {
		check := NewCheck(&Scanner{}, ends.Add(after))
		check.Value(InFile, "x", []byte(keyFile("2026-11-24")))
		if r := check.Finish(); r.Clean == ended {
			t.Errorf("%s after its end: %+v", after, r.Findings)
		}
	}
}

func TestFindingsAreBoundedAndCounted(t *testing.T) {
	check := NewCheck(&Scanner{}, instant)
	lines := strings.Repeat("from "+secretAddress+"\n", 1000)
	if err := check.Stream(context.Background(), "log", strings.NewReader(lines)); err != nil {
		t.Fatal(err)
	}
	r := check.Finish()
	var out strings.Builder
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != mostFindings || r.Total() != 1000 || !strings.Contains(out.String(), fmt.Sprintf("address: %d more", 1000-mostFindings)) {
		t.Errorf("%d of %d:\n%s", len(r.Findings), r.Total(), out.String())
	}
}

func TestNamesAreMasked(t *testing.T) {
	s := probing()
	for name, want := range map[string]string{
		"rate:" + secretAddress + ":x":     "rate:***:x",
		"of/" + secretAgent + `"/x`:        `of/***"/x`,
		"host-81-250-69-142":               "host-***",
		"h:\x01\x02\xff:x":                 "h:***:x",
		"dp:key:day:2026-11-24":            "dp:key:day:2026-11-24",
		"10.0.0.5":                         "***",
		"redis://u:secret@h/x":             "redis://***@h/x",
		strings.Repeat("y", 2*longestName): strings.Repeat("y", longestName),
	} {
		if got := s.Mask(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestRedisFindsWhatKeysHold(t *testing.T) {
	server := redistest.Start(t)
	ctx, client := context.Background(), server.Client(t)
	long := strings.Repeat("x", stringPart+10) + " " + secretAddress
	for name, c := range map[string]struct {
		plant func() error
		kind  Kind
		place string
	}{
		"string":      {func() error { return client.Set(ctx, "k", secretAddress, 0).Err() }, Address, "k"},
		"long string": {func() error { return client.Set(ctx, "k", long, 0).Err() }, Address, "k"},
		"hash":        {func() error { return client.HSet(ctx, "k", "lat", "51.123456", "lng", "-0.987654").Err() }, Coordinate, "k"},
		"field":       {func() error { return client.HSet(ctx, "k", secretAddress, "1").Err() }, Address, "k"},
		"set":         {func() error { return client.SAdd(ctx, "k", "x", secretAgent).Err() }, Agent, "k"},
		"sorted set":  {func() error { return client.ZAdd(ctx, "k", redis.Z{Score: 1, Member: secretAgent}).Err() }, Agent, "k"},
		"list":        {func() error { return client.RPush(ctx, "k", "x", secretAddress).Err() }, Address, "k"},
		"stream": {func() error {
			return client.XAdd(ctx, &redis.XAddArgs{Stream: "k", Values: []string{"lat", "51.123456", "lng", "-0.987654"}}).Err()
		}, Coordinate, "k"},
		"name":         {func() error { return client.Set(ctx, "rate:"+secretAddress, 1, 0).Err() }, Address, "rate:***"},
		"/24 as bytes": {func() error { return client.HSet(ctx, "k", "\x51\xfa\x45", "1").Err() }, ProbeMatch, "k"},
		"bytes":        {func() error { return client.Set(ctx, "k", "x\x51\xfa\x45\x8ex", 0).Err() }, ProbeMatch, "k"},
		"ended key": {func() error {
			return client.Set(ctx, "dp:key:day:2026-11-24", strings.Repeat("q", 32), time.Hour).Err()
		}, EndedKey, "dp:key:day:2026-11-24"},
		"key without an end": {func() error {
			return client.Set(ctx, "dp:key:day:2026-11-26", strings.Repeat("q", 32), 0).Err()
		}, Overdue, "dp:key:day:2026-11-26"},
		"hashes without an end": {func() error { return client.HSet(ctx, "dp:{03}:a:20500:1f", "qwerty", "").Err() }, Overdue, "dp:{03}:a:20500:1f"},
		"key not rewritten":     {func() error { return client.HSet(ctx, endsOfKeys, "day:2026-11-24", 1795566600).Err() }, EndedKey, endsOfKeys},
	} {
		t.Run(name, func(t *testing.T) {
			server.Do(t, "flushall")
			if err := c.plant(); err != nil {
				t.Fatal(err)
			}
			check := NewCheck(probing(), instant)
			if err := check.server(ctx, client.(*redis.Client)); err != nil {
				t.Fatal(err)
			}
			r := check.Finish()
			if len(r.Findings) == 0 || r.Findings[0].Kind != c.kind || r.Findings[0].Place != c.place {
				t.Errorf("got %+v", r.Findings)
			}
			leaks(t, r)
		})
	}
}

// What was deleted is in the append-only file until Redis writes it anew.
func TestRedisFindsWhatFilesHold(t *testing.T) {
	for form, arguments := range map[string][]string{"append-only file": nil, "snapshot": {"--appendonly", "no"}} {
		t.Run(form, func(t *testing.T) {
			server := redistest.Start(t, arguments...)
			ctx, client := context.Background(), server.Client(t)
			for name, value := range map[string]string{"a": secretAddress, "b": secretAgent, "dp:key:day:2026-11-24": "q8Zr1xV5bN0mK3jH6gF9dS2aP4oI7uYt"} {
				if err := client.Set(ctx, name, value, time.Hour).Err(); err != nil {
					t.Fatal(err)
				}
			}
			if arguments != nil {
				server.Do(t, "save")
			}
			server.Do(t, "del", "a", "b", "dp:key:day:2026-11-24")
			check := NewCheck(&Scanner{}, instant)
			if err := check.Redis(ctx, client); err != nil {
				t.Fatal(err)
			}
			r := check.Finish()
			for _, kind := range []Kind{Address, Agent, EndedKey} {
				if r.Totals[kind] != 1 {
					t.Errorf("%s: %d, %+v", kind, r.Totals[kind], r)
				}
			}
			for _, f := range r.Findings {
				if f.Source != InFile || !strings.HasPrefix(f.Place, server.Dir) {
					t.Errorf("got %+v", f)
				}
			}
			leaks(t, r)
		})
	}
}

func TestProbesThatChanceWouldFind(t *testing.T) {
	for addr, searched := range map[string]bool{"81.250.69.142": true, "81.2.81.142": false, "81.2.0.142": false, "255.2.81.142": false, "81.97.101.114": false, "2001:db8::1": true} {
		if note := (&Scanner{}).ProbeAddress(netip.MustParseAddr(addr)); (note == "") != searched || strings.Contains(note, addr) {
			t.Errorf("%s: %q", addr, note)
		}
	}
}

func TestShortKeysAreNoProbes(t *testing.T) {
	for length, good := range map[int]bool{0: false, 15: false, 16: true, 32: true, 1000: false} {
		if err := (&Scanner{}).ProbeKey(make([]byte, length)); (err == nil) != good {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

func TestRedisSearchesEveryMasterOfACluster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0)
	ctx := context.Background()
	connection, err := redisconn.Open(redisconn.Config{Addresses: []string{cluster.Servers[0].URL()}})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	const planted = 30
	for i := range planted {
		if err := connection.Client().Set(ctx, fmt.Sprint("key", i), secretAddress, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
	check := NewCheck(&Scanner{}, instant)
	if err := check.Redis(ctx, connection.Client()); err != nil {
		t.Fatal(err)
	}
	r := check.Finish()
	if r.Scanned.Keys != planted || r.Totals[Address] != 2*planted { // in Redis and in a file
		t.Errorf("%d keys, %v", r.Scanned.Keys, r.Totals)
	}
	leaks(t, r)
}
