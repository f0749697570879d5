package notify

import (
	"context"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// TestCreateOnce makes one webhook under an idempotency key, however often it is asked to and
// by however many servers.
func TestCreateOnce(t *testing.T) {
	ctx, store := context.Background(), newMemory(nil)
	s := service(t, &world{}, store, &internet{})
	s.config.Limits.PerOwner = 1
	create := func(on *Service, owner, host, key string) (Webhook, *outage.Error) {
		made, err := on.Create(ctx, owner, Settings{URL: "https://" + host + "/"}, key)
		return made, outage.AsError(err)
	}
	var made [4]Webhook
	var group sync.WaitGroup
	for i := range made {
		group.Go(func() { made[i], _ = create(service(t, &world{}, store, &internet{}), "ops", "a.example", "k") })
	}
	group.Wait()
	for _, one := range made {
		if one.ID != made[0].ID || len(one.Secrets) != 1 || one.Secrets[0].Text != made[0].Secrets[0].Text {
			t.Errorf("made %+v and %+v", made[0], one)
		}
	}
	if again, err := create(s, "ops", "a.example", "k"); err != nil || again.Secrets[0].Text != made[0].Secrets[0].Text {
		t.Errorf("repeated: %+v, %v", again, err)
	}
	if _, err := create(s, "ops", "b.example", "k"); err == nil || err.Code != outage.CodeConflict || err.Field != "Idempotency-Key" {
		t.Errorf("other settings under the key: %v", err)
	}
	if _, err := create(s, "ops", "a.example", "another"); err == nil || err.Code != outage.CodeConflict {
		t.Errorf("beyond the limit: %v", err)
	}
	if other, err := create(s, "others", "a.example", "k"); err != nil || other.ID == made[0].ID {
		t.Errorf("the key of another owner: %+v, %v", other, err)
	}
	if err := s.Delete(ctx, "ops", made[0].ID); err != nil {
		t.Fatal(err)
	}
	if after, err := create(s, "ops", "a.example", "k"); err != nil || after.Secrets[0].Text == made[0].Secrets[0].Text {
		t.Errorf("after its end: %+v, %v", after, err)
	}
}
