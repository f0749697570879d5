package incident

// Params are the numbers by which incidents live. Times are in minutes.
type Params struct {
	LocaliseFor int // after opening; then the footprint stays
	CloseAfter  int // no incident is shorter
	// CloseEvidence is what closing takes, in nats, for a fall by FallTo against
	// PeakPart of the peak's excess, or OngoingLow times the normal if that is more.
	CloseEvidence                float64
	PeakPart, OngoingLow, FallTo float64
	// RecoverEvidence makes an incident recovering; RelapseAfter minutes in a
	// row without any evidence make it open again, so that a long tail does not
	// change its state every few minutes.
	RecoverEvidence float64
	RelapseAfter    int
	// CloseRatio is the most that ten minutes may hold when an incident closes,
	// as a multiple of the normal.
	CloseRatio float64
	// People who say that it works again lower the evidence that closing takes
	// by BackWeight nats each, by BackMost at most.
	BackWeight, BackMost float64
	ReopenWithin         int
	AcceptAfter          int     // an incident still open is a new normal
	LevelKeep            float64 // of the lasting level, a minute

	// A verdict blames another service from a score of BlameAt, and stays so
	// down to KeepBlameAt. What is blamed rose at most OnsetEarly minutes after
	// the effect and at most OnsetLate before it, and its incident has not been
	// over for longer than OutlastAfter.
	AttributeAt, KeepAttributionAt      float64
	OnsetEarly, OnsetLate, OutlastAfter int

	MajorRatio, CriticalRatio float64
	LongMinutes               int // from here on an incident weighs one severity more
	// ConfirmAt is the number of judged reporters in the footprint since the run
	// began from which an incident is confirmed.
	ConfirmAt float64
}

// DefaultParams are the numbers that Downpour runs with.
func DefaultParams() Params {
	return Params{
		LocaliseFor: 10, CloseAfter: 5,
		CloseEvidence: 4, PeakPart: .4, OngoingLow: 2.5, FallTo: 8,
		RecoverEvidence: 2, RelapseAfter: 10, CloseRatio: 2.2,
		BackWeight: .1, BackMost: 2, ReopenWithin: 20, AcceptAfter: 1440,
		LevelKeep:   .9942, // half in two hours
		AttributeAt: 6, KeepAttributionAt: 4, OnsetEarly: 10, OnsetLate: 60, OutlastAfter: 30,
		MajorRatio: 6, CriticalRatio: 20, LongMinutes: 120, ConfirmAt: 10,
	}
}
