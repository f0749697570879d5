package suppression

// Milli is how many thousandths make one.
const Milli = 1000

// Tally is a number of reports.
type Tally struct {
	N      int64
	Live   int64 // of N, those that came as they were made, and not by an import
	Judged int64 // what the caps per network leave of N, in thousandths
}

// Plus is the sum of two tallies.
func (t Tally) Plus(other Tally) Tally {
	return Tally{t.N + other.N, t.Live + other.Live, t.Judged + other.Judged}
}

// Part is n of the reports of a tally, with their share of what is judged.
func (t Tally) Part(n int64) Tally {
	if t.N == 0 || n == 0 {
		return Tally{}
	}
	return Tally{N: n, Live: min(n, t.Live), Judged: t.Judged * n / t.N}
}

// Least is the minimum count: the smallest one that is shown.
type Least int64

// Shown is what is shown of a tally that no table takes the rest of, in a quarter hour that
// is open or closed.
func (l Least) Shown(t Tally, open bool) int64 {
	if open {
		return l.whileOpen(t.N)
	}
	return l.closed(t.N, l.whileOpen(t.Live))
}

// whileOpen is what a place with n reports of its own shows while its quarter hour is open:
// it appears with the minimum, and then moves in steps of it. From two steps on at least the
// minimum is held back, so that the whole count can be shown at the close.
func (l Least) whileOpen(n int64) int64 {
	least := int64(l)
	if n >= least && n < 2*least {
		return least
	}
	return l.movedUp(n)
}

// movedUp is the same for what moved up to a node. It appears only once the minimum can be
// held back, so that it never has to move on at the close.
func (l Least) movedUp(n int64) int64 {
	least := int64(l)
	if n < 2*least {
		return 0
	}
	return n/least*least - least
}

// closed is what a place shows once its quarter hour is over: all of its reports, unless that
// would be less than the minimum more than it showed before.
func (l Least) closed(n, before int64) int64 {
	least := int64(l)
	switch {
	case n < least:
		return 0
	case n <= before || n-before >= least:
		return n
	}
	return before
}
