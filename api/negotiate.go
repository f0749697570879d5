package api

import (
	"mime"
	"path"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// format is a representation of an answer: its name in addresses and in the parameter
// "format", and its media type.
type format struct{ name, mediaType string }

var (
	formatJSON    = format{"json", fiber.MIMEApplicationJSON}
	formatGeoJSON = format{"geojson", typeGeoJSON}
	formatCSV     = format{"csv", typeCSV}
)

// format is that of an answer, of those offered: the one in the address
// (/heatmap.csv), that of the parameter, or the best by Accept. A format that is not
// offered is an error.
func (q *query) format(c *fiber.Ctx, offered ...format) format {
	named := strings.ToLower(strings.TrimPrefix(path.Ext(c.Path()), "."))
	if text, given := q.values["format"]; given {
		if named != "" && named != text {
			q.fail(outage.Invalid("format", "It is not the format of the address."))
		}
		named = text
	}
	if named == "" {
		c.Vary(fiber.HeaderAccept)
		return q.accepted(c.Get(fiber.HeaderAccept), offered)
	}
	var names []string
	for _, one := range offered {
		if one.name == named {
			return one
		}
		names = append(names, one.name)
	}
	if q.text("format") == "" {
		q.fail(errNoSuchRoute())
	} else {
		q.fail(outage.Invalid("format", "It must be %s.", strings.Join(names, " or ")))
	}
	return offered[0]
}

// accepted is the offered format that a client prefers by its header Accept (RFC 9110,
// section 12.5.1), the first of equal ones. Parameters of media types but q do not
// matter.
func (q *query) accepted(header string, offered []format) format {
	if header = strings.TrimSpace(header); header == "" || header == "*/*" { // the latter is what scripts send
		return offered[0]
	}
	best, weight := format{}, 0.
	for _, one := range offered {
		if w := qualityOf(one.mediaType, header); w > weight {
			best, weight = one, w
		}
	}
	if weight == 0 {
		types := make([]string, len(offered))
		for i, one := range offered {
			types[i] = one.mediaType
		}
		q.fail(&outage.Error{Code: codeNotAcceptable, Field: fiber.HeaderAccept, Detail: "The answer can be " + strings.Join(types, ", ") + "."})
		return offered[0]
	}
	return best
}

// qualityOf is the weight of a media type in a header Accept, by the most specific range
// that it is in; ranges that cannot be read are left out.
func qualityOf(mediaType, header string) float64 {
	group, _, _ := strings.Cut(mediaType, "/")
	weight, specific := 0., -1
	for part := range strings.SplitSeq(header, ",") {
		accepted, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		how := map[string]int{mediaType: 2, group + "/*": 1, "*/*": 0}
		is, in := how[accepted]
		if !in || is <= specific {
			continue
		}
		specific, weight = is, 1
		if text, given := parameters["q"]; given {
			if weight, err = strconv.ParseFloat(text, 64); err != nil || weight < 0 || weight > 1 {
				weight = 0
			}
		}
	}
	return weight
}
