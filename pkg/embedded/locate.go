package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// LibraryVariable names the environment variable that holds the path of the library.
const LibraryVariable = "DOWNPOUR_LIBCHDB"

// libraryName is what the library is called on every platform, macOS included.
const libraryName = "libchdb.so"

// ErrNoLibrary is in the chain of the error of a library that was not found, for callers
// that can work without an archive.
var ErrNoLibrary = errors.New("the ClickHouse library was not found")

// Locate finds libchdb for the executable at the given path: at the path that
// DOWNPOUR_LIBCHDB holds, beside the executable, or in the npm folder of the
// repository that the executable was built in. The working directory is not
// searched, so that a library in it cannot be injected.
//
// Its error lists in one line the searched paths and how to install the library.
func Locate(executable string) (string, error) {
	return locate(os.Getenv(LibraryVariable), executable)
}

func locate(named, executable string) (string, error) {
	if named != "" {
		if !filepath.IsAbs(named) {
			return "", fmt.Errorf("%w: %s is %q, which is not an absolute path", ErrNoLibrary, LibraryVariable, named)
		}
		if !isFile(named) {
			return "", fmt.Errorf("%w: %s names %s, where there is no file", ErrNoLibrary, LibraryVariable, named)
		}
		return named, nil
	}
	places := places(executable)
	for _, place := range places {
		if isFile(place) {
			return place, nil
		}
	}
	return "", fmt.Errorf("%w: looked for %s; run make build, or set %s to its path",
		ErrNoLibrary, strings.Join(places, " and "), LibraryVariable)
}

// places lists where the library of an executable may be, best first. A link
// to the executable counts as the file that it points to.
func places(executable string) []string {
	if target, err := filepath.EvalSymlinks(executable); err == nil {
		executable = target
	}
	folder := filepath.Dir(executable)
	return []string{
		filepath.Join(folder, libraryName),
		InRepository(filepath.Dir(folder)),
	}
}

// InRepository is where npm installs the library in a checkout of Downpour
// with the given root.
func InRepository(root string) string {
	return filepath.Join(root, "pkg", "embedded", "libchdb", "node_modules", "@chdb", "lib-"+platform(), libraryName)
}

// platform is npm's name of the system that this program was built for.
func platform() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	if runtime.GOOS == "linux" {
		return "linux-" + arch + "-gnu"
	}
	return runtime.GOOS + "-" + arch
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Type()&fs.ModeType == 0
}

// locateForThisProcess is Locate for the running executable.
func locateForThisProcess() (string, error) {
	executable, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("%w: finding the executable: %w", ErrNoLibrary, err)
	}
	return Locate(executable)
}
