package intake

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Answers stores the answers to requests with an Idempotency-Key for a day. Claim stores a
// value under a name unless there is one, and returns the stored one; Complete replaces it.
// They may block for a round trip, and fail when the store is unavailable.
type Answers interface {
	Claim(ctx context.Context, name string, value []byte) (stored []byte, err error)
	Complete(ctx context.Context, name string, value []byte) error
}

// outcomeKnown is how long after an interrupted attempt the ledger still has its outcome.
const outcomeKnown = outage.UndoFor

const maxIdempotencyKey = 200

func checkIdempotencyKey(key string) error {
	if len(key) > maxIdempotencyKey {
		return outage.Invalid("Idempotency-Key", "has more than %d bytes", maxIdempotencyKey)
	}
	return nil
}

// answer is the value stored under an Idempotency-Key: first, before the report is counted,
// the report itself, so that a retry counts the same one; then the receipt.
type answer struct {
	Report      outage.Report
	Receipt     outage.Receipt
	Fingerprint string // of the submission
	Done        bool
}

// unguessable is the length from which a key and a token are taken to be random: the form
// makes both of 32 hexadecimal digits.
const unguessable = 32

// answerKey is what the answer to a request is stored under. Two people may use the same
// guessable key, so it depends on the browser or app and the network as well. The network
// is in it as a hash under a secret key, because addresses could otherwise be found by
// trying all. It is left out where key and token cannot be guessed, so that a report which
// waited for a connection and comes from another network counts once.
func answerKey(idempotencyKey string, client outage.Client, token string, prefix uint64) string {
	network := fmt.Sprintf("%x", prefix)
	if len(idempotencyKey) >= unguessable && len(token) >= unguessable {
		network = ""
	}
	return fmt.Sprintf("%q", []string{idempotencyKey, client.UserAgent, client.AcceptLanguage, token, network})
}

// countOnce counts a report under an Idempotency-Key. After any failure the retry finds the
// claim, adds the same report again, which changes nothing if it was added, and completes
// the answer.
func (s *Service) countOnce(ctx context.Context, first answer, key string) (outage.Receipt, error) {
	name := hashed("idempotency name", key)
	sealed, err := first.seal(key)
	if err != nil {
		return outage.Receipt{}, err
	}
	claimed, err := s.Answers.Claim(ctx, name, sealed)
	if err != nil {
		return outage.Receipt{}, unavailable("storing an answer", err)
	}
	stored, err := openAnswer(claimed, key)
	if err != nil {
		return outage.Receipt{}, err
	}
	switch {
	case stored.Fingerprint != first.Fingerprint:
		return outage.Receipt{}, &outage.Error{
			Code: outage.CodeConflict, Field: "Idempotency-Key", Detail: "this key was used for another report",
		}
	case stored.Done:
		reportsTotal.WithLabelValues(sourceReport, outcomeDuplicate).Inc()
		return stored.Receipt, nil
	case first.Report.At.Sub(stored.Report.At) > outcomeKnown:
		return outage.Receipt{}, &outage.Error{
			Code: outage.CodeConflict, Field: "Idempotency-Key",
			Detail: "a try with this key was interrupted too long ago to tell its outcome; use a new key",
		}
	}
	if stored.Receipt, err = s.count(ctx, stored); err != nil {
		return outage.Receipt{}, err
	}
	stored.Done = true
	if sealed, err = stored.seal(key); err != nil {
		return outage.Receipt{}, err
	}
	if err := s.Answers.Complete(ctx, name, sealed); err != nil {
		return outage.Receipt{}, fmt.Errorf("storing an answer: %w: %w", err, &outage.Error{
			Code: outage.CodeOutcomeUnknown, RetryAfter: 5 * time.Second,
			Detail: "the report was accepted, but its answer was not stored; the same request with the same Idempotency-Key is safe and counts once",
		})
	}
	return stored.Receipt, nil
}

// retryAfter is the Retry-After when Redis or a file fails.
const retryAfter = 5 * time.Second

func unavailable(act string, err error) error {
	return outage.Unavailable(act, err, "reports cannot be accepted at the moment, please try again", retryAfter)
}

// fingerprint tells submissions apart. Since is not part of it: a report that waited for a
// connection comes again with the time at which it was written.
func fingerprint(s outage.Submission) string {
	where := ""
	if s.Location != nil {
		where = fmt.Sprint(s.Location.Lat, s.Location.Lng)
	}
	return hashed("submission", fmt.Sprintf("%q", []string{
		s.Service, s.Symptom, s.Kind, where, s.Place, s.Country, s.Network, s.Token,
	}))
}

func hashed(purpose, text string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + text))
	return hex.EncodeToString(sum[:16])
}

// seal encrypts an answer under the client's key: it contains the undo token, which is
// otherwise stored only as a hash.
func (a answer) seal(key string) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("sealing an answer: %w", err)
	}
	aead, err := sealer(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails
	return aead.Seal(nonce, nonce, plain, nil), nil
}

func openAnswer(sealed []byte, key string) (a answer, err error) {
	aead, err := sealer(key)
	if err != nil {
		return a, err
	}
	if len(sealed) < aead.NonceSize() {
		return a, fmt.Errorf("opening an answer: %d bytes are too few", len(sealed))
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return a, fmt.Errorf("opening an answer: %w", err)
	}
	if err := json.Unmarshal(plain, &a); err != nil {
		return a, fmt.Errorf("opening an answer: %w", err)
	}
	return a, nil
}

func sealer(key string) (cipher.AEAD, error) {
	secret := sha256.Sum256([]byte("idempotency seal\x00" + key))
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, fmt.Errorf("sealing an answer: %w", err)
	}
	return cipher.NewGCM(block)
}
