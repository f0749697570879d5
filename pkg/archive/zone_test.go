package archive

import (
	"os"
	"os/exec"
	"testing"
)

// The zone of the machine must not move a report: the tests of reading run
// again in a process that lives elsewhere.
func TestZoneOfTheMachineDoesNotMatter(t *testing.T) {
	const zone = "America/New_York"
	if os.Getenv("TZ") == zone {
		t.Skip("this is the process that lives there")
	}
	self, err := os.Executable()
	must(t, err)
	command := exec.Command(self, "-test.run", "^Test(CountsAre|EntriesRound|ShardCounts|FloorOf)")
	command.Env = append(os.Environ(), "TZ="+zone)
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("in %s: %v\n%s", zone, err, output)
	}
}
