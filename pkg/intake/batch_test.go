package intake

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// AddBatch counts every line that is not stored yet.
func (f *fakes) AddBatch(_ context.Context, request string, reports []outage.Report) ([]outage.Outcome, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.requests = append(f.requests, request)
	outcomes := make([]outage.Outcome, len(reports))
	for i, report := range reports {
		there := slices.ContainsFunc(f.reports, func(r outage.Report) bool {
			return r.ID.Shard == report.ID.Shard && r.ID.Random == report.ID.Random
		})
		if outcomes[i] = outage.Counted; there {
			outcomes[i] = outage.Duplicate
			continue
		}
		f.reports = append(f.reports, report)
	}
	return outcomes, nil
}

const goodLine = `{"service":"whatsapp","country":"IN","reported_at":"2031-07-08T11:00:00Z","reporter":"r1"}`

func send(t *testing.T, service *Service, body string) outage.BatchReceipt {
	t.Helper()
	receipt, err := service.TakeBatch(context.Background(), "importer", []byte(body), "")
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func TestInvalidLines(t *testing.T) {
	with := func(fields string) string { return strings.Replace(goodLine, "{", "{"+fields+",", 1) }
	without := func(field string) string {
		var kept []string
		for _, part := range strings.Split(strings.Trim(goodLine, "{}"), ",") {
			if !strings.HasPrefix(part, `"`+field+`"`) {
				kept = append(kept, part)
			}
		}
		return "{" + strings.Join(kept, ",") + "}"
	}
	at := func(time string) string { return strings.Replace(goodLine, "2031-07-08T11:00:00Z", time, 1) }
	cases := map[string]struct{ line, want string }{
		"good":                 {goodLine, ""},
		"with an id":           {with(`"id":"x"`), ""},
		"a long id":            {with(`"id":"` + strings.Repeat("x", 201) + `"`), "invalid id"},
		"no service":           {without("service"), "invalid service"},
		"unknown service":      {strings.Replace(goodLine, "whatsapp", "nothing", 1), "unknown service"},
		"no place":             {without("country"), "invalid location"},
		"a place elsewhere":    {with(`"location":{"lat":1,"lng":1}`), "unknown location"},
		"no time":              {without("reported_at"), "invalid reported_at"},
		"no zone":              {at("2031-07-08T11:00:00"), "invalid reported_at"},
		"a little ahead":       {at("2031-07-08T12:01:59Z"), ""},
		"ahead":                {at("2031-07-08T12:02:01Z"), "invalid reported_at"},
		"ten years back":       {at("2021-07-11T00:00:00Z"), ""},
		"beyond ten years":     {at("2021-07-01T00:00:00Z"), "invalid reported_at"},
		"no reporter":          {without("reporter"), "invalid reporter"},
		"a long reporter":      {strings.Replace(goodLine, "r1", strings.Repeat("ü", 101), 1), "invalid reporter"},
		"a number as reporter": {strings.Replace(goodLine, `"r1"`, "7", 1), "invalid reporter"},
		"a text as final":      {`{"final":"yes"}`, "invalid final"},
		"unknown kind":         {with(`"kind":"works?"`), "unknown kind"},
		"unknown field":        {with(`"user_agent":"x"`), "unknown user_agent"},
		"a report long before": {with(`"since":"2031-06-08T11:00:00Z"`), "invalid since"},
		"broken JSON":          {`{"service":`, "invalid service"},
		"no object":            {`["whatsapp"]`, "invalid body"},
		"null":                 {`null`, "invalid body"},
		"two objects":          {goodLine + goodLine, "invalid body"},
		"a closing brace":      {goodLine + "}", "invalid body"},
		"long":                 {with(`"place":"` + strings.Repeat("7", MaxBody) + `"`), "too_large body"},
		"deep":                 {`{"location":` + strings.Repeat("[", 20), "invalid location"},
		"final and more":       {with(`"final":true`), "invalid final"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			service, _, _ := newService(t)
			// The invalid line is the third, after an empty one; the others are accepted.
			other := strings.Replace(goodLine, "r1", "r2", 1)
			receipt := send(t, service, other+"\r\n\n"+c.line+"\n"+strings.Replace(other, "r2", "r3", 1))
			if c.want == "" {
				if receipt.Accepted != 3 || len(receipt.Rejected) != 0 {
					t.Fatalf("accepted %d, rejected %v", receipt.Accepted, receipt.Rejected)
				}
				return
			}
			if receipt.Accepted != 2 || len(receipt.Rejected) != 1 {
				t.Fatalf("accepted %d, rejected %v", receipt.Accepted, receipt.Rejected)
			}
			fault := receipt.Rejected[0]
			if got := fmt.Sprintf("%s %s", fault.Code, fault.Field); got != c.want || fault.Line != 3 {
				t.Errorf("rejected line %d as %s (%s), want line 3 as %s", fault.Line, got, fault.Detail, c.want)
			}
		})
	}
}

func TestBatchAsAWhole(t *testing.T) {
	service, behind, _ := newService(t)
	for name, c := range map[string]struct {
		body string
		code outage.Code
	}{
		"empty":          {"\n\n", outage.CodeInvalid},
		"too many lines": {strings.Repeat("{}\n", MaxLines+1), outage.CodeTooLarge},
		"too many bytes": {strings.Repeat(" ", MaxBatchBody+1), outage.CodeTooLarge},
	} {
		_, err := service.TakeBatch(context.Background(), "importer", []byte(c.body), "")
		if known := outage.AsError(err); known == nil || known.Code != c.code || known.Field != "body" {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if receipt := send(t, service, `{"final": true}`); !receipt.Final || !reflect.DeepEqual(receipt, outage.BatchReceipt{Final: true}) {
		t.Errorf("only the final line: %+v", receipt)
	}
	if len(behind.requests) != 0 {
		t.Error("a batch without reports was counted")
	}
	if receipt := send(t, service, goodLine+"\n"+`{"final":true}`+"\n"); !receipt.Final || receipt.Accepted != 1 {
		t.Errorf("a line and the final one: %+v", receipt)
	}
}

// TestLineIdentity checks which lines are the same.
func TestLineIdentity(t *testing.T) {
	with := func(fields string) string { return strings.Replace(goodLine, "{", "{"+fields+",", 1) }
	cases := map[string]struct {
		first, second string
		same          bool
	}{
		"as it was":           {goodLine, goodLine, true},
		"in another order":    {goodLine, `{"reporter":"r1", "reported_at":"2031-07-08T11:00:00Z", "country":"IN", "service":"whatsapp"}`, true},
		"the kind spelt out":  {goodLine, with(`"kind":"problem"`), true},
		"the time elsewhere":  {goodLine, strings.Replace(goodLine, "11:00:00Z", "16:30:00+05:30", 1), true},
		"another kind":        {goodLine, with(`"kind":"works"`), false},
		"another reporter":    {goodLine, strings.Replace(goodLine, "r1", "r2", 1), false},
		"a second later":      {goodLine, strings.Replace(goodLine, "11:00:00Z", "11:00:01Z", 1), false},
		"one id":              {with(`"id":"1"`), with(`"id":"1","kind":"works"`), true},
		"two ids":             {with(`"id":"1"`), with(`"id":"2"`), false},
		"an id and none":      {with(`"id":"1"`), goodLine, false},
		"a place and another": {with(`"place":"700001"`), with(`"place":"700002"`), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, apart := range []bool{false, true} {
				service, _, clock := newService(t)
				var receipt outage.BatchReceipt
				if apart {
					first := send(t, service, c.first)
					// The key of reporters has changed by then, and the old one is destroyed.
					*clock = clock.Add(7 * 24 * time.Hour)
					receipt = send(t, service, c.second)
					receipt.Accepted += first.Accepted
				} else {
					receipt = send(t, service, c.first+"\n"+c.second)
				}
				if same := receipt.Duplicate == 1; same != c.same || receipt.Accepted+receipt.Duplicate != 2 {
					t.Errorf("in two requests: %v: %+v, want the same: %v", apart, receipt, c.same)
				}
			}
		})
	}
}

// TestImportersAreUnrelated sends the same lines from two importers.
func TestImportersAreUnrelated(t *testing.T) {
	service, behind, _ := newService(t)
	send(t, service, goodLine)
	receipt, err := service.TakeBatch(context.Background(), "other", []byte(goodLine), "")
	if err != nil || receipt.Accepted != 1 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if behind.reports[0].Reporter == behind.reports[1].Reporter {
		t.Error("reporters of two importers are the same")
	}
}

func TestLinesAreOrderedByTime(t *testing.T) {
	service, behind, _ := newService(t)
	var body strings.Builder
	for _, minute := range []int{30, 10, 50, 10, 0} {
		fmt.Fprintf(&body, `{"service":"whatsapp","country":"IN","reported_at":"2031-07-08T10:%02d:00Z","reporter":"r%d"}`+"\n", minute, body.Len())
	}
	send(t, service, body.String())
	if !slices.IsSortedFunc(behind.reports, func(a, b outage.Report) int { return a.At.Compare(b.At) }) || len(behind.reports) != 5 {
		t.Errorf("the lines came as %v", behind.reports)
	}
	for _, report := range behind.reports {
		if !report.Keyed || report.Prefix != 0 || report.UndoHash != 0 || report.ID.Received != outage.MinuteOf(noon) {
			t.Errorf("a line became %+v", report)
		}
	}
}

// TestReporterAcrossKeys sends lines of one reporter before and after the key changes.
func TestReporterAcrossKeys(t *testing.T) {
	service, behind, clock := newService(t)
	const length = importDays * 24 * time.Hour
	turn := noon.Truncate(24 * time.Hour)
	for turn.Unix()%int64(length/time.Second) != 0 {
		turn = turn.Add(24 * time.Hour)
	}
	for i, at := range []time.Time{turn.Add(-time.Minute), turn.Add(time.Minute), turn.Add(importOverlap + time.Minute)} {
		*clock = at
		if err := service.identity.sweep(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		send(t, service, strings.Replace(goodLine, "11:00:00Z", fmt.Sprintf("11:00:%02dZ", i), 1))
	}
	before, after, later := behind.reports[0], behind.reports[1], behind.reports[2]
	if after.Reporter == before.Reporter || after.Earlier != before.Reporter {
		t.Error("the reporter is not found under the key before")
	}
	if later.Reporter != after.Reporter || later.Earlier != 0 {
		t.Error("the key before is used for too long")
	}
	if before.ID.Shard != after.ID.Shard {
		t.Error("the shard of a reporter changed")
	}
}

func TestRequestNames(t *testing.T) {
	names := map[string]bool{}
	for _, request := range [][2]string{{"a", ""}, {"a", ""}, {"a", "k"}, {"a", "k"}, {"b", "k"}, {"a", "l"}} {
		names[requestName(request[0], request[1])] = true
	}
	// Only the two under one key of one importer have the same name.
	if len(names) != 5 {
		t.Errorf("six requests have %d names, want 5", len(names))
	}
}

// FuzzDecodeLines decodes any bytes: nothing panics, each line that is not empty is
// accepted or rejected, and each number is that of such a line.
func FuzzDecodeLines(f *testing.F) {
	f.Add([]byte(goodLine + "\n\n" + `{"final":true}` + "\n{"))
	f.Add([]byte("\n\r\n{}\x00\n[[[[[[[[[[[[[[[[[\n\xff\xfe"))
	f.Add([]byte(`{"location":{"lat":1e999}}` + "\n" + `{"final":null,"id":null}`))
	f.Add([]byte(`{"":{"":[]}}` + "\r" + `}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		taken, rejected, err := decodeLines(body)
		if err != nil {
			if outage.AsError(err) == nil || taken != nil || rejected != nil {
				t.Fatalf("%v beside %d lines", err, len(taken)+len(rejected))
			}
			return
		}
		numbers := map[int]bool{}
		for _, one := range taken {
			numbers[one.number] = true
		}
		for _, fault := range rejected {
			numbers[fault.Line] = true
			if fault.Code == "" || fault.Detail == "" || fault.Field == "" || len(fault.Field) > 300 {
				t.Errorf("line %d: error %+v", fault.Line, fault)
			}
		}
		for i, text := range strings.Split(string(body), "\n") {
			if filled := len(strings.TrimSpace(text)) > 0; filled != numbers[i+1] && strings.TrimSpace(text) == text {
				t.Errorf("line %d is filled: %v, in the result: %v", i+1, filled, numbers[i+1])
			}
		}
		if !slices.IsSortedFunc(rejected, func(a, b *outage.Error) int { return cmp.Compare(a.Line, b.Line) }) {
			t.Error("the errors are not in order")
		}
	})
}

// idle accepts a batch without counting it, for benchmarks.
type idle struct{ *fakes }

func (idle) AddBatch(_ context.Context, _ string, reports []outage.Report) ([]outage.Outcome, error) {
	return make([]outage.Outcome, len(reports)), nil
}

func BenchmarkTakeBatch(b *testing.B) {
	service, behind, _ := newService(b)
	service.Counter = idle{behind}
	var body strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&body, `{"service":"whatsapp","location":{"lat":22.57,"lng":88.36},"reported_at":"2031-07-08T10:%02d:00Z","reporter":"r%d","id":"%d"}`+"\n", i%60, i, i)
	}
	for b.Loop() {
		if _, err := service.TakeBatch(context.Background(), "importer", []byte(body.String()), ""); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*5000)/b.Elapsed().Seconds(), "lines/s")
}
