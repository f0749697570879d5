package embedded

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// harmless are the table functions that access only the archive.
var harmless = []string{
	"numbers", "numbers_mt", "zeros", "zeros_mt", "generaterandom", "generateseries", "generate_series", "values", "null", "view",
	"format", "merge", "mergetreeindex", "mergetreeprojection",
}

// outside are functions, sources and statements, other than table functions, that access
// files, hosts or programs.
var outside = []string{
	"file", "disk", "source", "catboostevaluate", "python", "executable", "executablepool", "http", "https",
}

// engines are the table engines that store in the archive, beside the MergeTree family.
var engines = []string{
	"memory", "log", "tinylog", "stripelog", "null", "set", "join", "buffer", "merge", "view", "materializedview", "atomic", "generaterandom",
}

// gap is the text allowed between a name and its parenthesis. Literals and comments are not
// parsed, so that a statement that only mentions such a call is rejected as well.
const gap = "(?:\\s|[`\"]|/\\*.*?\\*/|--[^\\n]*(?:\\n|$)|#[^\\n]*(?:\\n|$))*"

var (
	readWords     = []string{"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"}
	createWords   = []string{"CREATE", "REPLACE", "ALTER"}
	refusedWords  = []string{"ATTACH", "BACKUP", "RESTORE"}
	anywhere      = regexp.MustCompile(`(?i)\b(INFILE|OUTFILE)\b`)
	secondPattern = regexp.MustCompile(`;\s*[^\s;]`)
	writePattern  = regexp.MustCompile(`(?i)\bINSERT\b`)
	enginePattern = regexp.MustCompile("(?is)\\bENGINE\\b(?:" + gap + "=)?" + gap + `(\w+)`)
	// A quoted name may contain an escaped letter, and a parameter any name.
	disguised = regexp.MustCompile("(?is)(?:\"[^\"]*\\\\[^\"]*|`[^`]*\\\\[^`]*|\\})" + gap + `\(`)
)

// statementRules are the rules for statements of a guarded handler.
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

// check returns the error of a statement that is not allowed, or nil.
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
