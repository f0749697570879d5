package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

type lateKey struct{}

func TestLateTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := context.WithValue(t.Context(), lateKey{}, "value")
		late, cancel := withLateTimeout(parent, time.Minute)
		defer cancel()
		if at, ok := late.Deadline(); !ok || time.Until(at) != time.Minute || late.Value(lateKey{}) != "value" {
			t.Errorf("the deadline is %v", at)
		}
		time.Sleep(40 * time.Second)
		child, stop := context.WithTimeout(late, time.Hour)
		defer stop()
		if late.Err() != nil || child.Err() != nil {
			t.Error("it ends before its time")
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if !errors.Is(late.Err(), context.DeadlineExceeded) || !errors.Is(child.Err(), context.DeadlineExceeded) {
			t.Errorf("at its time: %v, %v", late.Err(), child.Err())
		}
	})
}

func TestLateTimeoutEnds(t *testing.T) {
	for _, waited := range []bool{false, true} {
		late, cancel := withLateTimeout(t.Context(), time.Hour)
		if waited {
			_ = late.Done()
		}
		cancel()
		cancel()
		<-late.Done()
		if !errors.Is(late.Err(), context.Canceled) {
			t.Errorf("waited for before, %t: %v", waited, late.Err())
		}
	}
	above, end := context.WithCancel(t.Context())
	late, cancel := withLateTimeout(above, time.Hour)
	defer cancel()
	end()
	<-late.Done()
}
