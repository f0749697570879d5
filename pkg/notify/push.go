package notify

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// PushAddress is where and how the messages for a browser are sent, as its PushSubscription
// has them (W3C Push API, RFC 8030, RFC 8291).
type PushAddress struct {
	Endpoint string `json:"endpoint"`
	Key      string `json:"p256dh"` // public key of the browser, base64url
	Secret   string `json:"auth"`   // 16 bytes, base64url
}

// AnyPushService among the push services allows all hosts.
const AnyPushService = "any"

// PushKey is the public key by which browsers subscribe, base64url. It is CodeNotFound where
// push is off.
func (s *Service) PushKey(ctx context.Context) (string, error) {
	if len(s.config.PushServices) == 0 {
		return "", &outage.Error{Code: outage.CodeNotFound, Detail: "This server sends no push messages."}
	}
	keys, err := s.vapid(ctx)
	return keys.Public, err
}

// SubscribePush adds a browser, or renews it.
func (s *Service) SubscribePush(ctx context.Context, from netip.Addr, address PushAddress, interest Interest) (Visitor, error) {
	if _, err := s.PushKey(ctx); err != nil {
		return Visitor{}, err
	}
	interest.Lang = locale.Known(interest.Lang)
	if err := s.checkPush(address); err != nil {
		return Visitor{}, err
	}
	if err := s.checkInterest(&interest); err != nil {
		return Visitor{}, err
	}
	if err := s.allowVisitor(from); err != nil {
		return Visitor{}, err
	}
	return s.subscribe(ctx, Visitor{ID: visitorID("ps_", address.Endpoint, interest), Interest: interest, Push: &address})
}

// RenewPush moves the messages of a subscription to another address of its browser: those of
// push services change. CodeNotFound is for a subscription that ended.
func (s *Service) RenewPush(ctx context.Context, from netip.Addr, id string, address PushAddress) (Visitor, error) {
	if _, err := s.PushKey(ctx); err != nil {
		return Visitor{}, err
	}
	if err := s.checkPush(address); err != nil {
		return Visitor{}, err
	}
	if err := s.allowVisitor(from); err != nil {
		return Visitor{}, err
	}
	of, err := s.pushVisitor(ctx, id)
	if err != nil {
		return Visitor{}, err
	}
	of.Push = &address
	entry, err := entryOf(entryVisitors, id, of)
	if err != nil {
		return Visitor{}, err
	}
	return of, s.writeVisitors(ctx, entry)
}

// pushVisitor is the subscription of a browser.
func (s *Service) pushVisitor(ctx context.Context, id string) (of Visitor, err error) {
	stored, err := s.config.Store.Get(ctx, entryVisitors, id)
	if err != nil {
		return of, unavailableVisitors(err)
	}
	if stored != nil {
		if err := json.Unmarshal(stored, &of); err != nil {
			return of, fmt.Errorf("decoding a subscription: %w", err)
		}
	}
	if of.Push == nil || time.Now().After(of.ExpiresAt) {
		return of, &outage.Error{Code: outage.CodeNotFound, Detail: "There is no such subscription any more."}
	}
	return of, nil
}

const authBytes = 16 // of RFC 8291

// checkPush returns what is wrong with an address. Only push services are sent to: otherwise
// anybody could make the server send requests to anybody.
func (s *Service) checkPush(address PushAddress) error {
	at, err := url.Parse(address.Endpoint)
	switch {
	case err != nil, len(address.Endpoint) > mostAddress, at.Host == "", at.User != nil, at.Fragment != "",
		at.Scheme != "https" && (at.Scheme != "http" || !s.config.PlainHTTP):
		return outage.Invalid("subscription.endpoint", "It must be an https:// address of at most %d bytes.", mostAddress)
	case !s.isPushService(at.Hostname()):
		return outage.Invalid("subscription.endpoint", "It is not of a push service that this server sends to.")
	}
	key, err := decode(address.Key)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	if err != nil {
		return outage.Invalid("subscription.keys.p256dh", "It must be a point of P-256 in base64url.")
	}
	if secret, err := decode(address.Secret); err != nil || len(secret) != authBytes {
		return outage.Invalid("subscription.keys.auth", "It must be %d bytes in base64url.", authBytes)
	}
	return nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}

func (s *Service) isPushService(host string) bool {
	host = strings.ToLower(host)
	return slices.ContainsFunc(s.config.PushServices, func(known string) bool {
		return known == AnyPushService || host == known || strings.HasSuffix(host, "."+known)
	})
}

// pushMessage is the content of a message, which the script of the site shows. Only the
// browser can read it.
type pushMessage struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Lang  string `json:"lang"`
	// URL is the path of the incident's page, and Tag the incident: a later message about it
	// replaces the one before.
	URL string `json:"url"`
	Tag string `json:"tag"`
	// Stop is the text of the button that ends the subscription of this ID, "" where it ended.
	Stop string `json:"stop,omitempty"`
	ID   string `json:"id"`
}

// push sends an event to a browser.
func (s *Service) push(ctx context.Context, v *Visitor, event *Event) Delivery {
	in := &event.Incident
	message := pushMessage{Lang: v.Lang, URL: s.incidentPath(v.Lang, in.ID), Tag: in.ID, ID: v.ID}
	message.Title, message.Body = s.notice(v.Lang, in)
	if !v.UntilBack {
		message.Stop = locale.New(v.Lang, v.Country).T("push.stop")
	}
	body, err := json.Marshal(message)
	if err != nil {
		return Delivery{At: time.Now().UTC(), Error: err.Error()}
	}
	result := s.exchange(ctx, func(ctx context.Context) (*http.Response, error) {
		return s.sendPush(ctx, *v.Push, in.ID, v.keeps(), body)
	})
	result.gone = result.Status == http.StatusNotFound || result.Status == http.StatusGone
	return result
}

// notice is an incident in two short texts.
func (s *Service) notice(lang string, in *Incident) (title, text string) {
	of := public.Incident{Service: in.Service, Country: in.Country, OpenedAt: in.OpenedAt, Footprint: public.Footprint{Scope: in.Scope, Regions: in.Regions}}
	if in.ClosedAt != nil {
		of.ClosedAt = *in.ClosedAt
	}
	title, text = s.sentences.Notice(lang, of)
	if s.config.Exercise {
		title = locale.New(lang, in.Country).T("demo.mark") + ": " + title
	}
	return title, text
}

// incidentPath is the page of an incident in a language.
func (s *Service) incidentPath(lang, id string) string {
	if lang == locale.Default {
		return "/incidents/" + id
	}
	return "/" + lang + "/incidents/" + id
}

// contact is what a push service may use to reach who sends, as RFC 8292 wants it.
func (s *Service) contact() string {
	if strings.HasPrefix(s.config.PublicURL, "https:") {
		return s.config.PublicURL
	}
	return cmp.Or(strings.TrimPrefix(s.config.Contact, "mailto:"), "nobody@localhost")
}
