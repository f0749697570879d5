// Command roundtrip files a report with each generated client and takes it back.
//
//	roundtrip http://localhost:8080
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"clients.test/oapiclient"
	"clients.test/ogenclient"
)

func main() {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	server := os.Args[1]
	if err := errors.Join(withOgen(ctx, server), withOapi(ctx, server)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// noKey is for calls that need no API key.
type noKey struct{}

func (noKey) ApiKey(context.Context, ogenclient.OperationName) (ogenclient.ApiKey, error) { //nolint:revive // named by ogen
	return ogenclient.ApiKey{}, nil
}

func withOgen(ctx context.Context, server string) error {
	client, err := ogenclient.NewClient(server, noKey{})
	if err != nil {
		return err
	}
	service, err := client.GetService(ctx, ogenclient.GetServiceParams{Slug: "whatsapp"})
	if err != nil {
		return fmt.Errorf("ogen: reading a service: %w", err)
	}
	if _, ok := service.(*ogenclient.ServiceHeaders); !ok {
		return fmt.Errorf("ogen: reading a service: %T", service)
	}
	answer, err := client.CreateReport(ctx, &ogenclient.Submission{Service: "whatsapp", Place: ogenclient.NewOptString("700001")}, ogenclient.CreateReportParams{})
	if err != nil {
		return fmt.Errorf("ogen: filing a report: %w", err)
	}
	receipt, ok := answer.(*ogenclient.ReceiptHeaders)
	if !ok {
		return fmt.Errorf("ogen: filing a report: %T %+v", answer, answer)
	}
	undone, err := client.UndoReport(ctx, ogenclient.OptUndoReportReq{}, ogenclient.UndoReportParams{
		ID: receipt.Response.ID, Undo: ogenclient.NewOptString(receipt.Response.Undo),
	})
	if err != nil {
		return fmt.Errorf("ogen: undoing a report: %w", err)
	}
	if _, ok := undone.(*ogenclient.UndoReportNoContent); !ok {
		return fmt.Errorf("ogen: undoing a report: %T %+v", undone, undone)
	}
	return nil
}

func withOapi(ctx context.Context, server string) error {
	client, err := oapiclient.NewClientWithResponses(server)
	if err != nil {
		return err
	}
	place, token := "SW1A", "another person behind the same address"
	filed, err := client.CreateReportWithResponse(ctx, nil, oapiclient.Submission{Service: "whatsapp", Place: &place, Token: &token})
	if err != nil {
		return fmt.Errorf("oapi-codegen: filing a report: %w", err)
	}
	if filed.JSON202 == nil {
		return fmt.Errorf("oapi-codegen: filing a report: %s %s", filed.Status(), filed.Body)
	}
	undone, err := client.UndoReportWithResponse(ctx, filed.JSON202.Id, &oapiclient.UndoReportParams{Undo: &filed.JSON202.Undo},
		oapiclient.UndoReportJSONRequestBody{Undo: filed.JSON202.Undo})
	if err != nil {
		return fmt.Errorf("oapi-codegen: undoing a report: %w", err)
	}
	if undone.StatusCode() != http.StatusNoContent {
		return fmt.Errorf("oapi-codegen: undoing a report: %s %s", undone.Status(), undone.Body)
	}
	return nil
}
