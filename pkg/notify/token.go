package notify

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"
)

// request is what the link of a first letter holds. Nothing is stored before it is opened.
type request struct {
	Mail  string    `json:"m"`
	Until time.Time `json:"t"`
	Interest
}

const mailKeySize = 32 // bytes, of AES-256

// mailKey is the secret of all servers over the store, for links and ids.
func (s *Service) mailKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, mailKeySize)
	rand.Read(key) // never fails
	stored, err := s.config.Store.Claim(ctx, Entry{entryKeys, "mail", key})
	if err != nil {
		return nil, unavailableVisitors(err)
	}
	return stored, nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal encrypts a request, so that a link shows no address and cannot be made by others.
func seal(key []byte, of request) (string, error) {
	by, err := sealer(key)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(by.Seal(nil, nil, text, nil)), nil
}

func open(key []byte, token string) (of request, err error) {
	by, err := sealer(key)
	if err != nil {
		return of, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return of, err
	}
	text, err := by.Open(nil, nil, sealed, nil)
	if err != nil {
		return of, err
	}
	return of, json.Unmarshal(text, &of)
}
