package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

// What people type and what it leads to: services, then categories after a dash;
// a "!" before what leads straight to the page of the service. Words that people
// use beside a name, slips of spelling, and kinds of trouble in four languages,
// and in Hindi and Bengali of Latin letters.
var questions = []struct {
	country  outage.Country
	question string
	want     string
}{
	// Names with what is said of a service that does not work.
	{"", "whatsapp down", "!whatsapp"},
	{"", "is whatsapp down today?", "!whatsapp"},
	{"", "Whats app not working", "!whatsapp"},
	{"GB", "hsbc app", "!hsbc"},
	{"GB", "hsbc app not working", "!hsbc"},
	{"GB", "why can't I log in to hsbc", "!hsbc"},
	{"GB", "nhs app down", "!nhs-app"},
	{"", "app store down", "!apple-app-store"},
	{"", "x down", "!x"},
	{"GB", "sky down", "!sky"},
	{"GB", "now tv not loading", "!now"},
	{"IN", "এ\u09dfারটেল কাজ করছে না", "!airtel"},
	{"IN", "এ\u09af\u09bcারটেল কাজ করছে না", "!airtel"}, // the same, the letter and its dot apart
	{"IN", "হোয়াটসঅ্যাপ চলছে না", "!whatsapp"},
	{"IN", "ফোনপে বন্ধ", "!phonepe"},
	{"IN", "jio kaj korche na", "!jio"},
	{"IN", "जियो नहीं चल रहा", "!jio"},
	{"IN", "व्हाट्सऐप डाउन है", "!whatsapp"},
	{"IN", "फ़ोनपे काम नहीं कर रहा है", "!phonepe"},
	{"IN", "एसबीआई का सर्वर डाउन", "!sbi"},
	{"IN", "paytm kaam nahi kar raha", "!paytm"},
	{"GB", "whatsapp ddim yn gweithio", "!whatsapp"},
	{"GB", "ydy facebook i lawr", "!facebook"},
	{"GB", "Trafnidiaeth Cymru ddim yn gweithio", "!transport-for-wales"},
	// A name in a sentence.
	{"IN", "jio no signal", "!jio"},
	{"IN", "jio internet not working in kolkata", "!jio"},
	{"GB", "no signal on ee in leeds", "!ee"},
	{"GB", "tesco delivery slots gone", "!tesco"},
	{"IN", "cesc no power in behala", "!cesc-kolkata"},
	{"GB", "thames water no water since 6", "!thames-water"},
	// Slips of spelling, which lead to a choice.
	{"GB", "virgn", "virgin-media"},
	{"GB", "virgn media", "virgin-media"},
	{"", "instagarm", "instagram"},
	{"", "facebbok down", "facebook"},
	{"", "netflx not working", "netflix"},
	{"IN", "airtle", "airtel"},
	{"GB", "vodaphone down", "!vodafone"}, // an alias
	{"GB", "barclys", "barclays"},
	{"GB", "natwset app", "natwest"},
	{"IN", "zerodah", "zerodha"},
	{"IN", "এয়ারটল", "airtel"},
	{"IN", "फेसबूक", "facebook"},
	// Kinds of trouble.
	{"GB", "internet not working", "- mobile broadband"},
	{"IN", "internet not working", "- mobile broadband"},
	{"GB", "no internet", "- mobile broadband"},
	{"GB", "wifi down", "- broadband"},
	{"GB", "no signal", "- mobile"},
	{"GB", "no signal today", "- mobile"},
	{"GB", "power cut", "- power"},
	{"IN", "power cut", "- power"},
	{"GB", "power cut in leeds since morning", "- power"},
	{"GB", "pwoer cut", "- power"},
	{"GB", "no water", "- water"},
	{"GB", "no water in my house", "- water"},
	{"GB", "burst water main", "- water"},
	{"GB", "cash machine not working", "- bank"},
	{"IN", "bijli nahi hai", "- power"},
	{"IN", "light nahi aa rahi", "- power"},
	{"IN", "pani nahi aa raha", "- water"},
	{"IN", "net nahi chal raha", "- mobile broadband"},
	{"IN", "बिजली नहीं है", "- power"},
	{"IN", "बिजली नहीं आ रही", "- power"},
	{"IN", "लाइट नहीं है", "- power"},
	{"IN", "पानी नहीं आ रहा", "- water"},
	{"IN", "इंटरनेट नहीं चल रहा", "- mobile broadband"},
	{"IN", "नेटवर्क नहीं आ रहा", "- mobile"},
	{"IN", "बैंक का सर्वर डाउन", "- bank"},
	{"IN", "বিদ্যুৎ নেই", "- power"},
	{"IN", "লোডশেডিং", "- power"},
	{"IN", "কারেন্ট নেই", "- power"},
	{"IN", "জল আসছে না", "- water"},
	{"IN", "পানি নেই", "- water"},
	{"IN", "ইন্টারনেট চলছে না", "- mobile broadband"},
	{"IN", "নেটওয়ার্ক নেই", "- mobile"},
	{"GB", "toriad trydan", "- power"},
	{"GB", "dim trydan", "- power"},
	{"GB", "dim dŵr", "- water"},
	{"GB", "dim dwr yn Aberystwyth", "- water"},
	{"GB", "dim rhyngrwyd", "- mobile broadband"},
	{"GB", "dim signal", "- mobile"},
	// A country without the service.
	{"GB", "jio not working", ""},
	{"IN", "thames water", "- water"},
	// Sentences, other spellings, and both Unicode forms.
	{"GB", "is it just me or is instagram down", "!instagram"},
	{"GB", "has whatsapp crashed again", "!whatsapp"},
	{"IN", "my paytm payment is stuck", "!paytm"},
	{"IN", "hdfc netbanking not opening", "!hdfc-bank"},
	{"IN", "phone pe band hai", "!phonepe"},
	{"IN", "sbi yono nahi khul raha", "!sbi"},
	{"IN", "जीपे नहीं चल रहा", "!google-pay"},
	{"IN", "क्या आज व्हाट्सएप बंद है", "!whatsapp"},
	{"IN", "স্টেট ব্যাংক", "!sbi"},
	{"IN", "স্টেট ব্যাঙ্ক কাজ করছে না", "!sbi"},
	{"IN", "জিয়ো চলছে না", "!jio"},
	{"IN", "জি\u09af\u09bcো চলছে না", "!jio"},
	{"IN", "ইনস্টাগ্রাম কেন খুলছে না", "!instagram"},
	{"IN", "বিদ্যুত নেই", "- power"},
	{"IN", "বাংলা সিনেমার টিকিট", "- tickets"},
	{"GB", "Ydy Netflix wedi torri?", "!netflix"},
	{"GB", "ap y GIG", "!nhs-app"},
	{"GB", "toriad trydan yn Abertawe heddiw", "- power"},
	{"GB", "does dim rhyngrwyd gyda fi", "- mobile broadband"},
	{"GB", "wi-fi keeps dropping", "- broadband"},
	{"GB", "my broadband is down", "- broadband"},
	{"IN", "light gul", "- power"},
	{"IN", "पेमेंट फेल", "- payments"},
	// Nothing to go by.
	{"", "not working", ""},
	{"", "qqqqq", ""},
}

func TestQuestions(t *testing.T) {
	catalog := builtIn(t)
	for _, c := range questions {
		found := catalog.Search(c.question, c.country)
		got := slugs(found.Services)
		if found.Sure {
			got = []string{"!" + got[0]}
		}
		if len(found.Categories) > 0 {
			got = append(append(got, "-"), found.Categories...)
		}
		if !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%q in %q: %v, want %s", c.question, c.country, got, c.want)
		}
	}
}

func TestNetworks(t *testing.T) {
	catalog := builtIn(t)
	for _, c := range []struct {
		country outage.Country
		text    string
		want    string
	}{
		{"IN", "Jio", "jio"}, {"IN", "जियो", "jio"}, {"IN", "জিও", "jio"}, {"IN", "জিয়ো", "jio"}, {"IN", "JIO 5G", "jio"},
		{"IN", "reliance jio", "jio"}, {"IN", "JioFiber", "jiofiber"}, {"IN", "jio fibre", "jiofiber"},
		{"IN", "Airtel", "airtel"}, {"IN", "एयरटेल", "airtel"}, {"IN", "এ\u09dfারটেল", "airtel"}, {"IN", "এ\u09af\u09bcারটেল", "airtel"}, {"IN", "airtle", "airtel"},
		{"IN", "airtel broadband", "airtel-xstream"}, {"IN", "Airtel Xstream Fiber", "airtel-xstream"},
		{"IN", "Vi", "vi"}, {"IN", "वी", "vi"}, {"IN", "ভি", "vi"}, {"IN", "Vodafone", "vi"}, {"IN", "ভোডাফোন", "vi"}, {"IN", "Idea", "vi"},
		{"IN", "BSNL", "bsnl"}, {"IN", "बीएसएनएल", "bsnl"}, {"IN", "বিএসএনএল", "bsnl"}, {"IN", " Act  FiberNet! ", "act-fibernet"}, {"IN", "act", "act-fibernet"},
		{"IN", "Hathway", "hathway"}, {"IN", "Starlink", "starlink"}, {"IN", "tata play", "tata-play-fiber"}, {"IN", "excitell", "excitel"},
		{"GB", "EE", "ee"}, {"GB", "ईई", "ee"}, {"GB", "ইই", "ee"}, {"GB", "O2", "o2"}, {"GB", "o 2", "o2"}, {"GB", "ओ2", "o2"}, {"GB", "ও২", "o2"},
		{"GB", "Vodafone", "vodafone"}, {"GB", "vodafone uk", "vodafone"}, {"GB", "vodaphone", "vodafone"}, {"GB", "3", "three"}, {"GB", "Three", "three"}, {"GB", "थ्री", "three"},
		{"GB", "BT", "bt"}, {"GB", "bt broadband", "bt"}, {"GB", "my BT wifi", "bt"}, {"GB", "Virgin Media", "virgin-media"}, {"GB", "virgn media", "virgin-media"}, {"GB", "ভার্জিন মিডিয়া", "virgin-media"},
		{"GB", "Sky", "sky"}, {"GB", "sky broadband", "sky"}, {"GB", "Sky Mobile", "sky-mobile"}, {"GB", "giffgaff", "giffgaff"}, {"GB", "gif gaf", "giffgaff"},
		{"GB", "TalkTalk", "talktalk"}, {"GB", "talk talk", "talktalk"}, {"GB", "plusnet", "plusnet"}, {"GB", "SMARTY", "smarty"}, {"GB", "lyca", "lycamobile"}, {"GB", "idmobile", "id-mobile"},
		{"GB", "hyperoptic", "hyperoptic"}, {"GB", "Zen", "zen"}, {"GB", "Community Fibre", "community-fibre"}, {"GB", "gigaclear", "gigaclear"},
		// Of another country, no network, or nobody's.
		{"GB", "Jio", ""}, {"IN", "BT", ""}, {"GB", "WhatsApp", ""}, {"IN", "my neighbour", ""}, {"GB", "", ""}, {"GB", "wifi", ""}, {"GB", "<b>", ""},
	} {
		if got := catalog.AccessNetwork(c.text, c.country); got != c.want {
			t.Errorf("%q in %s is %q, want %q", c.text, c.country, got, c.want)
		}
	}
}

// Every value that a form offers as a network is understood, in every language.
func TestOfferedNetworksAreUnderstood(t *testing.T) {
	catalog := builtIn(t)
	for _, service := range catalog.Services() {
		if !service.AccessNetwork() {
			continue
		}
		for language, name := range service.Names {
			for _, country := range service.Country {
				if got := catalog.AccessNetwork(name, country); got != service.Slug {
					t.Errorf("%q (%s) in %s is %q, not %s", name, language, country, got, service.Slug)
				}
			}
		}
	}
}

// No service is called what is left out of questions.
func TestStopWordsAreNoNames(t *testing.T) {
	for _, service := range builtIn(t).Services() {
		for name := range namesOf(service) {
			for _, phrase := range stops {
				if strings.Join(phrase, "") == name {
					t.Errorf("%s of %s is a stop word", name, service.Slug)
				}
			}
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, c := range questions {
		f.Add(c.question)
	}
	catalog := builtIn(f)
	f.Fuzz(func(t *testing.T, text string) {
		found := catalog.Search(text, "")
		if found.Sure && (len(found.Services) == 0 || len(found.Categories) > 0) {
			t.Errorf("%q: sure of %v, %v", text, slugs(found.Services), found.Categories)
		}
		if slug := catalog.AccessNetwork(text, countrytest.IN); slug != "" {
			if service, ok := catalog.Service(slug); !ok || !service.AccessNetwork() {
				t.Errorf("%q is the network %q", text, slug)
			}
		}
	})
}
