package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
)

// role is a part of the work of a server. Several processes over one Redis and one
// ClickHouse may share the work; all read the same hot window.
type role string

const (
	roleIntake  role = "intake"  // takes reports and counts them
	roleDetect  role = "detect"  // runs the detector, or stands by to take over
	roleArchive role = "archive" // moves the report log into ClickHouse, or stands by
	roleWeb     role = "web"     // answers reads: API, pages, streams
)

var allRoles = []role{roleIntake, roleDetect, roleArchive, roleWeb}

// has reports whether the server has a role. No roles are all of them.
func (s *serveCommand) has(r role) bool { return len(s.Roles) == 0 || slices.Contains(s.Roles, r) }

// validateRoles returns an error for an unknown role, and for a part of the roles where an
// engine is in the process, since no other process could do the rest.
func (s *serveCommand) validateRoles() error {
	for _, r := range s.Roles {
		if !slices.Contains(allRoles, r) {
			return fmt.Errorf("--roles: %q is none of intake, detect, archive, web", r)
		}
	}
	if slices.ContainsFunc(allRoles, func(r role) bool { return !s.has(r) }) && (s.Redis[0] == "embedded" || s.Clickhouse == "embedded") {
		return fmt.Errorf("--roles: a server with an embedded engine has all roles; name a --redis and a --clickhouse that other servers reach too")
	}
	return nil
}

// follower is the lease of a server that never detects, and reads what the detector of
// another server found.
type follower struct{}

func (follower) Hold(context.Context) (int64, bool, error) { return 0, false, nil }
func (follower) Release(context.Context) error             { return nil }
func (follower) Length() time.Duration                     { return detectFor }

// operational are the paths that each server answers, whatever its roles.
var operational = []string{"/livez", "/readyz", "/metrics"}

// reportWrites are the paths at which reports are sent, changed and taken back.
var reportWrites = []string{"/api/v1/reports", "/report", "/undo", "/place"}

// checkRole answers 404 to requests that are for servers of another role.
func (s *serveCommand) checkRole(c *fiber.Ctx) error {
	path := strings.TrimSuffix(strings.ToLower(c.Path()), "/")
	needed := roleWeb
	switch {
	case slices.Contains(operational, path):
		return c.Next()
	case c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead && slices.ContainsFunc(reportWrites, func(at string) bool {
		return path == at || strings.HasPrefix(path, at+"/")
	}):
		needed = roleIntake
	}
	if !s.has(needed) {
		return &outage.Error{Code: outage.CodeNotFound, Detail: fmt.Sprintf("This server has no role %q; another one answers this.", needed)}
	}
	return c.Next()
}
