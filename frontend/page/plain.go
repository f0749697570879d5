package page

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/open-downpour/downpour/frontend/address"
)

// Plain is the page of a service as text, for terminals: the verdict on each country
// with its numbers and open incidents, and where to read on.
func (s *Builder) Plain(ctx context.Context, at address.Address) []byte {
	page := s.service(ctx, at.WithLeaf(address.LeafStatus))
	var out bytes.Buffer
	fmt.Fprintln(&out, page.Name)
	if notice := page.Notice(); notice != "" {
		fmt.Fprintf(&out, "\n%s\n", notice)
	}
	for _, v := range page.Verdicts {
		fmt.Fprintf(&out, "\n%s: %s\n", v.Name, v.Word)
		for _, line := range []string{v.Sentence, v.Numbers, strings.TrimSpace(v.Extent), strings.TrimSpace(v.Open + " " + v.Places)} {
			if line != "" {
				fmt.Fprintf(&out, "  %s\n", line)
			}
		}
	}
	fmt.Fprintf(&out, "\n%s", page.T("asof"))
	for i, at := range page.AsOf {
		if i > 0 {
			fmt.Fprint(&out, " ·")
		}
		fmt.Fprintf(&out, " %s", at.Text)
	}
	fmt.Fprintf(&out, "\n%s\n", page.Absolute(at.Path()))
	return out.Bytes()
}
