package page

import (
	"slices"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// IncidentsCSV is the whole list of a filter, in the columns of the register, in the
// order of opening.
func (s *Builder) IncidentsCSV(at address.Address, filter address.IncidentQuery) ([]byte, error) {
	rows := s.config.Register.Rows(register.Filter{Country: at.Country, Region: filter.Region})
	span := filter.Span(s.requestIn(at, at.Country).zone().Zone())
	table, err := register.CSV(slices.DeleteFunc(rows, func(row register.Row) bool {
		return filter.Service != "" && row.Service != filter.Service || filter.State != "" && row.State != filter.State || !during(row, span)
	}))
	if err == nil && s.config.Demo != nil {
		table = csvtable.Mark(table, csvtable.Demo)
	}
	return table, err
}

// during reports whether an incident went on in a span, as outage.IncidentFilter does.
func during(row register.Row, span outage.Span) bool {
	if span == (outage.Span{}) {
		return true
	}
	end := row.Start.Add(time.Duration(row.Duration) * time.Second)
	return row.OpenedAt.Before(span.To.Time()) && (row.State != outage.StateResolved || end.After(span.From.Time()))
}
