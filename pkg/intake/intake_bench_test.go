package intake

import (
	"context"
	"net/netip"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// BenchmarkTake decodes and takes reports of many addresses, without storing them.
func BenchmarkTake(b *testing.B) {
	service, _, _ := newService(b)
	body := []byte(`{"service":"whatsapp","symptom":"send","location":{"lat":51.5074,"lng":-0.1278}}`)
	b.ReportAllocs()
	n := uint32(0)
	for b.Loop() {
		n += 2654435761 // another network each time, because each may send so many only
		submission, err := service.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		client := outage.Client{
			Addr:      netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}),
			UserAgent: "Mozilla/5.0 (Linux; Android 14)", AcceptLanguage: "bn,en;q=0.8",
		}
		if _, err := service.Take(context.Background(), client, submission, ""); err != nil {
			b.Fatal(err)
		}
	}
}
