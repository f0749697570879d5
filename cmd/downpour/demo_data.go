package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/open-downpour/downpour/pkg/embedded"
)

// demoMark is a file that tells the directory of a demo from any other.
const (
	demoMark = "demo.txt"
	demoSays = "This directory belongs to downpour serve --demo, which deletes and makes it anew at each start.\n"
)

// openDemo makes an empty data directory for the demo below that of the settings
// and takes it in its place.
func (a *app) openDemo(context.Context) (err error) {
	if !a.settings.Demo {
		return nil
	}
	a.settings.Data = filepath.Join(a.settings.Data, "demo")
	if err := emptyDemo(a.settings.Data); err != nil {
		return fmt.Errorf("--demo: %w", err)
	}
	a.demo, err = newDemo(a.services.Services(), a.geography, a.now, a.logger)
	return err
}

// emptyDemo deletes what an earlier demo left in a directory. It refuses where
// the directory is of something else, or of a demo that is running.
func emptyDemo(path string) error {
	found, err := os.ReadDir(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(found) > 0 {
		if !isDemo(path) {
			return fmt.Errorf("%s holds something that is no demo; move it, or choose another --data", path)
		}
		if err := embedded.Remove(filepath.Join(path, "archive")); err != nil {
			return err
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(path, demoMark), []byte(demoSays), 0o600)
}

// isDemo says whether a directory is that of a demo.
func isDemo(path string) bool {
	_, err := os.Stat(filepath.Join(path, demoMark))
	return err == nil
}
