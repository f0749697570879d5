package embedded

import (
	"context"
	"testing"
	"time"
)

func TestRedisKeysAge(t *testing.T) {
	r, err := StartRedis(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for key, life := range map[string]time.Duration{"short": time.Hour, "long": 3 * time.Hour, "endless": 0} {
		if err := r.server.Set(key, "v"); err != nil {
			t.Fatal(err)
		}
		if life > 0 {
			r.server.SetTTL(key, life)
		}
	}
	check := func(when string, want ...bool) {
		t.Helper()
		for i, key := range []string{"short", "long", "endless"} {
			if r.server.Exists(key) != want[i] {
				t.Errorf("%s: %s exists is %t", when, key, !want[i])
			}
		}
	}
	start := time.Now()
	check("at once", true, true, true)
	aged := r.age(start, start.Add(30*time.Minute))
	check("after half an hour", true, true, true)
	aged = r.age(aged, start.Add(2*time.Hour))
	check("after two hours", false, true, true)
	// A clock that is set back makes nothing younger, and counts on from there.
	aged = r.age(aged, start)
	check("after going back", false, true, true)
	r.age(aged, start.Add(2*time.Hour))
	check("after two more hours", false, false, true)
}
