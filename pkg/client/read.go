package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// mostRead bounds an answer that Read takes, in bytes.
const mostRead = 16 << 20

// Read gets a JSON answer for programs that need a few fields of it, also of a server of
// another version: unknown fields are ignored, and none is required. The error of a
// refusal has its status and what the server says is wrong.
func Read(ctx context.Context, over *http.Client, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := over.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostRead+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading %s: %w", request.URL.Path, err)
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("reading %s: %s", request.URL.Path, refusal(response.Status, body))
	case len(body) > mostRead:
		return fmt.Errorf("reading %s: it is larger than %d bytes", request.URL.Path, mostRead)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading %s: %w", request.URL.Path, err)
	}
	return nil
}

// refusal is a status with the field and the detail of a problem document, as far as the
// body is one.
func refusal(status string, body []byte) string {
	var problem struct{ Field, Detail string }
	_ = json.Unmarshal(body, &problem)
	for _, part := range []string{problem.Field, problem.Detail} {
		if part != "" {
			status += ": " + part
		}
	}
	return strings.TrimSpace(status)
}
