package main

import (
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// TestNetworksOfReports sends reports that name networks in several scripts, from their
// form to the answers about them. One network prefix that names another one many times
// does not show.
func TestNetworksOfReports(t *testing.T) {
	eachEngine(t, func(s *server) {
		s.set(today.Add(10 * time.Hour))
		send := func(addr, network string) {
			from := sender{addr, "Mozilla/5.0", "en"}
			if got := s.report(from, fmt.Sprintf(`{"service":"whatsapp","symptom":"send","country":"IN","network":%q,"token":%q}`, network, addr+network), ""); got.status != http.StatusAccepted {
				s.t.Fatalf("%s on %s: %d %s", addr, network, got.status, got.body)
			}
		}
		for i := range 12 {
			addr := fmt.Sprintf("1%d.20.30.40", i)
			send(addr, []string{"Jio", "জিও", "जियो"}[i%3])
			if i < 3 {
				send(addr, "Airtel")
			}
		}
		for i := range 20 {
			send(fmt.Sprintf("120.20.30.%d", i), "Vi")
		}
		send("121.20.30.40", "my neighbour's")
		s.set(today.Add(10*time.Hour + 20*time.Minute))
		var got struct {
			Total, Named int64
			Items        []struct {
				Network string
				Reports int64
			}
		}
		query := span("10:00", "10:15")
		query.Set("country", "IN")
		s.read("/api/v1/services/whatsapp/networks", query, &got)
		if got.Total != 36 || got.Named != 12 || len(got.Items) != 1 || got.Items[0].Network != "jio" || got.Items[0].Reports != 12 {
			t.Errorf("%+v", got)
		}
		at := outage.MinuteOf(today.Add(10 * time.Hour))
		counts, err := s.app.hot.Counts(t.Context(), outage.Query{Span: outage.Span{From: at, To: at + 15}, ByNetwork: true, Country: countrytest.IN})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int64{}
		for _, c := range counts {
			found[c.Network] += c.N
			if c.Network == "vi" && c.Judged > 1.7 {
				t.Errorf("20 reports of one prefix are judged as %v", c.Judged)
			}
		}
		if want := map[string]int64{"jio": 12, "airtel": 3, "vi": 20}; !reflect.DeepEqual(found, want) {
			t.Errorf("counted %v, want %v", found, want)
		}
	})
}
