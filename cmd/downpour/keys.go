package main

import (
	"fmt"
	"os"

	"github.com/open-downpour/downpour/pkg/apikey"
)

// keyCommand makes an API key. The key goes to who will use it, and the line
// into the file of --api-key-file.
type keyCommand struct {
	Name string `arg:"" help:"Name of who will use the key."`
}

// Run prints the key and its line.
func (k *keyCommand) Run() error {
	key, line, err := apikey.New(k.Name)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "key:  %s\nline: %s\n", key, line)
	fmt.Fprintln(os.Stderr, "The key is shown only now. The line goes into the file that serve reads with --api-key-file.")
	return nil
}

// apiKeys are the keys that the settings name.
func (s *serveCommand) apiKeys() (*apikey.Keys, error) {
	text := []byte{}
	if s.APIKeyFile != "" {
		var err error
		if text, err = os.ReadFile(s.APIKeyFile); err != nil {
			return nil, fmt.Errorf("--api-key-file: %w", err)
		}
	}
	keys, err := apikey.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("--api-key-file: %s: %w", s.APIKeyFile, err)
	}
	if s.APIKey != "" {
		keys.AddPlain(s.APIKey)
	}
	return keys, nil
}
