package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"net/netip"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/outage"
)

// KeyStore stores the secret keys under which senders are hashed, shared by all servers.
// Key returns the key of a name and creates it where it does not exist; it is destroyed at
// until, or never where until is zero. Find returns nil where it does not exist. Sweep
// destroys the keys that have expired by now. They may block for a round trip, and fail
// when the store is unavailable.
type KeyStore interface {
	Key(ctx context.Context, name string, until time.Time) ([]byte, error)
	Find(ctx context.Context, name string) ([]byte, error)
	Sweep(ctx context.Context, now time.Time) error
}

// identity hashes senders under keys. It holds keys in memory no longer than they are
// valid.
type identity struct {
	store   KeyStore
	hosters *Hosters

	mutex sync.Mutex
	held  map[string]heldKey
}

type heldKey struct {
	key   *secret // nil: does not exist
	until time.Time
}

// secret is a key in the form of its HMAC states, which begin with blocks of the key.
type secret struct{ states sync.Pool }

func newSecret(key []byte) *secret {
	if key == nil {
		return nil
	}
	return &secret{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// mark sets the hashes of a report's sender, and returns the shard of the sender's
// reports. The key of the shard never changes, so that a sender's half hour is found after
// midnight; it is eight bits of a hash of a provider's block, which identify nobody.
func (i *identity) mark(ctx context.Context, report *outage.Report, client outage.Client, token string, now time.Time) (shard byte, err error) {
	day := now.Truncate(24 * time.Hour)
	today, err := i.key(ctx, "day:"+day.Format(time.DateOnly), day.Add(24*time.Hour+outage.HalfHour))
	if err != nil {
		return 0, err
	}
	shards, err := i.key(ctx, "shard", time.Time{})
	if err != nil {
		return 0, err
	}
	report.Reporter = reporterHash(today, client, token)
	block, err := i.markNetwork(ctx, report, client.Addr, now)
	if err != nil {
		return 0, err
	}
	report.Origin.Person = keyed(today, "person", narrowNetwork(client.Addr).String())
	if now.Sub(day) < outage.HalfHour {
		earlier, err := i.earlier(ctx, day)
		if err != nil {
			return 0, err
		}
		if earlier != nil {
			report.Earlier = reporterHash(earlier, client, token)
		}
	}
	return byte(keyed(shards, block)), nil
}

// markNetwork sets the hashes of a report's network, and returns the block around it. Two
// keys are in use at a time, the elder from 14 to 28 days old.
func (i *identity) markNetwork(ctx context.Context, report *outage.Report, addr netip.Addr, now time.Time) (block string, err error) {
	step := int64(outage.OriginKeyStep / time.Second)
	epoch := now.Unix()/step - 1
	elder, err := i.networkKey(ctx, epoch)
	if err != nil {
		return "", err
	}
	younger, err := i.networkKey(ctx, epoch+1)
	if err != nil {
		return "", err
	}
	prefix, block := wideNetwork(addr).String(), blockNetwork(addr).String()
	hoster, hosted := i.hosters.Of(addr)
	if hosted {
		prefix, block = "hoster "+hoster, "hoster "+hoster
	}
	report.Prefix = keyed(elder, prefix)
	report.Origin = outage.Origin{Epoch: epoch, Next: keyed(younger, prefix), Block: keyed(elder, "block", block), Hosted: hosted}
	return block, nil
}

func (i *identity) networkKey(ctx context.Context, epoch int64) (*secret, error) {
	until := time.Unix(epoch*int64(outage.OriginKeyStep/time.Second), 0).Add(outage.OriginKeyLife)
	return i.key(ctx, fmt.Sprintf("prefix:%d", epoch), until)
}

func (i *identity) key(ctx context.Context, name string, until time.Time) (*secret, error) {
	return i.cached(name, until, func() ([]byte, error) { return i.store.Key(ctx, name, until) })
}

// earlier is the key of the day before, or nil where no report arrived on that day.
func (i *identity) earlier(ctx context.Context, day time.Time) (*secret, error) {
	name := "day:" + day.Add(-time.Hour).Format(time.DateOnly)
	return i.cached(name, day.Add(outage.HalfHour), func() ([]byte, error) { return i.store.Find(ctx, name) })
}

func (i *identity) cached(name string, until time.Time, read func() ([]byte, error)) (*secret, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if held, ok := i.held[name]; ok {
		return held.key, nil
	}
	key, err := read()
	if err != nil {
		return nil, unavailable("reading a key", err)
	}
	if i.held == nil {
		i.held = map[string]heldKey{}
	}
	held := heldKey{key: newSecret(key), until: until}
	i.held[name] = held
	return held.key, nil
}

// sweep destroys expired keys, in memory and in the store.
func (i *identity) sweep(ctx context.Context, now time.Time) error {
	i.mutex.Lock()
	for name, held := range i.held {
		if !held.until.IsZero() && !now.Before(held.until) {
			delete(i.held, name)
		}
	}
	i.mutex.Unlock()
	return i.store.Sweep(ctx, now)
}

func reporterHash(key *secret, client outage.Client, token string) uint64 {
	return keyed(key, narrowNetwork(client.Addr).String(), client.UserAgent, client.AcceptLanguage, token)
}

// keyed is 64 bits of the HMAC-SHA256 of texts, each preceded by its length, so that no
// other division of the same characters has the same hash.
func keyed(key *secret, texts ...string) uint64 {
	var room [256]byte
	text := room[:0]
	for _, one := range texts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(one)))
		text = append(text, one...)
	}
	mac := key.states.Get().(hash.Hash)
	defer key.states.Put(mac)
	mac.Reset()
	mac.Write(text)
	return binary.BigEndian.Uint64(mac.Sum(room[:0]))
}

// narrowNetwork is the network of one household or phone: an IPv4 address or an IPv6 /64.
func narrowNetwork(addr netip.Addr) netip.Prefix { return network(addr, 32, 64) }

// wideNetwork is the network that one sender may control: an IPv4 /24 or an IPv6 /48.
func wideNetwork(addr netip.Addr) netip.Prefix { return network(addr, 24, 48) }

// blockNetwork is the allocation of a provider: an IPv4 /16 or an IPv6 /32.
func blockNetwork(addr netip.Addr) netip.Prefix { return network(addr, 16, 32) }

func network(addr netip.Addr, bits4, bits6 int) netip.Prefix {
	addr = forwarded.Unwrap(addr)
	bits := bits6
	if addr.Is4() {
		bits = bits4
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // all unknown addresses share one
	}
	return prefix
}
