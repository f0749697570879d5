package notify

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/SherClockHolmes/webpush-go"
)

// vapidKeys name this site to push services (RFC 8292), base64url. Subscriptions are bound
// to them: with other keys all are lost.
type vapidKeys struct {
	Private string `json:"private"`
	Public  string `json:"public"`
}

// vapid are the keys of all servers over the store. The first one that needs them makes them.
func (s *Service) vapid(ctx context.Context) (keys vapidKeys, err error) {
	if known := s.keys.Load(); known != nil {
		return *known, nil
	}
	keys.Private, keys.Public, err = webpush.GenerateVAPIDKeys()
	if err != nil {
		return keys, fmt.Errorf("making the keys for push messages: %w", err)
	}
	entry, err := entryOf(entryKeys, "vapid", keys)
	if err != nil {
		return keys, err
	}
	stored, err := s.config.Store.Claim(ctx, entry)
	if err != nil {
		return keys, unavailableVisitors(err)
	}
	if err := json.Unmarshal(stored, &keys); err != nil {
		return keys, fmt.Errorf("decoding the keys for push messages: %w", err)
	}
	s.keys.Store(&keys)
	return keys, nil
}

// topicBytes make a Topic of 32 characters, the most that RFC 8030 allows.
const topicBytes = 24

// sendPush encrypts a message for a browser and gives it to its push service, which keeps it
// for a while where the browser is away. A later message about the same incident replaces it.
func (s *Service) sendPush(ctx context.Context, to PushAddress, incident string, keep time.Duration, message []byte) (*http.Response, error) {
	keys, err := s.vapid(ctx)
	if err != nil {
		return nil, err
	}
	topic := sha256.Sum256([]byte(incident))
	return webpush.SendNotificationWithContext(ctx, message, &webpush.Subscription{
		Endpoint: to.Endpoint, Keys: webpush.Keys{Auth: to.Secret, P256dh: to.Key},
	}, &webpush.Options{
		HTTPClient: named{s.config.Client}, Subscriber: s.contact(), Topic: base64.RawURLEncoding.EncodeToString(topic[:topicBytes]),
		TTL: int(keep.Seconds()), Urgency: webpush.UrgencyNormal, VAPIDPublicKey: keys.Public, VAPIDPrivateKey: keys.Private,
	})
}

// named sets the name of the sender.
type named struct{ client *http.Client }

func (n named) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("User-Agent", userAgent)
	return n.client.Do(request)
}
