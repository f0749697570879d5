package main

import (
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	files := map[string][]byte{
		"a/a.go":      []byte("package a\n\nimport (\n\t\"fmt\"\n\t\"github.com/open-downpour/downpour/b\"\n)\n\nfunc Long() {\n\tfmt.Println(b.B)\n\tfmt.Println()\n}\n\nfunc short() {}\n"),
		"a/a_test.go": []byte("package a\n\nimport \"github.com/open-downpour/downpour/c\"\n\nfunc TestA() { _ = c.C }\n"),
		"b/b.go":      []byte("package b\n\nconst B = 1\n"),
	}
	r, err := measure("now", files)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.functions) != 2 || r.functions[0] != (part{"a/a.go:8 Long", 4}) || r.functions[1].lines != 1 || len(r.testFunctions) != 1 {
		t.Errorf("functions %v and %v", r.functions, r.testFunctions)
	}
	if a := r.folders["a"]; a.code != 13 || a.test != 5 || len(a.imports) != 1 || !a.imports["b"] || r.files[0].name != "a/a.go" {
		t.Errorf("%+v", a)
	}
	var out strings.Builder
	if err := write(&out, []report{r, r}); err != nil || strings.Count(out.String(), "a/a.go:8 Long") != 2 {
		t.Errorf("%v: %s", err, &out)
	}
	if _, err := measure("now", map[string][]byte{"x.go": []byte("no code")}); err == nil {
		t.Error("what is no Go is measured")
	}
}
