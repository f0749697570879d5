package public

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Official answers from memory what vendors say of their own services. It never decides a
// number of this package.
type Official interface {
	// Official is the present status of a service, false where there is none.
	Official(service string) (outage.Official, bool)
	// Past is what is known of its past.
	Past(service string) outage.OfficialPast
}

type noOfficial struct{}

func (noOfficial) Official(string) (outage.Official, bool) { return outage.Official{}, false }
func (noOfficial) Past(string) outage.OfficialPast         { return outage.OfficialPast{} }

// OfficialNotice is the first notice that the vendor of a service published about an
// incident of it.
type OfficialNotice struct {
	outage.Notice
	// Lead is from when the incident opened here to the notice: negative where the vendor was
	// first, nil where it is not known when the notice was published. AfterReports is the same
	// from the first minute of the run of reports that opened it.
	Lead, AfterReports *time.Duration
}

// earlyNotice is how long before the first reports of an incident a notice may have been
// published that is about it.
const earlyNotice = 2 * time.Hour

// OfficialStatus is what the vendor of a service says now, in the form of the wire. Times
// are in whole seconds.
type OfficialStatus struct {
	State   outage.OfficialState  `json:"state"`
	Reason  *string               `json:"reason"` // why the state is unknown
	Source  outage.OfficialSource `json:"source"`
	Since   time.Time             `json:"since"` // of the state and the notices
	Checked *time.Time            `json:"checked_at"`
	Page    *string               `json:"page"`
	Notices []PublishedNotice     `json:"notices"` // open ones first, the worst first
}

// PublishedNotice is a notice of a vendor in the form of the wire.
type PublishedNotice struct {
	ID        string                `json:"id"`
	Title     *string               `json:"title"`
	State     outage.OfficialState  `json:"state"`
	Phase     *outage.OfficialPhase `json:"phase"`
	Link      *string               `json:"link"`
	Published *time.Time            `json:"published_at"`
	Updated   *time.Time            `json:"updated_at"`
	Resolved  *time.Time            `json:"resolved_at"`
	Seen      *time.Time            `json:"seen_at"`
}

// OfficialStatusOf is the form of the wire of a status.
func OfficialStatusOf(o outage.Official) *OfficialStatus {
	made := &OfficialStatus{
		State: o.State, Reason: orNil(o.Reason), Source: o.Source, Since: o.At.UTC().Truncate(time.Second), Checked: second(o.CheckedAt),
		Page: orNil(o.Page), Notices: []PublishedNotice{},
	}
	for _, notice := range o.Notices {
		made.Notices = append(made.Notices, PublishedNoticeOf(notice))
	}
	return made
}

// PublishedNoticeOf is the form of the wire of a notice.
func PublishedNoticeOf(n outage.Notice) PublishedNotice {
	return PublishedNotice{
		ID: n.ID, Title: orNil(n.Title), State: n.State, Phase: orNil(n.Phase), Link: orNil(n.Link), Published: second(n.PublishedAt),
		Updated: second(n.UpdatedAt), Resolved: second(n.ResolvedAt), Seen: second(n.SeenAt),
	}
}

func orNil[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

func second(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Second)
	return &at
}

// Official is what the vendor of a service says now, nil where nothing is known.
func (s *Snapshot) Official(service string) *OfficialStatus {
	now, ok := s.official.Official(service)
	if !ok {
		return nil
	}
	return OfficialStatusOf(now)
}

// OfficialNow is the same, not in the form of the wire; false where nothing is known.
func (s *Snapshot) OfficialNow(service string) (outage.Official, bool) {
	return s.official.Official(service)
}

// noticeOf is the first notice about an incident, nil for none.
func (s *Snapshot) noticeOf(in Incident) *OfficialNotice {
	return NoticeOf(in, s.official.Past(in.Service).Notices, s.at)
}

// NoticeOf is the first of some notices about the service of an incident, in the order in
// which they were published, that was published while it lasted or shortly before, nil for
// none. Planned work is no notice of trouble.
func NoticeOf(in Incident, notices []outage.Notice, asOf time.Time) *OfficialNotice {
	began, end := in.Since.Time(), asOf
	if !in.ClosedAt.IsZero() {
		end = in.ClosedAt
	}
	for _, notice := range notices {
		at := notice.PublishedAt
		if at.IsZero() {
			at = notice.SeenAt
		}
		ended := !notice.Open() && notice.ResolvedAt.Before(began)
		if !notice.State.Trouble() || ended || at.Before(began.Add(-earlyNotice)) || at.After(end) {
			continue
		}
		made := &OfficialNotice{Notice: notice}
		if !notice.PublishedAt.IsZero() {
			lead, after := at.Sub(in.OpenedAt), at.Sub(began)
			made.Lead, made.AfterReports = &lead, &after
		}
		return made
	}
	return nil
}
