package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	// mostRead is how much of a response is read, so that its connection can be used again.
	mostRead  = 16 << 10
	userAgent = "Downpour-Webhooks/1"
)

// send sends an event to a webhook once, and says what came of it.
func (s *Service) send(ctx context.Context, webhook Webhook, event *Event) Delivery {
	result := s.exchange(ctx, func(ctx context.Context) (*http.Response, error) {
		return s.do(s.request(ctx, webhook, event))
	})
	result.gone = result.Status == http.StatusGone
	return result
}

// do sends a request that could be made.
func (s *Service) do(request *http.Request, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", userAgent)
	return s.config.Client.Do(request)
}

// exchange sends once, and says what came of it. Neither the log nor a Delivery has the path
// of the address, which may be a secret.
func (s *Service) exchange(ctx context.Context, do func(context.Context) (*http.Response, error)) Delivery {
	began := time.Now()
	result := Delivery{At: began.UTC()}
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	response, err := do(ctx)
	result.Millis = time.Since(began).Milliseconds()
	if err != nil {
		result.Error = reason(err)
		return result
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, mostRead)
	result.Status = response.StatusCode
	switch {
	case response.StatusCode >= 300 && response.StatusCode < 400:
		result.Error = "a redirect, which is not followed"
	case response.StatusCode < 200 || response.StatusCode >= 300:
		result.Error = fmt.Sprintf("status %d", response.StatusCode)
		result.retryAfter = retryAfter(response.Header.Get("Retry-After"))
	}
	return result
}

// reason is an error of the client without the address that it repeats.
func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer within " + sendFor.String()
	}
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}

// retryAfter is the wait of a header in seconds; dates are left out.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, int(again.Most/time.Second))) * time.Second
}

// request is an event in the format of a webhook, signed.
func (s *Service) request(ctx context.Context, webhook Webhook, event *Event) (*http.Request, error) {
	body, contentType, err := render(webhook, event, s.config)
	if err != nil {
		return nil, fmt.Errorf("writing an event: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, webhook.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address cannot be used")
	}
	request.Header.Set("Content-Type", contentType)
	return request, sign(request.Header, webhook.Secrets, event.ID, body, time.Now())
}

// sign adds the headers of Standard Webhooks, with a signature by each secret in use.
func sign(header http.Header, secrets []Secret, id string, body []byte, now time.Time) error {
	var signatures []string
	for _, secret := range secrets {
		if !secret.Until.IsZero() && now.After(secret.Until) {
			continue
		}
		signer, err := standardwebhooks.NewWebhook(secret.Text)
		if err != nil {
			return errors.New("a secret cannot be used")
		}
		signature, err := signer.Sign(id, now, body)
		if err != nil {
			return fmt.Errorf("signing: %w", err)
		}
		signatures = append(signatures, signature)
	}
	header.Set(standardwebhooks.HeaderWebhookID, id)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// hostOf is the host of an address, which is not a secret.
func hostOf(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return at.Host
}
