package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plant makes an empty file and the folders above it.
func plant(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLocate(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	executable := plant(t, filepath.Join(root, "bin", "downpour"))
	t.Chdir(t.TempDir())
	plant(t, libraryName) // in the working directory, where nobody may look

	if path, err := locate("", executable); !errors.Is(err, ErrNoLibrary) {
		t.Fatalf("found %q, %v", path, err)
	}
	installed := plant(t, InRepository(root))
	check := func(named, executable, want string) {
		t.Helper()
		if got, err := locate(named, executable); got != want || err != nil {
			t.Errorf("found %q, %v; want %q", got, err, want)
		}
	}
	check("", executable, installed)
	link := filepath.Join(t.TempDir(), "downpour")
	if err := os.Symlink(executable, link); err != nil {
		t.Fatal(err)
	}
	check("", link, installed)
	beside := plant(t, filepath.Join(root, "bin", libraryName))
	check("", executable, beside)
	named := plant(t, filepath.Join(root, "else", "where.so"))
	check(named, executable, named)
}

func TestLocateErrorHasARemedy(t *testing.T) {
	executable := filepath.Join(t.TempDir(), "bin", "downpour")
	for named, says := range map[string][]string{
		"":                    {filepath.Join(filepath.Dir(executable), libraryName), "node_modules", "make build", LibraryVariable},
		"/nowhere/libchdb.so": {"/nowhere/libchdb.so", LibraryVariable},
		"libchdb.so":          {"not an absolute path", LibraryVariable},
	} {
		_, err := locate(named, executable)
		if !errors.Is(err, ErrNoLibrary) {
			t.Fatalf("%q: %v", named, err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: more than a line: %v", named, err)
		}
		for _, part := range says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v does not say %s", named, err, part)
			}
		}
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"26.5.3", "26.7.3", true}, {"26.7.3", "26.7.3", false}, {"26.7.3-stable.1", "26.7.3", false},
		{"26.10.0", "26.7.3", false}, {"27.1", "26.7.3", false}, {"", "26.7.3", true}, {"25.12.9", "26.7.3", true},
	} {
		if got := older(c.a, c.b); got != c.want {
			t.Errorf("older(%q, %q) = %t", c.a, c.b, got)
		}
	}
}
