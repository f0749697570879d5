package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// A place of which there are several counts for what they have in common; the answer
// moves the report, and the numbers of the country stay.
func TestWhichPlaceWasMeant(t *testing.T) {
	s := newServer(t, "embedded")
	first := s.report(alice, `{"service":"whatsapp","place":"Newport"}`, "key")
	var receipt struct {
		ID, Country, Undo string
		Region, District  *string
		PlaceUnresolved   *struct {
			Suggestions []struct{ Name, Region string }
		} `json:"place_unresolved"`
	}
	if err := json.Unmarshal(first.body, &receipt); err != nil || first.status != http.StatusAccepted {
		t.Fatalf("status %d, %v: %s", first.status, err, first.body)
	}
	if receipt.Country != "GB" || receipt.Region != nil || receipt.PlaceUnresolved == nil || len(receipt.PlaceUnresolved.Suggestions) != 3 {
		t.Fatalf("the receipt does not ask: %s", first.body)
	}
	if again := s.report(alice, `{"service":"whatsapp","place":"Newport"}`, "key"); string(again.body) != string(first.body) {
		t.Errorf("the repeated receipt is %s", again.body)
	}
	answers := func(place, token string) answer {
		return s.send(alice, http.MethodPatch, "/api/v1/reports/"+receipt.ID, fmt.Sprintf(`{"undo":%q,"place":%q,"country":"GB"}`, token, place), nil)
	}
	meant := receipt.PlaceUnresolved.Suggestions[0]
	for _, tc := range []struct {
		place, token string
		status       int
	}{
		{"Newport", receipt.Undo, http.StatusBadRequest}, // as ambiguous as before
		{meant.Name, "guess", http.StatusForbidden},
		{meant.Name, receipt.Undo, http.StatusOK},
		{meant.Name, receipt.Undo, http.StatusOK}, // a retry
		{receipt.PlaceUnresolved.Suggestions[1].Name, receipt.Undo, http.StatusConflict},
	} {
		if got := answers(tc.place, tc.token); got.status != tc.status {
			t.Errorf("%s: status %d, want %d: %s", tc.place, got.status, tc.status, got.body)
		}
	}
	var last outage.Entry
	signs := 0
	for _, entry := range s.entries() {
		if signs += int(entry.Sign); entry.Sign > 0 {
			last = entry
		}
	}
	if signs != 1 || string(last.Region) != meant.Region || last.Cell == 0 || last.District == "" {
		t.Errorf("%d reports, the last one in %s, want one in %s", signs, last.Region, meant.Region)
	}
}
