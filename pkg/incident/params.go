package incident

// Params are the parameters of the lifecycle of incidents. Times are in minutes.
type Params struct {
	LocaliseFor int // after opening; then the footprint is final
	CloseAfter  int // no incident is shorter
	// CloseEvidence is the evidence that closing takes, in nats, for a fall by the
	// factor FallTo from PeakPart of the peak excess, or from OngoingLow times the
	// normal if that is more.
	CloseEvidence                float64
	PeakPart, OngoingLow, FallTo float64
	// RecoverEvidence makes an incident recovering; RelapseAfter minutes in a
	// row without evidence make it open again, so that a slow decline does not change
	// its state every few minutes.
	RecoverEvidence float64
	RelapseAfter    int
	// CloseRatio is the largest ratio of the window at which an incident closes.
	CloseRatio float64
	// Each "works again" report lowers the evidence that closing takes by BackWeight
	// nats, all of them by BackMost at most.
	BackWeight, BackMost float64
	ReopenWithin         int
	AcceptAfter          int     // then the level of an open incident becomes the normal
	LevelKeep            float64 // decay of the lasting level, a minute

	// An incident is attributed to another service from a score of AttributeAt, and
	// stays so down to KeepAttributionAt. The cause begins at most OnsetEarly minutes
	// after the effect and at most OnsetLate before it, and its incident was resolved
	// at most OutlastAfter ago.
	AttributeAt, KeepAttributionAt      float64
	OnsetEarly, OnsetLate, OutlastAfter int

	MajorRatio, CriticalRatio float64
	LongMinutes               int // from this duration on the severity is one step higher
	// ConfirmAt is the number of judged reporters in the footprint since the excursion
	// began from which an incident is confirmed.
	ConfirmAt float64
}

// DefaultParams are the parameters that Downpour runs with.
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
