package approval_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/modules/approval"
	"forecourt/tenants"
)

// written are notices as the product writes them, with the look for a deputy.
type written struct{}

func (written) Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error {
	if user == uuid.Nil || user == tx.Actor.User {
		return nil
	}
	if _, err := tenants.DeputyOf(ctx, tx, user); err != nil {
		return err
	}
	tx.Touch("notice", user)
	return tx.Later(ctx, "INSERT INTO notices (tenant_id, id, user_id, text_zh, text_en, kind, record_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", tx.Tenant, id.New(), user, zh, en, kind, record, tx.Now)
}

// BenchmarkDecisions measures decisions at 16 connections: the first of two steps asks the leader, the second moves the document. Each
// writes its notices and its history. -benchtime 2000x makes 2,000 decisions.
func BenchmarkDecisions(b *testing.B) {
	e := newEnv(b)
	e.publish(b, line(manager(), leader()))
	pool, err := database.Open(e.AppURL, 16)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = pool.Close() })
	e.DB = tenants.NewDB(pool, nil)
	e.s = approval.New(e.DB, e.Policies, written{})
	e.s.Join(approval.Subject{Spec: paperKind.Spec, Action: "submit", Decided: e.decided})
	runs := make([]uuid.UUID, (b.N+1)/2)
	for i := range runs {
		_, runs[i] = e.ask(b, e.Sales, 10_000, 1)
	}
	type todo struct {
		who  tenants.Actor
		task uuid.UUID
	}
	tasks := func(who tenants.Actor) []todo {
		var out []todo
		rows, err := e.owner.Query(b.Context(), "SELECT id FROM approval_tasks WHERE owner_id = $1 AND status = 'open'", who.User)
		if err != nil {
			b.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			x := todo{who: who}
			if err := rows.Scan(&x.task); err != nil {
				b.Fatal(err)
			}
			out = append(out, x)
		}
		return out
	}
	e.exec(b, "ANALYZE")
	var took time.Duration
	b.ResetTimer()
	for _, who := range []tenants.Actor{e.Manager, e.Leader} {
		b.StopTimer()
		list := tasks(who)
		b.StartTimer()
		began := time.Now()
		var next atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
					if _, err := e.s.Approve(b.Context(), list[i].who, list[i].task, 1, approval.ApproveInput{}); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		took += time.Since(began)
	}
	b.ReportMetric(float64(2*len(runs))/took.Seconds(), "decisions/s")
	if n := e.one(b, "SELECT count(*) FROM papers WHERE status <> 'agreed'"); n != 0 {
		b.Errorf("%d papers were not agreed to", n)
	}
}
