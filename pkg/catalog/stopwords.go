package catalog

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
)

// stopPhrases are what people type beside the name of a service and what tells no
// service from another, by language. Hindi and Bengali are typed in Latin letters
// too. A word that is the name of a service ("now") cannot stand here, and neither
// can "no", since "no signal" is not the service Signal.
var stopPhrases = map[string]string{
	"en": `down, outage, outages, not working, isnt working, doesnt work, does not work, stopped working, wont work, not loading,
		wont load, not opening, wont open, not connecting, not responding, not available, unavailable, keeps crashing, crashed,
		crashing, broken, failing, failed, failure, fault, faults, offline, problem, problems, issue, issues, error, errors,
		trouble, login, log in, sign in, cant log in, cannot log in, app, apps, site, website, web, server, servers, service,
		services, status, is, are, it, has, have, the, a, an, my, our, on, in, at, for, with, of, to, from, and, or, today,
		tonight, this morning, right now, again, still, why, what, when, anyone, anyone else, just me, me, i, cant, cannot,
		help, please, checker, live, uk, india, near me, my area`,
	"hi": `डाउन, ठप, बंद है, बंद, चालू नहीं, नहीं चल रहा, नहीं चल रही, नहीं चल रहे, काम नहीं कर रहा, काम नहीं कर रही, काम नहीं कर रहे,
		नहीं खुल रहा, नहीं खुल रही, नहीं हो रहा, नहीं हो रही, नहीं आ रहा, नहीं आ रही, क्यों, आज, अभी, मेरा, मेरी, मेरे, में, पर, का, की, के,
		को, से, है, हैं, हो गया, ऐप, एप, साइट, सर्वर, दिक्कत, समस्या, परेशानी, खराब, खराबी, लॉगिन,
		nahi chal raha, nahi chal rahi, nahin chal raha, kaam nahi kar raha, kaam nahi kar rahi, kam nahi kar raha,
		nahi khul raha, nahi ho raha, nahi aa raha, nahi aa rahi, nahi hai, nahin hai, chal nahi raha, band hai, band, kyu, kyun,
		kyon, aaj, hai, mera, meri, mein, me, ka, ki, ke, kharab`,
	"bn": `ডাউন, বিকল, বন্ধ, চলছে না, কাজ করছে না, খুলছে না, হচ্ছে না, আসছে না, লোড হচ্ছে না, ঢোকা যাচ্ছে না, কেন, কি, কী, আজ,
		এখন, আমার, আমাদের, এর, র, এ, তে, অ্যাপ, সাইট, সার্ভার, সমস্যা, খারাপ, লগইন,
		cholche na, kaj korche na, khulche na, hocche na, hochhe na, asche na, bondho, keno, amar, kharap`,
	"cy": `ddim yn gweithio, ddim yn llwytho, ddim yn agor, i lawr, wedi torri, wedi methu, ar gael, all lein, problem, problemau,
		trafferth, nam, gwall, ap, gwefan, gwasanaeth, heddiw, nawr, pam, beth, yw, ydy, mae, fy, ein, yn, yr, y, gyda, ar, i, o`,
}

// stops are the folded words of all stop phrases, the longest phrases first.
var stops = foldedStops()

func foldedStops() [][]string {
	var phrases [][]string
	for _, language := range languages {
		for phrase := range strings.SplitSeq(stopPhrases[language], ",") {
			phrases = append(phrases, locale.Words(phrase))
		}
	}
	slices.SortStableFunc(phrases, func(a, b []string) int { return len(b) - len(a) })
	return phrases
}

// marked tells of each word whether it belongs to one of the phrases.
func marked(words []string, phrases [][]string) []bool {
	marks := make([]bool, len(words))
	for _, phrase := range phrases {
		for at := 0; ; at++ {
			next := indexOf(words[at:], phrase)
			if next < 0 {
				break
			}
			at += next
			for i := range phrase {
				marks[at+i] = true
			}
		}
	}
	return marks
}

// indexOf is where a phrase begins among words, -1 where it does not stand.
func indexOf(words, phrase []string) int {
	for at := 0; at+len(phrase) <= len(words); at++ {
		if slices.Equal(words[at:at+len(phrase)], phrase) {
			return at
		}
	}
	return -1
}
