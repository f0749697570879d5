package pkg_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exact are the types of package outage that hold numbers, or what was made of
// them, before the minimum count was applied.
var exact = []string{
	"Baseline", "BlockCount", "BlockShare", "CellWeight", "Change", "Count", "Explanation", "Footprint", "Incident", "Judged", "Normal",
	"Query", "Record", "Recovery", "ServiceNormal", "Signal", "Step", "Sums", "Table", "TableRow", "View", "Watch",
}

// publishers are the folders that may hold numbers of package public alone.
var publishers = []string{"api", "pkg/public/register", "frontend", "frontend/page", "frontend/draw", "frontend/address", "pkg/live", "pkg/locale"}

// TestPublishersHoldPublicNumbers keeps exact numbers out of what strangers read:
// who cannot name their types cannot apply the minimum count wrongly.
func TestPublishersHoldPublicNumbers(t *testing.T) {
	for _, folder := range publishers {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", folder, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				selected, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if of, ok := selected.X.(*ast.Ident); ok && of.Name == "outage" && slices.Contains(exact, selected.Sel.Name) {
					t.Errorf("%s names outage.%s", path, selected.Sel.Name)
				}
				return true
			})
		}
	}
}
