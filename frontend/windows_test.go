package frontend

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	withinIncident = regexp.MustCompile(`([0-9,]+) user reports (?:of problems with [^<]{0,80} )?within ([^<;,]*?)(?: so far)?[,;]`)
	lastMinutes    = regexp.MustCompile(`([0-9,]+) user reports in (the last \d+ minutes)`)
	inChart        = regexp.MustCompile(`(?s)([0-9,]+) reports in this chart.*?<table class="hours">(.*?)</table>`)
	rowOfChart     = regexp.MustCompile(`(?s)<tr><th scope="row">.*?<td>([0-9,]+)`)
	spanOfMap      = regexp.MustCompile(`\d\d:\d\d to (\d\d:\d\d, \w+ time)`)
	asOf           = regexp.MustCompile(`<time [^>]*>(\d\d:\d\d) (\w+ time)</time>`)
)

func number(text string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
	return n
}

// oneNumberAWindow fails where the English parts of a page have two counts of one window
// that differ, or two ends of it, and returns how many it compared. The last minutes have one
// number on a page of one country and service.
func oneNumberAWindow(t *testing.T, when, body string, one bool) (compared int) {
	t.Helper()
	counts := map[string]string{}
	same := func(window, count string) {
		if before, ok := counts[window]; ok {
			if compared++; before != count {
				t.Errorf("%s: %s has %s and %s", when, window, before, count)
			}
		}
		counts[window] = count
	}
	for _, found := range withinIncident.FindAllStringSubmatch(body, -1) {
		same("an incident of "+found[2], found[1])
	}
	for _, found := range asOf.FindAllStringSubmatch(body, -1) {
		same("the end in "+found[2], found[1])
	}
	for _, found := range spanOfMap.FindAllStringSubmatch(body, -1) {
		at, zone, _ := strings.Cut(found[1], ", ")
		same("the end in "+zone, at)
	}
	if one {
		for _, found := range lastMinutes.FindAllStringSubmatch(body, -1) {
			same(found[2], found[1])
		}
	}
	for _, found := range inChart.FindAllStringSubmatch(body, -1) {
		sum := 0
		for _, row := range rowOfChart.FindAllStringSubmatch(found[2], -1) {
			sum += number(row[1])
		}
		if compared++; sum != number(found[1]) {
			t.Errorf("%s: a chart has %s reports, its table %d", when, found[1], sum)
		}
	}
	return compared
}
