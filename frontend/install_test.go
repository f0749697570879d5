package frontend

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/frontend/page"
	"github.com/open-downpour/downpour/pkg/locale"
)

func TestManifests(t *testing.T) {
	_, app := testSite(t, nil)
	for _, lang := range locale.Languages() {
		path, home := "/manifest-"+lang+".webmanifest", "/"+lang
		if lang == locale.Default {
			path, home = "/manifest.webmanifest", "/"
		}
		if body := get(t, app, home).body; !strings.Contains(body, `<link rel="manifest" href="`+path+`">`) {
			t.Errorf("%s does not link to %s", home, path)
		}
		var read struct {
			Name, Description, Lang, Scope, Display string
			Short                                   string `json:"short_name"`
			Start                                   string `json:"start_url"`
			Theme                                   string `json:"theme_color"`
			Background                              string `json:"background_color"`
			Icons                                   []struct{ Src, Sizes, Type, Purpose string }
			Shortcuts                               []struct{ Name, URL string }
		}
		got := get(t, app, path)
		if err := json.Unmarshal([]byte(got.body), &read); err != nil || got.header.Get("Content-Type") != typeManifest {
			t.Fatalf("%s: %v, %s", path, err, got.body)
		}
		if read.Name == "" || read.Short == "" || read.Description == "" || read.Lang != lang || read.Start != home || read.Scope != "/" ||
			read.Display == "" || read.Theme != page.DefaultColour || read.Background != page.DefaultColour || len(read.Shortcuts) != 2 {
			t.Errorf("%s: %+v", path, read)
		}
		found := map[string]bool{}
		for _, icon := range read.Icons {
			found[icon.Purpose+" "+icon.Sizes] = true
			file := get(t, app, icon.Src)
			if file.status != 200 || file.header.Get("Content-Type") != icon.Type {
				t.Fatalf("%s: status %d, %s", icon.Src, file.status, file.header.Get("Content-Type"))
			}
			if icon.Type == kindPNG {
				side, _, _ := strings.Cut(icon.Sizes, "x")
				size, _ := strconv.Atoi(side)
				if about, err := png.DecodeConfig(strings.NewReader(file.body)); err != nil || about.Width != size || about.Height != size {
					t.Errorf("%s: %+v, %v", icon.Src, about, err)
				}
			}
		}
		for _, want := range []string{"any 192x192", "any 512x512", "maskable 192x192", "maskable 512x512"} {
			if !found[want] {
				t.Errorf("%s has no icon %s", path, want)
			}
		}
		for _, shortcut := range read.Shortcuts {
			if got := get(t, app, shortcut.URL); got.status != 200 {
				t.Errorf("%s: status %d", shortcut.URL, got.status)
			}
		}
	}
	for _, path := range []string{"/manifest-en.webmanifest", "/manifest-xx.webmanifest"} {
		if got := get(t, app, path); got.status != 404 {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
}

// The icons have the colour of the operator, and a logo of pixels in place of the drop.
func TestIconsOfAnOperator(t *testing.T) {
	logo := image.NewRGBA(image.Rect(0, 0, 4, 2))
	for x := range 4 {
		for y := range 2 {
			logo.Set(x, y, color.RGBA{0, 255, 0, 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, logo); err != nil {
		t.Fatal(err)
	}
	_, app := testSite(t, func(c *Config) {
		c.Operator = page.Operator{Colour: "#7a0019", Logo: file.Bytes(), LogoKind: kindPNG}
	})
	icon, err := png.Decode(strings.NewReader(get(t, app, touchIcon).body))
	if err != nil {
		t.Fatal(err)
	}
	if got := color.RGBAModel.Convert(icon.At(2, 2)); got != (color.RGBA{0x7a, 0, 0x19, 255}) {
		t.Errorf("the field is %v", got)
	}
	if got := color.RGBAModel.Convert(icon.At(90, 90)); got != (color.RGBA{0, 255, 0, 255}) {
		t.Errorf("the middle is %v", got)
	}
}

// A policy that does not name the manifest and the worker refuses them.
func TestPolicyAllowsManifestAndWorker(t *testing.T) {
	_, app := testSite(t, nil)
	policy := get(t, app, "/").header.Get("Content-Security-Policy")
	for _, want := range []string{"manifest-src 'self'", "worker-src 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s is not in %s", want, policy)
		}
	}
}
