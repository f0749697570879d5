package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/client"
)

// TestClientReportsAndReads goes through the listener with the client that is
// made from the API's description.
func TestClientReportsAndReads(t *testing.T) {
	s := newServer(t, "embedded")
	to, err := client.Dial(s.listen(), "open sesame", http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	place := "700001"
	report := client.Submission{Service: "whatsapp", Place: &place}
	given, err := to.CreateReportWithResponse(ctx, nil, report)
	if err != nil {
		t.Fatal(err)
	}
	if given.JSON202 == nil || !given.JSON202.Counted || given.Headers202 == nil || given.Headers202.RateLimitPolicy == "" {
		t.Fatalf("%s %s with headers %+v", given.Status(), given.Body, given.Headers202)
	}
	if err := s.app.hot.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	s.set(s.now().Add(5 * time.Second)) // the most that a list of services may be behind
	found, err := to.GetServiceWithResponse(ctx, "whatsapp")
	if err != nil {
		t.Fatal(err)
	}
	if found.JSON200 == nil || found.JSON200.Reports24h == nil || *found.JSON200.Reports24h != 1 || found.JSON200.Status["IN"].Observed != 1 {
		t.Errorf("%s %s", found.Status(), found.Body)
	}
	back, err := to.UndoReportWithResponse(ctx, given.JSON202.Id, &client.UndoReportParams{Undo: &given.JSON202.Undo}, client.UndoReportJSONRequestBody{Undo: given.JSON202.Undo})
	if err != nil {
		t.Fatal(err)
	}
	if back.StatusCode() != http.StatusNoContent {
		t.Errorf("taking it back got %s %s", back.Status(), back.Body)
	}
	refused, err := to.GetServiceWithResponse(ctx, "nosuch")
	if err != nil {
		t.Fatal(err)
	}
	if problem := refused.ApplicationproblemJSON404; problem == nil || problem.Code != client.CodeNotFound {
		t.Errorf("a service that is not there got %s %s", refused.Status(), refused.Body)
	}
}
