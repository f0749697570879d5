package api

import (
	"context"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/notify"
)

// pushes is a server that takes every subscription.
type pushes struct{ world *world }

func (p pushes) PushKey(context.Context) (string, error) { return "BKey", p.world.err }

func (p pushes) SubscribePush(_ context.Context, from netip.Addr, address notify.PushAddress, of notify.Interest) (notify.Visitor, error) {
	p.world.ask("push %s %s %s %s %s until back %t in %s", from, address.Endpoint, address.Key, of.Service, of.Country, of.UntilBack, of.Lang)
	return notify.Visitor{ID: "ps_1", ExpiresAt: now.Add(90 * 24 * time.Hour), Interest: of}, p.world.err
}

func (p pushes) RenewPush(_ context.Context, from netip.Addr, id string, address notify.PushAddress) (notify.Visitor, error) {
	p.world.ask("renew %s %s %s %s", id, from, address.Endpoint, address.Key)
	return notify.Visitor{ID: id, ExpiresAt: now.Add(80 * 24 * time.Hour)}, p.world.err
}

func (p pushes) Unsubscribe(_ context.Context, id string) error {
	p.world.ask("unsubscribe %s", id)
	return p.world.err
}
