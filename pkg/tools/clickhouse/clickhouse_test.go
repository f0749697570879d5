package clickhouse

import "testing"

func TestListeningBeyondThisMachineNeedsAPassword(t *testing.T) {
	for listen, open := range map[string]bool{
		"127.0.0.1:8123": false, "localhost:8123": false, "[::1]:8123": false, "127.9.9.9:1": false,
		":8123": true, "0.0.0.0:8123": true, "[::]:8123": true, "192.0.2.1:8123": true, "db.example:8123": true,
	} {
		if err := (&Config{Listen: listen}).Validate(); (err != nil) != open {
			t.Errorf("%s without a password: %v", listen, err)
		}
		if err := (&Config{Listen: listen, Password: "x"}).Validate(); err != nil {
			t.Errorf("%s with a password: %v", listen, err)
		}
	}
}
