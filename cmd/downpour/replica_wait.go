package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// replicaWait is the value of --redis-wait: a number of replicas and, after a
// comma, how long to wait for them.
type replicaWait struct {
	replicas int
	within   time.Duration
}

const (
	// waitByDefault is the time for replicas where the value has none.
	waitByDefault = time.Second
	// longestWait stays below the patience of a report.
	longestWait = 4 * time.Second
)

var errReplicaWait = fmt.Errorf("must be a number of replicas and perhaps a time up to %s, such as 1 or 1,500ms", longestWait)

// UnmarshalText reads "N" or "N,TIMEOUT"; "" and "0" wait for none.
func (w *replicaWait) UnmarshalText(text []byte) error {
	*w = replicaWait{}
	if len(text) == 0 {
		return nil
	}
	number, within, timed := strings.Cut(string(text), ",")
	replicas, err := strconv.Atoi(strings.TrimSpace(number))
	read := replicaWait{replicas: replicas, within: waitByDefault}
	if timed {
		var wrong error
		read.within, wrong = time.ParseDuration(strings.TrimSpace(within))
		err = errors.Join(err, wrong)
	}
	if err != nil || read.replicas < 0 || read.within < time.Millisecond || read.within > longestWait {
		return errReplicaWait
	}
	*w = read
	return nil
}
