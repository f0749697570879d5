package place

import (
	"strings"
	"testing"
	"unicode"
)

func TestKey(t *testing.T) {
	for _, same := range [][]string{
		{"Stoke-on-Trent", "stoke on trent", "STOKE ON TRENT", "Stoke–on–Trent", "stokeontrent"},
		{"St. Albans", "St Albans", "Saint Albans", "ST ALBANS"},
		{"King's Lynn", "King’s Lynn", "kings lynn"},
		{"Cwmbrân", "Cwmbran", "CWMBRÂN", "Cwmbra\u0302n"},
		{"गाज़ियाबाद", "गाजियाबाद", "गा\u095bियाबाद"},
		{"হাওড়া", "হাও\u09dcা", "হাওড\u09bcা"},
		{"700 001", "৭০০০০১", "७००००१", "７００００１", "٧٠٠٠٠١", "700001", "𝟕𝟎𝟎𝟎𝟎𝟏"},
		{"কল\u200dকাতা", "কলকাতা", " কলকাতা. "},
	} {
		for _, text := range same[1:] {
			if got, want := key(words(text)), key(words(same[0])); got != want || got == "" {
				t.Errorf("%q: got %q, want %q as for %q", text, got, want, same[0])
			}
		}
	}
	for _, different := range [][2]string{
		{"पटना", "पटन"}, {"পুরী", "পুরি"}, {"Puri", "Pur"}, {"দিল্লি", "দিললি"}, {"Bath", "Bat"},
	} {
		if key(words(different[0])) == key(words(different[1])) {
			t.Errorf("%q and %q fall together", different[0], different[1])
		}
	}
}

func TestWordsOfNothing(t *testing.T) {
	for _, text := range []string{"", " ", "\t\n", "-", "...", "'", ",", "\xff\xfe", "\u200d", "\u0301"} {
		if got := words(text); len(got) != 0 {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

// digitOf counts within runs of ten, which is how Unicode allots them.
func TestDigitsComeInTens(t *testing.T) {
	for _, run := range unicode.Nd.R16 {
		if run.Stride != 1 || (run.Hi-run.Lo+1)%10 != 0 {
			t.Errorf("%U to %U are not tens", run.Lo, run.Hi)
		}
	}
	for _, run := range unicode.Nd.R32 {
		if run.Stride != 1 || (run.Hi-run.Lo+1)%10 != 0 {
			t.Errorf("%U to %U are not tens", run.Lo, run.Hi)
		}
	}
	for _, ten := range []string{"0123456789", "০১২৩৪৫৬৭৮৯", "०१२३४५६७८९", "௦௧௨௩௪௫௬௭௮௯", "૦૧૨૩૪૫૬૭૮૯", "𑁦𑁧𑁨𑁩𑁪𑁫𑁬𑁭𑁮𑁯"} {
		if got := strings.Join(words(ten), ""); got != "0123456789" {
			t.Errorf("%s: got %s", ten, got)
		}
	}
}
