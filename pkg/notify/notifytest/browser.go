package notifytest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Browser is the receiving end of RFC 8291.
type Browser struct {
	// Key and Secret are p256dh and auth of its subscription, base64url.
	Key, Secret string
	key         *ecdh.PrivateKey
	secret      []byte
}

// NewBrowser has keys of its own.
func NewBrowser(t testing.TB) Browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const authBytes = 16
	secret := make([]byte, authBytes)
	rand.Read(secret) // never fails
	encode := base64.RawURLEncoding.EncodeToString
	return Browser{encode(key.PublicKey().Bytes()), encode(secret), key, secret}
}

// Read decrypts a body of one record of aes128gcm (RFC 8188), as RFC 8291 derives its keys,
// and decodes its JSON.
func (b Browser) Read(body []byte, into any) error {
	const header = 16 + 4 + 1
	if len(body) < header || len(body) < header+int(body[header-1]) {
		return errors.New("the body is too short")
	}
	salt, size := body[:16], binary.BigEndian.Uint32(body[16:])
	sender, sealed := body[header:header+int(body[header-1])], body[header+int(body[header-1]):]
	if len(body) > int(size) || size > 4096 {
		return fmt.Errorf("%d bytes in a record of %d", len(body), size)
	}
	sealer, nonce, err := b.derive(sender, salt)
	if err != nil {
		return err
	}
	plain, err := sealer.Open(nil, nonce, sealed, nil)
	if err != nil {
		return err
	}
	text, delimited := strings.CutSuffix(strings.TrimRight(string(plain), "\x00"), "\x02")
	if !delimited {
		return errors.New("the last record has no delimiter")
	}
	return json.Unmarshal([]byte(text), into)
}

// derive is the key and the nonce of the record of a sender.
func (b Browser) derive(sender, salt []byte) (sealer cipher.AEAD, nonce []byte, err error) {
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, nil, err
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		return nil, nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	material, err1 := hkdf.Key(sha256.New, shared, b.secret, info, 32)
	key, err2 := hkdf.Key(sha256.New, material, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err3 := hkdf.Key(sha256.New, material, salt, "Content-Encoding: nonce\x00", 12)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, err
	}
	sealer, err = cipher.NewGCM(block)
	return sealer, nonce, err
}

// Claims are what a sender says of itself to a push service (RFC 8292).
type Claims struct {
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Subject  string `json:"sub"`
}

// CheckVAPID verifies the signature of RFC 8292 by the key that browsers subscribe with, and
// that it is for an audience, for a day at most.
func CheckVAPID(header http.Header, audience, key string, now time.Time) (claimed Claims, err error) {
	token, sent, found := strings.Cut(strings.TrimPrefix(header.Get("Authorization"), "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !found || len(parts) != 3 || sent != key {
		return claimed, fmt.Errorf("Authorization is %q, the key %s", header.Get("Authorization"), key)
	}
	point, err1 := base64.RawURLEncoding.DecodeString(key)
	signature, err2 := base64.RawURLEncoding.DecodeString(parts[2])
	claims, err3 := base64.RawURLEncoding.DecodeString(parts[1])
	if err := errors.Join(err1, err2, err3); err != nil || len(signature) != 64 {
		return claimed, errors.Join(err, errors.New("the key or the signature cannot be decoded"))
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return claimed, err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(public, digest[:], r, s) {
		return claimed, errors.New("the signature is wrong")
	}
	if err := json.Unmarshal(claims, &claimed); err != nil {
		return claimed, err
	}
	if left := time.Unix(claimed.Expires, 0).Sub(now); claimed.Audience != audience || left <= 0 || left > 24*time.Hour {
		return claimed, fmt.Errorf("claims are %s", claims)
	}
	return claimed, nil
}
