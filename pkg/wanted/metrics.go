package wanted

import (
	"github.com/open-downpour/downpour/pkg/metrics"
)

// Values of the label "outcome".
const (
	outcomeCounted = "counted"
	outcomeRepeat  = "repeat"
	outcomeIgnored = "ignored"
	outcomeLimited = "limited"
	outcomeFull    = "full"
)

var requestsTotal = metrics.NewCounters(
	"downpour_wanted_requests_total",
	"Requests for services that the catalogue lacks, by outcome: counted, repeat (of a network that day), ignored (no name), limited, full (too many texts that day).",
	"outcome", outcomeCounted, outcomeRepeat, outcomeIgnored, outcomeLimited, outcomeFull)
