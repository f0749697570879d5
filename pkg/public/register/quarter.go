package register

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Quarter is a calendar quarter in UTC.
type Quarter struct {
	Year   int
	Number int // 1 to 4
}

const (
	quarters         = 4
	monthsPerQuarter = 3
)

// QuarterOf is the quarter of an instant.
func QuarterOf(at time.Time) Quarter {
	at = at.UTC()
	return Quarter{at.Year(), (int(at.Month())-1)/monthsPerQuarter + 1}
}

// Start is the first instant of the quarter.
func (q Quarter) Start() time.Time {
	return time.Date(q.Year, time.Month((q.Number-1)*monthsPerQuarter+1), 1, 0, 0, 0, 0, time.UTC)
}

// End is the first instant of the next quarter.
func (q Quarter) End() time.Time { return q.Start().AddDate(0, monthsPerQuarter, 0) }

// String is the quarter as in "2025-Q1".
func (q Quarter) String() string { return fmt.Sprintf("%04d-Q%d", q.Year, q.Number) }

// Compare orders quarters by time.
func (q Quarter) Compare(other Quarter) int {
	return cmp.Or(cmp.Compare(q.Year, other.Year), cmp.Compare(q.Number, other.Number))
}

var quarterName = regexp.MustCompile(`^(\d{4})-[Qq]([1-4])$`)

// ParseQuarter reads what String wrote; false for anything else.
func ParseQuarter(text string) (Quarter, bool) {
	found := quarterName.FindStringSubmatch(text)
	if found == nil {
		return Quarter{}, false
	}
	year, _ := strconv.Atoi(found[1])
	number, _ := strconv.Atoi(found[2])
	return Quarter{year, number}, true
}
