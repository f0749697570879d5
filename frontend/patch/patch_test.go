package patch

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestEditsAreOfWhatChanged(t *testing.T) {
	for _, c := range []struct {
		old, text string
		most      int // bytes of the edits
	}{
		{"<p>497 reports in the last 10 minutes</p>", "<p>502 reports in the last 10 minutes</p>", 15},
		{`data-n="1 2 3 4 5 6 7 8 9"`, `data-n="2 3 4 5 6 7 8 9 10"`, 20},
		{"৪৯৭টি রিপোর্ট ১০ মিনিটে 🌧 এখন", "৫০২টি রিপোর্ট ১০ মিনিটে 🌧 এখন", 30},
		{"", "new", 8}, {"gone", "", 8}, {"same", "same", 8}, {"", "", 8},
	} {
		edits := Between(c.old, c.text)
		sent, err := json.Marshal(edits)
		if err != nil || len(sent) > c.most {
			t.Errorf("%q to %q: %s, %v", c.old, c.text, sent, err)
		}
		var read Edits
		if err := json.Unmarshal(sent, &read); err != nil {
			t.Fatal(err)
		}
		if got := read.Apply(c.old); got != c.text {
			t.Errorf("%q became %q, not %q", c.old, got, c.text)
		}
	}
}

// answered is an answer as a page that is open reads it.
func answered(t *testing.T, e *Earlier, parts []Part, have string) (hashes string, edits []Edits) {
	t.Helper()
	body, err := e.Answer("/whatsapp", parts, have)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		return "", nil
	}
	var read struct {
		Have  string
		Parts []Edits
	}
	if err := json.Unmarshal(body, &read); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return read.Have, read.Parts
}

func TestAnswersNeedWhatBothHave(t *testing.T) {
	e, err := NewEarlier()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("<p>text that stays", 20)
	old := []Part{{"aaaaaa", text + "1"}, {"bbbbbb", "b"}}
	now := []Part{{"cccccc", text + "2"}, {"bbbbbb", "b"}}
	e.Remember("/whatsapp", old)
	for _, c := range []struct {
		have  string
		whole bool // of the first part
		parts int
	}{
		{"aaaaaa.bbbbbb", false, 1}, {"aaaaaa-.bbbbbb-", true, 1}, {"aaaaaa.bbbbbb-", false, 1},
		{"dddddd.bbbbbb", true, 1}, {"aaaaaa", true, 2}, {"", true, 2}, {"....", true, 2}, {"aaaaaa.dddddd", false, 2},
	} {
		have, edits := answered(t, e, now, c.have)
		sent := slices.DeleteFunc(slices.Clone(edits), func(e Edits) bool { return e == nil })
		if have != "cccccc.bbbbbb" || len(edits) != 2 || len(sent) != c.parts {
			t.Fatalf("%s: %s, %d of %d parts", c.have, have, len(sent), len(edits))
		}
		before := text + "1"
		if c.whole {
			before = ""
		}
		if got := edits[0].Apply(before); got != now[0].HTML || (len(edits[0]) == 1) != c.whole {
			t.Errorf("%s: %d edits make %q", c.have, len(edits[0]), got)
		}
	}
	for _, same := range []string{"cccccc.bbbbbb", "cccccc-.bbbbbb"} {
		if have, edits := answered(t, e, now, same); have != "" || edits != nil {
			t.Errorf("%s: %s %v, though nothing changed", same, have, edits)
		}
	}
	if body, _ := e.Answer("/signal", now, "aaaaaa.bbbbbb"); !strings.Contains(string(body), text) {
		t.Errorf("the part of another page was used: %s", body)
	}
}

func FuzzEdits(f *testing.F) {
	f.Add("<p>497 reports", "<p>502 reports")
	f.Add("৪৯৭টি", "৫০২টি🌧")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, old, text string) {
		old, text = strings.ToValidUTF8(old, "?"), strings.ToValidUTF8(text, "?") // as pages are
		if got := Between(old, text).Apply(old); got != text {
			t.Errorf("%q became %q, not %q", old, got, text)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	e, err := NewEarlier()
	if err != nil {
		f.Fatal(err)
	}
	parts := []Part{{"aaaaaa", "<p>1"}, {"bbbbbb", "<p>2"}}
	e.Remember("/whatsapp", parts)
	f.Add("aaaaaa.bbbbbb")
	f.Add("aaaaaa-.x")
	f.Add("....")
	f.Fuzz(func(t *testing.T, have string) {
		_, edits := answered(t, e, parts, have)
		for i, edit := range edits {
			if edit != nil && edit.Apply("") != parts[i].HTML {
				t.Errorf("%q: part %d is %v", have, i, edit)
			}
		}
	})
}
