package bucket

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/redistest"
)

// packScript adds the given keys with their values to one packed field, two in one call, unless
// they are there, and returns what was there before.
const packScript = `
local hash, before = hash_at(KEYS[1], 60), {}
want(hash, 'ab')
read_hashes()
for i = 1, #ARGV, 2 do
  before[#before + 1] = packed_at(hash, 'ab', ARGV[i], 8) or 'none'
  if before[#before] == 'none' then pack(hash, 'ab', ARGV[i] .. ARGV[i + 1]) end
end
write_hashes()
return before`

// A packed hash is a map, also where its keys are in one another and in values.
func TestPackedEntries(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	script := redis.NewScript(countersSource + hashesSource + packScript)
	redistest.Each(t, func(t *testing.T, client redis.UniversalClient) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := func(length int) string {
			letters := make([]byte, length)
			for i := range letters {
				letters[i] = "a\x00%"[random.IntN(3)]
			}
			return string(letters)
		}
		known := map[string]string{}
		for range 400 {
			var entries []any
			var want []any
			for range 2 {
				key, value := text(6), text(2)
				before, ok := known[key]
				if !ok {
					before, known[key] = "none", value
				}
				entries, want = append(entries, key, value), append(want, before)
			}
			got, err := script.Run(context.Background(), client, []string{"packed"}, entries...).Result()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%q got %q, want %q, %v", entries, got, want, err)
			}
		}
	})
}

// What a restoration packs has the last value of each key, once.
func TestPackedSnapshot(t *testing.T) {
	p := &snapshot{hashes: map[string]map[string]string{}, lifetimes: map[string]time.Duration{}}
	for _, entry := range []string{"aaaaaabb", "aaaaabaa", "aaaaaacc", "abaaaaaa"} {
		p.pack("packed", "ab"+entry[:6], entry[6:], time.Minute)
	}
	if got, want := p.hashes["packed"]["ab"], "aaaaabaa"+"aaaaaacc"+"abaaaaaa"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
