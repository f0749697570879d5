package status

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// azureTitle is the title of the channel.
const azureTitle = "azure status"

// azureOver are the words by which the last clause of a title says that it is over.
var azureOver = regexp.MustCompile(`(?i)\b(resolved|mitigated|recovered|restored)\b`)

// readAzure reads the RSS feed of Azure, which has no items when all is well. The titles are
// "service - region - status"; only the last clause says whether it is over.
func readAzure(document []byte, page outage.StatusPage) (reading, error) {
	title, entries, err := readEntries(document)
	if err != nil {
		return reading{}, err
	}
	if !strings.EqualFold(title, azureTitle) {
		return reading{}, fmt.Errorf("%w: the title of the channel is %q", errChanged, title)
	}
	made := reading{state: outage.OfficialOperational}
	for _, entry := range entries {
		if !about(page, append(entry.Categories, entry.Title)...) {
			continue
		}
		notice := entry.notice(page)
		notice.State = outage.OfficialPartial
		clauses := strings.Split(entry.Title, " - ")
		if azureOver.MatchString(unresolved.ReplaceAllString(clauses[len(clauses)-1], " ")) {
			notice.Phase = outage.PhaseResolved
		}
		made.notices = append(made.notices, planned(notice))
	}
	return made, nil
}
