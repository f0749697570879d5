package mirror

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"time"

	"github.com/open-downpour/downpour/pkg/locale"
)

var (
	// asset finds the addresses of files that pages and style sheets need.
	asset    = regexp.MustCompile(`["'(](/[A-Za-z0-9._/-]+\.(?:css|js|svg|png|woff2?|ico|webmanifest))["')#]`)
	language = regexp.MustCompile(`<html lang="([a-z]+)"`)
	mainPart = regexp.MustCompile(`<main[^>]*>`)
)

func assetsOf(body []byte) (paths []string) {
	for _, match := range asset.FindAllSubmatch(body, -1) {
		paths = append(paths, string(match[1]))
	}
	return paths
}

// markPage puts a notice in the language of the page at the head of its main part.
func markPage(body []byte, at time.Time) []byte {
	lang := locale.Default
	if match := language.FindSubmatch(body); match != nil {
		lang = locale.Known(string(match[1]))
	}
	local := locale.New(lang, "")
	time := local.Digits(at.UTC().Format("2006-01-02 15:04")) + " UTC"
	notice := fmt.Sprintf(`<p class="notice">%s</p>`, html.EscapeString(local.T("mirror.notice", "time", time)))
	place := mainPart.FindIndex(body)
	if place == nil {
		return body
	}
	return bytes.Join([][]byte{body[:place[1]], []byte(notice), body[place[1]:]}, nil)
}

// markDocument adds "mirrored_at" to a JSON object.
func markDocument(body []byte, at time.Time) []byte {
	rest, isObject := bytes.CutPrefix(bytes.TrimSpace(body), []byte("{"))
	if !isObject || !json.Valid(body) {
		return body
	}
	separator := ","
	if bytes.HasPrefix(bytes.TrimSpace(rest), []byte("}")) {
		separator = ""
	}
	return append(fmt.Appendf(nil, `{"mirrored_at":%q%s`, at.UTC().Format(time.RFC3339), separator), rest...)
}
