package pagetest

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

type Services []outage.Service

func (f Services) Services() []outage.Service { return f }

func (f Services) Service(slug string) (outage.Service, bool) {
	for _, service := range f {
		if service.Slug == slug {
			return service, true
		}
	}
	return outage.Service{}, false
}

func (f Services) Family(slug string) []outage.Service {
	return slices.DeleteFunc(slices.Clone(f), func(s outage.Service) bool { return slug == "" || s.Family != slug })
}

// Search finds services by part of a name. "no signal" stands for what names a
// category.
func (f Services) Search(q string, country outage.Country) outage.Found {
	if q == "no signal" {
		return outage.Found{Categories: []string{"mobile"}}
	}
	var found outage.Found
	key, whole := locale.Key(q), 0
	for _, service := range f {
		used := country == "" || len(service.Country) == 0 || slices.Contains(service.Country, country)
		names := []string{service.Slug, service.Name, service.Names["hi"], service.Names["bn"]}
		if !used || key == "" || !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(locale.Key(name), key) }) {
			continue
		}
		if slices.ContainsFunc(names, func(name string) bool { return locale.Key(name) == key }) {
			found.Services = slices.Insert(found.Services, 0, service)
			whole++
		} else {
			found.Services = append(found.Services, service)
		}
	}
	found.Sure = len(found.Services) == 1 || whole == 1
	return found
}

var categoryNames = map[string]map[string]string{
	"messaging": {"en": "Messaging", "hi": "मैसेजिंग", "bn": "মেসেজিং", "cy": "Negeseua"},
	"social":    {"en": "Social media", "hi": "सोशल मीडिया", "bn": "সোশ্যাল মিডিয়া", "cy": "Cyfryngau cymdeithasol"},
	"video":     {"en": "Video", "hi": "वीडियो", "bn": "ভিডিও", "cy": "Fideo"},
	"payments":  {"en": "Payments", "hi": "भुगतान", "bn": "পেমেন্ট", "cy": "Taliadau"},
	"mobile":    {"en": "Mobile network", "hi": "मोबाइल नेटवर्क", "bn": "মোবাইল নেটওয়ার্ক", "cy": "Rhwydwaith symudol"},
	"broadband": {"en": "Broadband", "hi": "ब्रॉडबैंड", "bn": "ব্রডব্যান্ড", "cy": "Band eang"},
	"bank":      {"en": "Banking", "hi": "बैंकिंग", "bn": "ব্যাঙ্কিং", "cy": "Bancio"},
	"shopping":  {"en": "Shopping", "hi": "ख़रीदारी", "bn": "কেনাকাটা", "cy": "Siopa"},
	"travel":    {"en": "Travel", "hi": "यात्रा", "bn": "যাতায়াত", "cy": "Teithio"},
}

func (Services) CategoryNames(slug string) map[string]string { return categoryNames[slug] }

var testSymptoms = []outage.Symptom{
	{Slug: "messages", Names: map[string]string{"en": "Messages do not arrive", "hi": "संदेश नहीं पहुँचते", "bn": "মেসেজ পৌঁছচ্ছে না", "cy": "Negeseuon ddim yn cyrraedd"}},
	{Slug: "connect", Names: map[string]string{"en": "No connection", "hi": "कनेक्शन नहीं", "bn": "সংযোগ নেই", "cy": "Dim cysylltiad"}},
	{Slug: "login", Names: map[string]string{"en": "Cannot log in", "hi": "लॉग इन नहीं होता", "bn": "লগ ইন হচ্ছে না", "cy": "Methu mewngofnodi"}},
	{Slug: "calls", Names: map[string]string{"en": "Calls fail", "hi": "कॉल नहीं लगती", "bn": "কল হচ্ছে না", "cy": "Galwadau'n methu"}},
	{Slug: "slow", Names: map[string]string{"en": "Very slow", "hi": "बहुत धीमा", "bn": "খুব ধীর", "cy": "Araf iawn"}},
	{Slug: "strange", Names: map[string]string{"en": "Something else", "hi": "कुछ और", "bn": "অন্য কিছু", "cy": "Rhywbeth arall"}},
}

func SomeServices() Services {
	var all Services
	family := map[string]string{"whatsapp": "meta", "instagram": "meta", "facebook": "meta"}
	for _, row := range []string{
		"whatsapp|WhatsApp||व्हाट्सऐप|হোয়াটসঅ্যাপ|messaging", "instagram|Instagram||इंस्टाग्राम|ইনস্টাগ্রাম|social",
		"facebook|Facebook||फ़ेसबुक|ফেসবুক|social", "telegram|Telegram||टेलीग्राम|টেলিগ্রাম|messaging",
		"youtube|YouTube||यूट्यूब|ইউটিউব|video", "netflix|Netflix||नेटफ़्लिक्स|নেটফ্লিক্স|video",
		"upi|UPI|IN|यूपीआई|ইউপিআই|payments", "jio|Jio|IN|जियो|জিও|mobile", "airtel|Airtel|IN|एयरटेल|এয়ারটেল|mobile",
		"sbi|SBI|IN|एसबीआई|এসবিআই|bank", "bt|BT|GB|||broadband", "ee|EE|GB|||mobile", "virgin-media|Virgin Media|GB|||broadband",
		"sky|Sky|GB|||broadband", "hsbc|HSBC||||bank",
	} {
		f := strings.Split(row, "|")
		service := outage.Service{Slug: f[0], Name: f[1], Family: family[f[0]], Category: f[5],
			Names: map[string]string{"hi": f[3], "bn": f[4]}, Symptoms: testSymptoms}
		if f[2] != "" {
			service.Country = []outage.Country{outage.Country(f[2])}
		}
		if f[0] == "instagram" {
			service.DependsOn = []string{"whatsapp"}
		}
		all = append(all, service)
	}
	return all
}

// bengali spells Latin letters with Bengali ones, so that a name weighs what
// real ones do.
var bengali = strings.NewReplacer("a", "আ", "b", "ব", "c", "ক", "d", "ড", "e", "এ", "f", "ফ", "g", "গ", "h", "হ", "i", "ই", "j", "জ",
	"k", "খ", "l", "ল", "m", "ম", "n", "ন", "o", "ও", "p", "প", "q", "খ", "r", "র", "s", "স", "t", "ট", "u", "উ", "v", "ভ", "w", "ঘ", "x", "ক্স", "y", "য়", "z", "জ")

// ManyServices has as many as a full catalogue.
func ManyServices() Services {
	all := SomeServices()
	for i, name := range strings.Fields("Snapchat LinkedIn Pinterest Reddit Discord Skype Teams Zoom Slack Gmail Outlook Drive Dropbox Spotify Hotstar " +
		"SonyLiv Zee5 Twitch Vimeo DisneyPlus iPlayer ITVX Channel4 NowTV PhonePe Paytm GPay PayPal Revolut Monzo Starling Barclays Lloyds NatWest Santander " +
		"Halifax Nationwide ICICI Axis Kotak PNB Canara Flipkart Amazon Myntra Swiggy Zomato Deliveroo JustEat Ocado Tesco Uber Ola Rapido IRCTC " +
		"Trainline IndiGo RyanAir Vodafone Three O2 GiffGaff TalkTalk Plusnet Hathway BSNL Aadhaar Digilocker Steam Roblox Fortnite PlayStation Xbox") {
		slugs := []string{"social", "messaging", "video", "payments", "bank", "shopping", "travel", "broadband", "mobile"}
		slug := strings.ToLower(name)
		all = append(all, outage.Service{Slug: slug, Name: name, Category: slugs[i/9%len(slugs)], Names: map[string]string{"bn": bengali.Replace(slug)}, Symptoms: testSymptoms})
	}
	return all
}
