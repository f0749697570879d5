package locale

import (
	"slices"
	"testing"
	"unicode"
)

func TestKeyFoldsSpellings(t *testing.T) {
	for _, same := range [][]string{
		{"Stoke-on-Trent", "stoke on trent", "STOKE ON TRENT", "Stoke–on–Trent", "stokeontrent"},
		{"St. Albans", "St Albans", "ST ALBANS"},
		{"King's Lynn", "King’s Lynn", "kings lynn", "KINGʼS LYNN"},
		{"Cwmbrân", "Cwmbran", "CWMBRÂN", "Cwmbra\u0302n"},
		{"Straße", "STRASSE", "strasse"},
		{"İzmir", "izmir", "IZMIR"},
		{"गाज़ियाबाद", "गाजियाबाद", "गा\u095bियाबाद"},
		{"হাওড়া", "হাও\u09dcা", "হাওড\u09bcা"},
		{"এয়ারটেল", "এ\u09dfারটেল", "এয\u09bcারটেল", "এযারটেল"},
		{"ਫ਼ਰੀਦਕੋਟ", "ਫਰੀਦਕੋਟ", "\u0a5eਰੀਦਕੋਟ"},
		{"কো", "ক\u09c7\u09be"},
		{"700 001", "৭০০০০১", "७००००१", "７００００１", "٧٠٠٠٠١", "700001", "𝟕𝟎𝟎𝟎𝟎𝟏"},
		{"কল\u200dকাতা", "কলকাতা", " কলকাতা. ", "কল\ufeffকাতা"},
		{"ﬁbre", "fibre", "ＦＩＢＲＥ", "fi\u00adbre"},
		{"Booking.com", "booking com"},
	} {
		for _, text := range same[1:] {
			if got, want := Key(text), Key(same[0]); got != want || got == "" {
				t.Errorf("%q: got %q, want %q as for %q", text, got, want, same[0])
			}
		}
	}
	for _, different := range [][2]string{
		{"पटना", "पटन"}, {"পুরী", "পুরি"}, {"Puri", "Pur"}, {"দিল্লি", "দিললি"}, {"Bath", "Bat"}, {"O2", "O3"},
	} {
		if Key(different[0]) == Key(different[1]) {
			t.Errorf("%q and %q fall together", different[0], different[1])
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Kolkata,700001":    {"kolkata", "700001"},
		"Stoke-on-Trent":    {"stoke", "on", "trent"},
		" Hove (BN3) ":      {"hove", "bn3"},
		"AT&T":              {"at", "t"},
		"চ্যানেল ৪":         {"চ্যানেল", "4"},
		"Sainsbury’s  Bank": {"sainsburys", "bank"},
	} {
		if got := Words(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", " ", "\t\n", "-", "...", "'", ",", "\xff\xfe", "\u200d", "\u0301", "\u09bc"} {
		if got := Words(text); len(got) != 0 {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

// Folding what is folded changes nothing, whatever the text is.
func FuzzKey(f *testing.F) {
	for _, text := range []string{"Stoke-on-Trent", "এয়ারটেল", "७००", "İ", "ŉ", "ΐ", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if once := Key(text); Key(once) != once {
			t.Errorf("%q becomes %q and then %q", text, once, Key(once))
		}
	})
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
		if got := Key(ten); got != "0123456789" {
			t.Errorf("%s: got %s", ten, got)
		}
	}
}
