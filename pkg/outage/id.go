package outage

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"time"
)

// ReportID names a report. It carries what is needed to find the report
// again, the low byte of its sender's prefix hash and the minute in which it
// was received, and 64 random bits. Its text is 26 lower-case hexadecimal
// digits.
type ReportID struct {
	Shard    byte
	Received Minute
	Random   uint64
}

const reportIDLength = 26

// NewReportID names a report from the given prefix, received at the given time.
func NewReportID(prefix uint64, received time.Time) ReportID {
	return ReportID{Shard: byte(prefix), Received: MinuteOf(received), Random: rand.Uint64()}
}

// String is the text of the id.
func (id ReportID) String() string {
	var raw [reportIDLength / 2]byte
	raw[0] = id.Shard
	binary.BigEndian.PutUint32(raw[1:], uint32(id.Received))
	binary.BigEndian.PutUint64(raw[5:], id.Random)
	return hex.EncodeToString(raw[:])
}

// ParseReportID reads what String wrote.
func ParseReportID(text string) (ReportID, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(text) != reportIDLength {
		return ReportID{}, &Error{Code: CodeNotFound, Field: "id", Detail: "no report has this id"}
	}
	received, err := strconv.ParseUint(text[2:10], 16, 32)
	if err != nil {
		return ReportID{}, &Error{Code: CodeNotFound, Field: "id", Detail: "no report has this id"}
	}
	random, err := strconv.ParseUint(text[10:], 16, 64)
	if err != nil {
		return ReportID{}, &Error{Code: CodeNotFound, Field: "id", Detail: "no report has this id"}
	}
	return ReportID{Shard: raw[0], Received: Minute(received), Random: random}, nil
}
