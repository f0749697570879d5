package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// modulePath is what the import paths of the packages begin with.
const modulePath = "github.com/open-downpour/downpour/"

// part is a function or a file with its length.
type part struct {
	name  string
	lines int
}

// folder is one package.
type folder struct {
	code, test int             // lines
	imports    map[string]bool // packages of the module, not by tests
}

// report is the code of one revision.
type report struct {
	name            string
	functions       []part // not of tests, longest first
	testFunctions   []part
	files           []part
	folders         map[string]*folder
	code, testLines int
}

func measure(name string, files map[string][]byte) (report, error) {
	r := report{name: name, folders: map[string]*folder{}}
	for file, text := range files {
		if err := r.add(file, text); err != nil {
			return r, err
		}
	}
	for _, parts := range [][]part{r.functions, r.testFunctions, r.files} {
		slices.SortFunc(parts, func(a, b part) int { return cmp.Or(b.lines-a.lines, strings.Compare(a.name, b.name)) })
	}
	return r, nil
}

func (r *report) add(file string, text []byte) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	in := r.folders[path.Dir(file)]
	if in == nil {
		in = &folder{imports: map[string]bool{}}
		r.folders[path.Dir(file)] = in
	}
	lines, isTest := bytes.Count(text, []byte("\n")), strings.HasSuffix(file, "_test.go")
	r.files = append(r.files, part{file, lines})
	functions := functionsOf(set, parsed, file)
	if isTest {
		in.test += lines
		r.testLines += lines
		r.testFunctions = append(r.testFunctions, functions...)
		return nil
	}
	in.code += lines
	r.code += lines
	r.functions = append(r.functions, functions...)
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if ours, ok := strings.CutPrefix(imported, modulePath); ok {
			in.imports[ours] = true
		}
	}
	return nil
}

// functionsOf are the declared functions of a file. A function literal counts
// to the function that it stands in.
func functionsOf(set *token.FileSet, file *ast.File, name string) (parts []part) {
	for _, declared := range file.Decls {
		function, ok := declared.(*ast.FuncDecl)
		if !ok {
			continue
		}
		first, last := set.Position(function.Pos()).Line, set.Position(function.End()).Line
		parts = append(parts, part{fmt.Sprintf("%s:%d %s", name, first, function.Name.Name), last - first + 1})
	}
	return parts
}

// below is the share of functions that are shorter than so many lines, in percent.
func below(functions []part, lines int) float64 {
	n := 0
	for _, one := range functions {
		if one.lines < lines {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, len(functions)))
}
