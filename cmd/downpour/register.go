package main

import (
	"context"

	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// buildRegister makes the register of incidents. The server whose detector runs
// stores its files.
func (a *app) buildRegister(incidents public.Incidents) *register.Register {
	made := register.New(register.Config{
		Incidents: incidents, Store: a.db, Leads: a.live.Leads, Now: a.now, Logger: a.logger,
		Extent: func(ctx context.Context, in public.Incident) (public.Extent, error) {
			return a.reader.Snapshot().Extent(ctx, in)
		},
	})
	a.add(component{name: "register", run: func(ctx context.Context) error {
		if err := a.whenPrepared(ctx); err != nil {
			return err
		}
		return made.Run(ctx)
	}})
	return made
}
