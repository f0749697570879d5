// Command structure prints how the Go code is built: the longest functions and
// files, how many packages of the module each package imports, and how much test
// code stands beside the code. Generated files are left out.
//
//	structure DIR [REVISION]
//
// With a git revision it prints the same of that revision first, to compare.
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "structure:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	if len(arguments) < 1 || len(arguments) > 2 {
		return errors.New("usage: structure DIR [REVISION]")
	}
	var reports []report
	if len(arguments) == 2 {
		files, err := ofRevision(arguments[0], arguments[1])
		if err != nil {
			return err
		}
		before, err := measure(arguments[1], files)
		if err != nil {
			return err
		}
		reports = append(reports, before)
	}
	files, err := ofTree(arguments[0])
	if err != nil {
		return err
	}
	now, err := measure("working tree", files)
	if err != nil {
		return err
	}
	return write(out, append(reports, now))
}

// isGo reports whether a file is Go code that people write.
func isGo(path string) bool {
	return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".gen.go") && !strings.HasPrefix(path, ".")
}

// ofTree reads the tracked files of a working tree, by path.
func ofTree(dir string) (map[string][]byte, error) {
	listed, err := git(dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.go")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for path := range strings.SplitSeq(string(listed), "\x00") {
		if !isGo(path) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, not yet committed
		}
		if err != nil {
			return nil, err
		}
		files[path] = text
	}
	return files, nil
}

// ofRevision reads the files of a commit, by path.
func ofRevision(dir, revision string) (map[string][]byte, error) {
	archive, err := git(dir, "archive", "--format=tar", revision, ":(glob)**/*.go")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", revision, err)
		}
		if !isGo(header.Name) {
			continue
		}
		if files[header.Name], err = io.ReadAll(reader); err != nil {
			return nil, fmt.Errorf("reading %s: %w", revision, err)
		}
	}
}

func git(dir string, arguments ...string) ([]byte, error) {
	command := exec.Command("git", append([]string{"-C", dir}, arguments...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", arguments[0], err)
	}
	return out, nil
}
