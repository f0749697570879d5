package embedded_test

import (
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk needs the right to mount, since nothing else makes a disk that
// is really full.
func TestFullDisk(t *testing.T) {
	library(t)
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(folder, 0)) })
	child := spawn(t, folder, "fill")
	if len(child.said) != 2 || !strings.Contains(strings.ToLower(child.said[0]), "space") || child.said[1] != "true" {
		t.Errorf("said %q", child.said)
	}
	child.leave(t)
}
