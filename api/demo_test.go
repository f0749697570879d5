package api

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// Each document with numbers of a demo says that it is one, in itself: a header is lost
// where it is saved.
func TestDocumentsOfADemoSaySo(t *testing.T) {
	for path, mark := range map[string]string{
		"/api/v1/services":                                         `{"demo":true,"as_of"`,
		"/api/v1/services/whatsapp":                                `{"demo":true,`,
		"/api/v1/services/whatsapp/series?country=IN":              `{"demo":true,`,
		"/api/v1/services/whatsapp/symptoms?country=IN":            `{"demo":true,`,
		"/api/v1/services/whatsapp/networks?country=IN":            `{"demo":true,`,
		"/api/v1/summary":                                          `{"demo":true,`,
		"/api/v1/incidents":                                        `{"demo":true,`,
		"/api/v1/incidents/" + meant().ID:                          `{"demo":true,`,
		"/api/v1/heatmap?service=whatsapp&country=IN":              `{"demo":true,`,
		"/api/v1/heatmap.geojson?service=whatsapp&country=IN":      `{"demo":true,"type"`,
		"/api/v1/heatmap.csv?service=whatsapp&country=IN":          ",status,demonstration\r\n",
		"/api/v1/heatmap?service=whatsapp&country=IN&level=region": `{"demo":true,`,
		"/api/v1/register":                                         `{"demo":true,`,
		"/api/v1/register?format=csv":                              ",demonstration\r\n",
		"/api/v1/register/hours?format=csv":                        ",demonstration\r\n",
		"/feeds/incidents.atom":                                    "<title>Demonstration: ",
		"/feeds/incidents.json":                                    `"title":"Demonstration: `,
	} {
		for _, demo := range []bool{true, false} {
			response, err := (&world{demo: demo}).app().Test(httptest.NewRequest(fiber.MethodGet, path, nil))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != fiber.StatusOK {
				t.Fatalf("%s: %d, %v: %s", path, response.StatusCode, err, body)
			}
			if strings.Contains(string(body), mark) != demo {
				t.Errorf("%s, demo %v: %.200s", path, demo, body)
			}
		}
	}
}
