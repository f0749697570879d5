package embedded

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// harmless are the table functions that reach nothing beyond the archive.
var harmless = []string{
	"numbers", "numbers_mt", "zeros", "zeros_mt", "generaterandom", "generateseries", "generate_series", "values", "null", "view",
	"format", "merge", "mergetreeindex", "mergetreeprojection",
}

// outside are functions, sources and statements beside the table functions that
// reach files, hosts or programs.
var outside = []string{
	"file", "disk", "source", "catboostevaluate", "python", "executable", "executablepool", "http", "https",
}

// engines are those whose tables lie in the archive; all of the MergeTree family
// as well.
var engines = []string{
	"memory", "log", "tinylog", "stripelog", "null", "set", "join", "buffer", "merge", "view", "materializedview", "atomic", "generaterandom",
}

// gap is what may stand between a name and its parenthesis. The texts are read
// without regard to literals and comments: a statement that only mentions such a
// call is refused as well, which does less harm than one that hides it.
const gap = "(?:\\s|[`\"]|/\\*.*?\\*/|--[^\\n]*(?:\\n|$)|#[^\\n]*(?:\\n|$))*"

var (
	readWords     = []string{"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"}
	createWords   = []string{"CREATE", "REPLACE", "ALTER"}
	refusedWords  = []string{"ATTACH", "BACKUP", "RESTORE"}
	anywhere      = regexp.MustCompile(`(?i)\b(INFILE|OUTFILE)\b`)
	secondPattern = regexp.MustCompile(`;\s*[^\s;]`)
	writePattern  = regexp.MustCompile(`(?i)\bINSERT\b`)
	enginePattern = regexp.MustCompile("(?is)\\bENGINE\\b(?:" + gap + "=)?" + gap + `(\w+)`)
	// A quoted name may hold an escaped letter, and a parameter any name.
	disguised = regexp.MustCompile("(?is)(?:\"[^\"]*\\\\[^\"]*|`[^`]*\\\\[^`]*|\\})" + gap + `\(`)
)

// statementRules decide which statements a guarded handler runs.
type statementRules struct{ calls *regexp.Regexp }

func newStatementRules(tableFunctions []string) *statementRules {
	refused := slices.Clone(outside)
	for _, name := range tableFunctions {
		if !slices.Contains(harmless, strings.ToLower(name)) {
			refused = append(refused, regexp.QuoteMeta(name))
		}
	}
	return &statementRules{regexp.MustCompile(`(?is)\b(` + strings.Join(refused, "|") + ")" + gap + `\(`)}
}

// check is the refusal of a statement, or nil.
func (r *statementRules) check(method string, st *statement) error {
	word := strings.ToUpper(wordPattern.FindString(st.text))
	if method == http.MethodGet && !st.hello &&
		(!slices.Contains(readWords, word) || writePattern.MatchString(st.text) || secondPattern.MatchString(st.text)) {
		return refuse(codeAccessDenied, "GET reads only, and one statement at a time; send others by POST")
	}
	if slices.Contains(refusedWords, word) {
		return refuse(codeAccessDenied, "%s is refused here", word)
	}
	for _, pattern := range []*regexp.Regexp{anywhere, r.calls, disguised} {
		if found := pattern.FindStringSubmatch(st.text); found != nil {
			return refuse(codeAccessDenied, "%q is refused here: no statement may reach files or other hosts", found[len(found)-1])
		}
	}
	if slices.Contains(createWords, word) || secondPattern.MatchString(st.text) {
		for _, found := range enginePattern.FindAllStringSubmatch(st.text, -1) {
			engine := strings.ToLower(found[1])
			if !slices.Contains(engines, engine) && !strings.HasSuffix(engine, "mergetree") {
				return refuse(codeAccessDenied, "the engine %s is refused here: no table may lie outside of the archive", found[1])
			}
		}
	}
	return nil
}
