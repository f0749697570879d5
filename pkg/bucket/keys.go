package bucket

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"downpour/pkg/outage"
)

// The keys of a shard all begin with its base and differ in what follows:
//
//	m:<minute>               counters of a minute
//	h:<half hour>:<bucket>   when each reporter last counted
//	p:<half hour>            reports by network prefix and service
//	u:<minute received>      the ledger: what was added, and whether it was undone
//	t, q                     minutes in the order of their last change; the sequence of changes
//	log                      the report log
//	alive                    the mark that all of this is here
//
// All expire but the last two: the log until it is archived, and the mark.
func base(shard int) string { return fmt.Sprintf("dp:{%02d}:", shard) }

func minuteKey(shard int, minute outage.Minute) string {
	return base(shard) + "m:" + strconv.FormatInt(int64(minute), 10)
}

// A reporter's half hour is one field of a small hash: Redis packs hashes of
// up to 128 short fields, which takes about 12 bytes a reporter instead of the
// 113 of a key each. With halfHourBuckets, ten million reporters of one half
// hour lie in hashes of about 80 fields.
//
// A field is 48 bits of a hash of reporter, service and kind. Two reporters of
// one hash of 80 fields share a field with a probability of 80/2^48, so that
// one report in about 10^12 is taken for a repeat.
const halfHourBuckets = 1 << 13

// halfHourField places one sender's half hour for one service and kind. The
// result is the same in every process.
func halfHourField(reporter uint64, service string, kind outage.Kind) (bucket, field string) {
	hash := reporter ^ textHash(service+"|"+string(kind))
	return strconv.FormatUint(hash>>48%halfHourBuckets, 16), packed48(hash)
}

// prefixField is the field that counts one prefix's reports of a service.
func prefixField(prefix uint64, service string) string {
	return packed48(prefix ^ textHash(service))
}

func textHash(text string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(text)) // never fails
	return hash.Sum64()
}

func packed48(hash uint64) string {
	var six [6]byte
	for i := range six {
		six[i] = byte(hash >> (8 * i))
	}
	return string(six[:])
}
