package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Create adds a webhook of an owner. The errors of settings are outage.Errors that name
// their field. Under an idempotency key, "" for none, an owner has one webhook: a second
// call returns it with its secret, since the first answer may have been lost. For as long
// as it exists, other settings under the key are CodeConflict.
func (s *Service) Create(ctx context.Context, owner string, settings Settings, key string) (Webhook, error) {
	if err := s.check(&settings); err != nil {
		return Webhook{}, err
	}
	s.owners.Lock()
	defer s.owners.Unlock()
	made := Webhook{
		ID: idOf(owner, key), Owner: owner, CreatedAt: time.Now().UTC(), Settings: settings, Secrets: []Secret{newSecret()},
	}
	if key != "" {
		text, err := json.Marshal(settings)
		if err != nil {
			return Webhook{}, fmt.Errorf("encoding settings: %w", err)
		}
		made.Asked = hashed(string(text))
	}
	if err := s.room(ctx, made); err != nil {
		return Webhook{}, err
	}
	return s.claim(ctx, made)
}

// claim stores a webhook unless there is one with its id, and returns the stored one.
func (s *Service) claim(ctx context.Context, made Webhook) (stored Webhook, err error) {
	entry, err := entryOf(entryWebhooks, made.ID, made)
	if err != nil {
		return stored, err
	}
	text, err := s.config.Store.Claim(ctx, entry)
	if err != nil {
		return stored, unavailable(err)
	}
	if err := json.Unmarshal(text, &stored); err != nil {
		return stored, fmt.Errorf("decoding webhook %s: %w", made.ID, err)
	}
	if stored.Asked != made.Asked {
		return Webhook{}, &outage.Error{Code: outage.CodeConflict, Field: "Idempotency-Key", Detail: "This key was used for a webhook with other settings."}
	}
	return stored, s.write(ctx) // also where an earlier call stored the webhook and went no further
}

// room is an error where an owner may have no further webhook. One that exists has its
// place.
func (s *Service) room(ctx context.Context, made Webhook) error {
	all, err := readAll[Webhook](ctx, s.config.Store, entryWebhooks)
	if err != nil {
		return unavailable(err)
	}
	if all[made.ID] != nil {
		return nil
	}
	own := 0
	for _, one := range all {
		if one.Owner == made.Owner {
			own++
		}
	}
	if own >= s.config.Limits.PerOwner || len(all) >= s.config.Limits.Total {
		return &outage.Error{Code: outage.CodeConflict, Detail: fmt.Sprintf(
			"There is no room for another webhook: a key may have %d, the server %d.", s.config.Limits.PerOwner, s.config.Limits.Total)}
	}
	return nil
}

// idOf is the id of a new webhook, and under an idempotency key always the same one.
func idOf(owner, key string) string {
	name := rand.Text()
	if key != "" {
		name = hashed(fmt.Sprintf("%q %q", owner, key))
	}
	return "wh_" + strings.ToLower(name)
}

// idLength is that of rand.Text: 130 bits.
const idLength = 26

// hashed is the begin of a hash, in the alphabet of rand.Text.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base32.StdEncoding.EncodeToString(sum[:])[:idLength]
}

// secretBytes is the length of a secret; the specification recommends 24 to 64.
const secretBytes = 32

func newSecret() Secret {
	key := make([]byte, secretBytes)
	rand.Read(key) // never fails
	return Secret{Text: "whsec_" + base64.StdEncoding.EncodeToString(key)}
}
