package intake

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestDecode(t *testing.T) {
	everything := `{"service":"whatsapp","symptom":"send","kind":"problem","location":{"lat":22.5,"lng":88.3},` +
		`"place":"700001","country":"IN","network":"Jio","since":"2031-07-08T11:00:00Z","token":"t"}`
	all := outage.Submission{
		Service: "whatsapp", Symptom: "send", Kind: "problem", Location: &outage.LatLng{Lat: 22.5, Lng: 88.3},
		Place: "700001", Country: "IN", Network: "Jio", Since: "2031-07-08T11:00:00Z", Token: "t",
	}
	good := map[string]struct {
		body string
		want outage.Submission
	}{
		"everything":              {everything, all},
		"spaces around":           {" \n" + everything + "\n ", all},
		"nothing":                 {`{}`, outage.Submission{}},
		"null is nothing":         {`{"service":null,"location":null}`, outage.Submission{}},
		"numbers in any notation": {`{"location":{"lat":2.25e1,"lng":-0}}`, outage.Submission{Location: &outage.LatLng{Lat: 22.5}}},
		"Bengali":                 {`{"place":"কলকাতা"}`, outage.Submission{Place: "কলকাতা"}},
	}
	service, _, _ := newService(t)
	for name, c := range good {
		t.Run(name, func(t *testing.T) {
			got, err := service.Decode([]byte(c.body))
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("read as %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
	bad := map[string]struct {
		body, field string
		code        outage.Code
	}{
		"empty":                {``, "body", outage.CodeInvalid},
		"a text":               {`"service"`, "body", outage.CodeInvalid},
		"cut off in a key":     {`{"serv`, "body", outage.CodeInvalid},
		"cut off in a value":   {`{"service":"what`, "service", outage.CodeInvalid},
		"cut off inside":       {`{"location":{"lat":1`, "location.lat", outage.CodeInvalid},
		"a brace too many":     {`{}}`, "body", outage.CodeInvalid},
		"two objects":          {`{}{}`, "body", outage.CodeInvalid},
		"a list of objects":    {`[{}]`, "body", outage.CodeInvalid},
		"a comment":            {`{"service":/* */"x"}`, "service", outage.CodeInvalid},
		"an unknown field":     {`{"lat":1}`, "lat", outage.CodeUnknown},
		"a field with no name": {`{"":1}`, "body", outage.CodeUnknown},
		"a wrong type":         {`{"country":["IN"]}`, "country", outage.CodeInvalid},
		"a wrong type inside":  {`{"location":{"lat":"x","lng":1}}`, "location.lat", outage.CodeInvalid},
		"no latitude":          {`{"location":{"lng":1}}`, "location.lat", outage.CodeInvalid},
		"no longitude":         {`{"location":{"lat":1}}`, "location.lng", outage.CodeInvalid},
		"infinity":             {`{"location":{"lat":Infinity,"lng":1}}`, "location.lat", outage.CodeInvalid},
		"too large":            {`{"token":"` + strings.Repeat("x", MaxBody) + `"}`, "body", outage.CodeTooLarge},
		"too deep":             {`{"place":` + strings.Repeat(`{"a":`, 2000), "place", outage.CodeInvalid},
		"a long field name":    {`{"` + strings.Repeat("x", 900) + `":1}`, strings.Repeat("x", 60) + "…", outage.CodeUnknown},
	}
	for name, c := range bad {
		t.Run(name, func(t *testing.T) {
			_, err := service.Decode([]byte(c.body))
			if known := outage.AsError(err); known == nil || known.Field != c.field || known.Code != c.code || known.Detail == "" {
				t.Errorf("refused with %#v, want %s on %s", known, c.code, c.field)
			}
		})
	}
}

// FuzzDecode decodes any bytes. They are rejected with the field at fault, or decoded to a
// submission that is the same after encoding and decoding.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"service":"whatsapp","location":{"lat":22.5,"lng":88.3},"token":"t"}`, `{"Service":"a","service":"b"}`,
		`{"location":{"lat":1e400}}`, `{"a":{"b":[{"c":`, `{}`, ``, "\xff", `{"":0}`, "{\"\xff\":0}", `{"location":{"":1}}`, `{"service":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		service := &Service{}
		sent, err := service.Decode(body)
		if err != nil {
			known := outage.AsError(err)
			if known == nil || known.Field == "" || known.Detail == "" || utf8.RuneCountInString(known.Error()) > 400 {
				t.Fatalf("%q is refused with %v", body, err)
			}
			return
		}
		w := wire{
			Service: &sent.Service, Symptom: &sent.Symptom, Kind: &sent.Kind, Place: &sent.Place, Country: &sent.Country,
			Network: &sent.Network, Since: &sent.Since, Token: &sent.Token,
		}
		if sent.Location != nil {
			w.Location = &wireLocation{Lat: &sent.Location.Lat, Lng: &sent.Location.Lng}
		}
		text, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		again, err := service.Decode(text)
		if len(text) <= MaxBody && (err != nil || !reflect.DeepEqual(sent, again)) {
			t.Fatalf("%q was decoded to %+v and again to %+v, %v", body, sent, again, err)
		}
	})
}
