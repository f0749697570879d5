package main

import (
	"bufio"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	locales "github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// extentAnswer is the extent of an incident in the API.
type extentAnswer struct {
	Ratio, Peak float64
	Total       int64
	Seconds     int64                   `json:"duration_seconds"`
	PeakQuarter struct{ Reports int64 } `json:"peak_quarter"`
}

func (d *demonstration) extent(t testing.TB, id string) extentAnswer {
	t.Helper()
	status, body := fetch(d.base + "/api/v1/incidents/" + id)
	var answer extentAnswer
	if err := json.Unmarshal([]byte(body), &answer); status != http.StatusOK || err != nil {
		t.Fatalf("incident %s: status %d, %v", id, status, err)
	}
	return answer
}

var (
	headline  = regexp.MustCompile(`([\d,]+) user reports of problems with \S+ in [^;]+? within (\d[^;]*?) so far, since [^;]*; at the worst ([\d,]+) in 15 minutes`)
	timesSaid = regexp.MustCompile(`([\d.,]+) times the usual`)
)

// checkHeadlines wants the numbers of an incident in the API to lead its page, the
// feed and the share picture. They grow while the test reads, so the documents lie
// between two answers of the API.
func checkHeadlines(t *testing.T, demo *demonstration, id, service, country string) {
	t.Helper()
	before := demo.extent(t, id)
	if before.Total < before.PeakQuarter.Reports || before.PeakQuarter.Reports == 0 || before.Seconds < 60 {
		t.Errorf("the API has %+v", before)
	}
	for name, path := range map[string]string{
		"page": "/incidents/" + id, "feed": "/feeds/incidents.atom?service=" + service + "&country=" + country, "picture": "/incidents/" + id + ".png",
	} {
		var said []string
		eventually(t, "the numbers of the API in the "+name, func() bool {
			_, body := fetch(demo.base + path)
			said = headline.FindStringSubmatch(html.UnescapeString(body))
			return said != nil && numberIn(t, said[1]) >= float64(before.Total)
		})
		after := demo.extent(t, id)
		if total, peak := numberIn(t, said[1]), numberIn(t, said[3]); total > float64(after.Total) || peak < float64(before.PeakQuarter.Reports) || peak > float64(after.PeakQuarter.Reports) {
			t.Errorf("the %s says %q, the API %+v and then %+v", name, said[0], before, after)
		}
		words := locales.New("en", outage.Country(country))
		first, last := words.Duration(time.Duration(before.Seconds)*time.Second), words.Duration(time.Duration(after.Seconds)*time.Second)
		if said[2] != first && said[2] != last && after.Seconds-before.Seconds <= 60 {
			t.Errorf("the %s says that it lasts %q, the API %q", name, said[2], last)
		}
	}
	_, page := fetch(demo.base + "/incidents/" + id)
	after := demo.extent(t, id)
	worst := timesSaid.FindStringSubmatch(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(page, "")), " "))
	if worst == nil {
		t.Fatalf("the page of %s has no ratio", id)
	}
	if times := numberIn(t, worst[1]); times < .9*min(before.Peak, mostTimes) || times > 1.1*min(after.Peak, mostTimes) {
		t.Errorf("the worst ratio is %v on the page, %v and then %v in the API", times, before.Peak, after.Peak)
	}
}

// mostTimes is the ratio above which a page shows only this bound.
const mostTimes = 100

func numberIn(t testing.TB, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkCollateral wants every output that has the incidents of Messenger to blame
// them on WhatsApp, which is what broke.
func checkCollateral(t *testing.T, demo *demonstration) {
	t.Helper()
	eventually(t, "an incident of Messenger that is blamed on WhatsApp", func() bool {
		for name, in := range demo.found(t) {
			if strings.HasPrefix(name, "messenger ") && in.Verdict == outage.LikelyCollateral {
				return true
			}
		}
		return false
	})
	const because = "probably because of WhatsApp"
	for name, path := range map[string]string{
		"list": "/incidents?service=messenger", "card": "/", "service page": "/messenger", "feed": "/feeds/incidents.atom?service=messenger", "badge": "/badge/messenger.json",
	} {
		eventually(t, "the cause in the "+name, func() bool { _, body := fetch(demo.base + path); return strings.Contains(body, because) })
	}
	eventually(t, "the cause in the summary", func() bool {
		_, body := fetch(demo.base + "/api/v1/summary")
		var summary struct {
			Open []struct{ Service, Cause string }
		}
		if err := json.Unmarshal([]byte(body), &summary); err != nil {
			t.Fatal(err)
		}
		for _, in := range summary.Open {
			if in.Service == "messenger" && in.Cause == "whatsapp" {
				return true
			}
		}
		return false
	})
	checkStreamedCause(t, demo)
}

// checkStreamedCause reads a stream until it has an incident with its cause.
func checkStreamedCause(t *testing.T, demo *demonstration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, demo.base+"/api/v1/stream?service=messenger", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), `"cause":"whatsapp"`) {
			return
		}
	}
	t.Error("the stream of Messenger names no cause")
}
