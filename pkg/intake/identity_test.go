package intake

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redistest"
)

// TestSenders checks which senders count as the same.
func TestSenders(t *testing.T) {
	client := func(addr string) outage.Client {
		return outage.Client{Addr: netip.MustParseAddr(addr), UserAgent: "Agent/1", AcceptLanguage: "en-GB"}
	}
	agent, language := somebody, somebody
	agent.UserAgent, language.AcceptLanguage = "Agent/2", "bn"
	shifted := somebody
	shifted.UserAgent, shifted.AcceptLanguage = "Agent/1e", "n-GB"
	cases := map[string]struct {
		other                    outage.Client
		token                    string
		sameReporter, samePrefix bool
	}{
		"the same":                           {somebody, "", true, true},
		"with a token":                       {somebody, "t", false, true},
		"another agent":                      {agent, "", false, true},
		"another language":                   {language, "", false, true},
		"texts that only add up to the same": {shifted, "", false, true},
		"another address of the /24":         {client("81.2.69.1"), "", false, true},
		"another /24":                        {client("81.2.70.142"), "", false, false},
		"in IPv6 clothing":                   {client("::ffff:81.2.69.142"), "", true, true},
		"no address at all":                  {outage.Client{UserAgent: "Agent/1", AcceptLanguage: "en-GB"}, "", false, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			service, behind, _ := newService(t)
			sent := plain
			first := take(t, service, behind, somebody, sent)
			sent.Token = c.token
			second := take(t, service, behind, c.other, sent)
			if same := first.Reporter == second.Reporter; same != c.sameReporter {
				t.Errorf("the same reporter: %v, want %v", same, c.sameReporter)
			}
			if same := first.Prefix == second.Prefix; same != c.samePrefix {
				t.Errorf("the same prefix: %v, want %v", same, c.samePrefix)
			}
			if same := first.ID.Shard == second.ID.Shard; c.samePrefix && !same {
				t.Error("one network is spread over shards")
			}
			if first.ID == second.ID || first.UndoHash == second.UndoHash {
				t.Error("two reports share an id or an undo token")
			}
		})
	}
}

// TestMidnight checks the hashes of one sender around midnight: a new one, for half an
// hour together with the old one, and always the same shard.
func TestMidnight(t *testing.T) {
	service, behind, clock := newService(t)
	at := func(day int, text string) outage.Report {
		of, err := time.Parse(time.TimeOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		*clock = time.Date(2031, 7, day, of.Hour(), of.Minute(), of.Second(), 0, time.UTC)
		if err := service.identity.sweep(context.Background(), *clock); err != nil {
			t.Fatal(err)
		}
		return take(t, service, behind, somebody, plain)
	}
	first := at(8, "00:10:00")
	evening := at(8, "23:50:00")
	if first.Earlier != 0 || evening.Earlier != 0 || first.Reporter != evening.Reporter {
		t.Errorf("within a day: %+v, %+v", first, evening)
	}
	for _, text := range []string{"00:00:00", "00:29:59"} {
		night := at(9, text)
		if night.Earlier != evening.Reporter || night.Reporter == evening.Reporter || night.ID.Shard != evening.ID.Shard {
			t.Errorf("at %s: %+v after %+v", text, night, evening)
		}
	}
	morning := at(9, "00:30:00")
	if morning.Earlier != 0 || morning.Reporter == evening.Reporter {
		t.Errorf("after the half hour: %+v", morning)
	}
	if key, err := service.Keys.Find(context.Background(), "day:2031-07-08"); err != nil || key != nil {
		t.Errorf("the old key is still there: %x, %v", key, err)
	}
	if names := held(service); slices.Contains(names, "day:2031-07-08") {
		t.Errorf("the old key is still in memory: %v", names)
	}
	quiet := at(11, "00:05:00") // nobody came on the day before
	if quiet.Earlier != 0 {
		t.Errorf("an earlier hash under a key that did not exist: %+v", quiet)
	}
}

func held(service *Service) (names []string) {
	for name, key := range service.identity.held {
		if key.key != nil {
			names = append(names, name)
		}
	}
	return names
}

func TestReportsDoNotContainSenders(t *testing.T) {
	service, behind, _ := newService(t)
	from := outage.Client{Addr: netip.MustParseAddr("2a0d:db8:85a3:1234::7e34"), UserAgent: "SecretAgent/1", AcceptLanguage: "cy;q=0.123"}
	sent := plain
	sent.Token, sent.Country, sent.Location = "secret-token", "", &outage.LatLng{Lat: 51.123456, Lng: -0.987654}
	text := fmt.Sprintf("%+v", take(t, service, behind, from, sent))
	for _, secret := range []string{"2a0d:", "85a3:", ":7e34", "SecretAgent", "0.123", "secret", "51.12", "0.98"} {
		if strings.Contains(text, secret) {
			t.Errorf("the report holds %q: %s", secret, text)
		}
	}
	keys, err := os.ReadFile(service.Keys.(*KeyFile).path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range service.Keys.(*KeyFile).keys {
		if strings.Contains(text, fmt.Sprintf("%x", key.Key)) {
			t.Error("the report holds a key")
		}
	}
	if strings.Contains(string(keys), "Secret") {
		t.Error("the key file holds a sender")
	}
}

func TestKeyFile(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "keys.json")
	open := func() *KeyFile {
		file, err := OpenKeyFile(path, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	file := open()
	day, err := file.Key(ctx, "day", noon)
	if err != nil {
		t.Fatal(err)
	}
	forever, err := file.Key(ctx, "shard", time.Time{})
	if err != nil || string(forever) == string(day) || len(day) != keyBytes {
		t.Fatalf("keys %x and %x, %v", day, forever, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	again := open() // as after a restart
	if got, err := again.Key(ctx, "day", noon.Add(time.Hour)); err != nil || string(got) != string(day) {
		t.Errorf("after a restart the key is %x, %v; it was %x", got, err, day)
	}
	if err := again.Sweep(ctx, noon); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]*KeyFile{"swept": again, "read anew": open()} {
		if got, _ := file.Find(ctx, "day"); got != nil {
			t.Errorf("%s: the key that is over is still there", name)
		}
		if got, _ := file.Find(ctx, "shard"); string(got) != string(forever) {
			t.Errorf("%s: the key without an end is gone", name)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a damaged file was taken for a missing one, and its keys would be replaced")
	}
}

// TestServersShareKeys creates the key of a new day on two servers at the same time.
func TestServersShareKeys(t *testing.T) {
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := context.Background()
		until := time.Now().Add(time.Hour)
		one, two := NewRedis(client, rewritten), NewRedis(client, rewritten)
		if key, err := one.Find(ctx, "day"); err != nil || key != nil {
			t.Errorf("before the first report, Find returns %x, %v", key, err)
		}
		first, err := one.Key(ctx, "day", until)
		if err != nil {
			t.Fatal(err)
		}
		second, err := two.Key(ctx, "day", until)
		if err != nil || string(first) != string(second) || len(first) != keyBytes {
			t.Errorf("the servers have keys %x and %x, %v", first, second, err)
		}
		if left := client.TTL(ctx, "dp:key:day").Val(); left <= 0 || left > time.Hour {
			t.Errorf("the key expires in %v", left)
		}
	})
}
