package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/tenants"
)

// taskChain is stored in due_tasks, so it outlives a rename of its handler.
const taskChain = "audit.chain"

// chainEvery is how often a tenant's chain grows.
const chainEvery = time.Hour

// Seed lets the chain of a new tenant begin.
func Seed(ctx context.Context, tx tenants.Tx) error {
	return job.Plan(ctx, tx.Tx, taskChain, "begin", tx.Now, struct{}{})
}

// JobWords says what the handler of the log does.
var JobWords = map[string]fault.Text{"audit.chain": {Zh: "系统日志防篡改校验", En: "Seal the system log"}}

// Handlers are what the workers run.
func (s *Service) Handlers(h job.Handlers) { h.On(taskChain, "audit.chain", s.chain) }

// chain proves what has settled since the last turn and plans the next. Two workers at the same link are one too many: the
// database takes the first, and both have proven the same lines.
func (s *Service) chain(ctx context.Context, t job.Task) error {
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	worker := tenants.Worker(tenant, taskChain)
	if err := s.grow(ctx, worker); err != nil {
		return err
	}
	return s.db.Do(ctx, worker, func(tx tenants.Tx) error {
		next := tx.Now.Truncate(chainEvery).Add(chainEvery)
		return job.Plan(ctx, tx.Tx, taskChain, next.Format(time.RFC3339), next, struct{}{})
	})
}

// grow adds links until no line that has settled is left without one.
func (s *Service) grow(ctx context.Context, worker tenants.Actor) error {
	for {
		last, err := lastLink(ctx, s.db.Pool(), worker.Tenant.ID)
		if err != nil {
			return err
		}
		next, err := nextLink(ctx, s.db.Pool(), worker.Tenant.ID, last)
		if err != nil || next.lines == 0 {
			return err
		}
		err = s.db.Do(ctx, worker, func(tx tenants.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO history_chain (tenant_id, seq, upto, lines, first_at, hash) VALUES (?, ?, ?, ?, ?, ?)",
				tx.Tenant, next.seq, next.upto, next.lines, next.first, next.hash)
			return err
		})
		if err != nil && !database.Violates(err, "history_chain_once") {
			return fmt.Errorf("link %d: %w", next.seq, err)
		}
	}
}

// bytea reads PostgreSQL's text of bytes.
func bytea(text []byte) ([]byte, error) {
	return hex.DecodeString(strings.TrimPrefix(string(text), `\x`))
}
