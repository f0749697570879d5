package redisconn

import (
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

// reasons are readable texts for errors of Redis, by a word of the error. It is the first
// one, except for errors in scripts of older versions.
var reasons = []struct{ word, text string }{
	{"READONLY", "redis is a read-only replica"},
	{"OOM", "redis is out of memory"},
	{"WRONGPASS", "redis refuses the user or the password"},
	{"NOAUTH", "redis asks for a password"},
	{"NOPERM", "redis does not permit this user what is needed"},
	{"The user executing the script", "redis does not permit this user what is needed"}, // Redis 7.0
	{"MISCONF", "redis cannot write to its disk"},
	{"LOADING", "redis is loading its data"},
	{"CLUSTERDOWN", "the redis cluster is incomplete"},
	{"MASTERDOWN", "redis is a replica without its master"},
	{"NOREPLICAS", "redis has too few replicas"},
	{"BUSY", "redis is busy"},
	{"MOVED", "the redis cluster is moving data"},
	{"TRYAGAIN", "the redis cluster is moving data"},
	{"invalid password", "redis refuses the user or the password"},
}

// Reason is a readable text, without secrets, why Redis does not accept writes.
func Reason(err error) string {
	if errors.Is(err, ErrReplicas) {
		return "too few redis replicas confirm writes"
	}
	var answer redis.Error
	if !errors.As(err, &answer) {
		return "redis does not answer"
	}
	for _, reason := range reasons {
		if strings.Contains(answer.Error(), reason.word) {
			return reason.text
		}
	}
	return "redis refuses writes"
}
