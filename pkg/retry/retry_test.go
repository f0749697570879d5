package retry

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errAway = errors.New("away")

// failing fails so many times, and notes when it was called.
type failing struct {
	times int
	calls []time.Time
}

func (f *failing) try() error {
	f.calls = append(f.calls, time.Now())
	if len(f.calls) > f.times {
		return nil
	}
	return errAway
}

func TestWaitsGrowUpToALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits := Waits{First: 100 * time.Millisecond, Most: time.Second}
		f, noted, logged := &failing{times: 40}, 0, 0
		once := Once(func(error) { logged++ })
		if err := waits.Do(t.Context(), f.try, func(err error) { noted++; once(err) }); err != nil {
			t.Fatal(err)
		}
		if noted != 40 || logged != 1 {
			t.Errorf("%d errors noted and %d logged, want 40 and 1", noted, logged)
		}
		different := map[time.Duration]bool{}
		for i := 1; i < len(f.calls); i++ {
			wait, mean := f.calls[i].Sub(f.calls[i-1]), min(100*time.Millisecond<<(i-1), waits.Most*2/3)
			if i > 10 {
				mean = waits.Most * 2 / 3
			}
			if wait < mean/2-time.Millisecond || wait > min(waits.Most, mean*3/2+time.Millisecond) {
				t.Errorf("wait %d is %s, want about %s", i, wait, mean)
			}
			different[wait] = true
		}
		if len(different) < 20 {
			t.Errorf("%d different waits of 40", len(different))
		}
	})
}

func TestDoEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{times: 10}
		if err := (Waits{First: time.Second, Most: time.Minute, Tries: 3}).Do(t.Context(), f.try, nil); !errors.Is(err, errAway) || len(f.calls) != 3 {
			t.Errorf("%d tries, %v", len(f.calls), err)
		}
		calls := 0
		refused := func() error { calls++; return Permanent(errAway) }
		if err := (Waits{First: time.Second, Most: time.Minute}).Do(t.Context(), refused, nil); !errors.Is(err, errAway) || calls != 1 {
			t.Errorf("%d tries of what is refused, %v", calls, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		endless := func() error { return errAway }
		if err := (Waits{First: time.Second, Most: time.Hour}).Do(ctx, endless, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("ended after %s", took)
		}
	})
}

func TestScheduleBeginsAnew(t *testing.T) {
	s := Waits{First: time.Second, Most: time.Hour}.Schedule()
	for range 8 {
		s.Next()
	}
	if wait := s.Next(); wait < 2*time.Minute {
		t.Errorf("the ninth wait is %s", wait)
	}
	s.Reset()
	if wait := s.Next(); wait > 1500*time.Millisecond {
		t.Errorf("the first wait after a success is %s", wait)
	}
}

func ExampleWaits_Do() {
	waits := Waits{First: time.Millisecond, Most: 10 * time.Millisecond, Tries: 5}
	err := waits.Do(context.Background(), func() error { return nil }, nil)
	_ = err // nil
}
