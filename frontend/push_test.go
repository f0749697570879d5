package frontend

import (
	"strings"
	"testing"
)

// TestMessagesAreOffered where a service and a country are known, hidden until a script shows
// them; nowhere on a server that sends none.
func TestMessagesAreOffered(t *testing.T) {
	_, without := testSite(t, func(c *Config) { c.Push = false })
	_, with := testSite(t, nil)
	for path, want := range map[string]string{
		"/in/whatsapp":                       `<p class="push" hidden><a href="/in/whatsapp/follow" data-push="whatsapp IN once"`,
		"/gb/whatsapp/follow":                `<p class="push" hidden><a href="/gb/whatsapp/follow" data-push="whatsapp GB"`,
		"/bn/whatsapp/follow":                `<p class="push" hidden><a href="/bn/in/whatsapp/follow" data-push="whatsapp IN"`,
		"/in/west-bengal":                    `<p class="push" hidden><a href="/in/follow" data-push=" IN IN-WB"`,
		"/bn/in/whatsapp/thanks?id=1&undo=2": `<p class="push"><a href="/bn/in/whatsapp/follow" data-push="whatsapp IN once"`,
		"/cy/about":                          "rydym yn cadw cyfeiriad eich porwr",
	} {
		if body := get(t, with, path).body; !strings.Contains(body, want) {
			t.Errorf("%s lacks %s: %s", path, want, mainOf(body))
		}
		if body := get(t, without, path).body; strings.Contains(body, "data-push") || strings.Contains(body, "cyfeiriad eich porwr") {
			t.Errorf("%s offers what the server does not send", path)
		}
	}
	for _, path := range []string{"/whatsapp", "/in/whatsapp/thanks"} {
		if body := get(t, with, path).body; strings.Contains(body, `data-push="whatsapp "`) {
			t.Errorf("%s offers messages about no country", path)
		}
	}
}
