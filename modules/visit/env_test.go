package visit_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/visit"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group and, in the same database, another tenant. The reception is the sales manager.
type env struct {
	*policiestest.Env
	s        *visit.Service
	above    tenants.Actor // above all companies: reads every visit, acts on their own, of which there are none
	neighbor tenants.Actor // reception of the group's other company, which has no consultants
	stranger tenants.Actor // of the other tenant
	people   *people
	notices  *notices
	model    uuid.UUID
	hidden   uuid.UUID // a model of a brand to which the group does not subscribe
}

// people are the real ones, unless all are on leave.
type people struct {
	policies.People
	onLeave bool
}

func (p *people) Consultants(ctx context.Context, tx tenants.Tx, company uuid.UUID) ([]uuid.UUID, error) {
	if p.onLeave {
		return nil, nil
	}
	return p.People.Consultants(ctx, tx, company)
}

var errMobile = fault.New(fault.Invalid, "test.mobile", "手机号不是 11 位", "no mobile")

// customers keeps the promise of the interface on the real table.
type customers struct{}

func (customers) Mobile(given string) (string, error) {
	if len(given) != 11 {
		return "", errMobile.At("mobile")
	}
	return given, nil
}

func (customers) Ensure(ctx context.Context, tx tenants.Tx, in visit.EnsureCustomer) (uuid.UUID, error) {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext(?))", in.Mobile); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := tx.NewRaw("SELECT id FROM customers WHERE tenant_id = ? AND mobile = ?", tx.Tenant, in.Mobile).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		id = uuid.New()
		_, err = tx.ExecContext(ctx, `INSERT INTO customers (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES (?, ?, 1, ?, ?, ?, now(), now(), 'individual', 'potential', ?, ?)`, tx.Tenant, id, in.Company, in.Owner, id.String(), in.Name, in.Mobile)
	}
	return id, err
}

// intents opens rows of the real table, or refuses.
type intents struct{}

var errIntent = fault.New(fault.Invalid, "test.intent", "不行", "no")

func (intents) Open(ctx context.Context, tx tenants.Tx, in visit.OpenIntent) (uuid.UUID, error) {
	if in.NextFollowUp < clock.DayOf(tx.Now, tx.Zone) {
		return uuid.Nil, errIntent.At("nextFollowUp")
	}
	id := uuid.New()
	_, err := tx.ExecContext(ctx, `INSERT INTO intents (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, stage, next_follow_up, status)
		VALUES (?, ?, 1, ?, ?, ?, now(), now(), ?, ?, ?, 'open')`, tx.Tenant, id, in.Company, in.Owner, id.String(), in.Customer, in.Stage, in.NextFollowUp)
	return id, err
}

type modelRow struct {
	bun.BaseModel `bun:"table:vehicle_models"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"full_name" json:"fullName"`
}

// modelKind is the target of a reference, without the module that owns it.
var modelKind = record.New("vehicle_model", "", "车型", "Model", func(m *modelRow, k *record.Kind[modelRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("fullName", "")
	k.List("fullName", "fullName")
	k.TenantWide()
})

// notices counts who was told.
type notices struct {
	mu   sync.Mutex
	told []uuid.UUID
}

func (n *notices) Tell(_ context.Context, _ tenants.Tx, user uuid.UUID, zh, en, kind string, _ uuid.UUID) error {
	if zh == "" || en == "" || kind != "visit" {
		return errors.New("a notice without words")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, user)
	return nil
}

func (n *notices) count(user uuid.UUID) (total int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range n.told {
		if u == user {
			total++
		}
	}
	return total
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t), people: &people{}, notices: &notices{}, model: uuid.New(), hidden: uuid.New()}
	e.s = visit.New(e.DB, e.people, customers{}, intents{}, modelKind.Spec, e.notices)
	e.Hire(t, "above", "陈总", e.Root, "审计", "auditor", "sales_consultant")
	e.Hire(t, "neighbor", "赵云", e.OtherCompany, "销售经理", "sales_manager")
	e.above, e.neighbor = e.SignIn(t, "above"), e.SignIn(t, "neighbor")
	e.stranger = e.OtherTenant(t).Manager
	ctx := t.Context()
	err := e.DB.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO platform_models (id, source_id, brand, maker, series, model_year, name) VALUES
			(?, 'seen', '丰田', '广汽丰田', '凯美瑞', 2024, '2.0G'), (?, 'hidden', '大众', '上汽大众', '途观', 2024, '330TSI')`, e.model, e.hidden)
		return err
	})
	if err == nil {
		err = e.DB.Do(ctx, e.Admin, func(tx tenants.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO brand_subscriptions (tenant_id, brand) VALUES (?, '丰田')", tx.Tenant)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func today(a tenants.Actor) clock.Day { return clock.DayOf(a.Tenant.Now(), a.Tenant.Zone) }

func (e *env) read(t *testing.T, id uuid.UUID) *visit.Visit {
	t.Helper()
	var v *visit.Visit
	err := e.DB.Read(t.Context(), e.Manager, func(tx tenants.Tx) (err error) {
		v, err = visit.Kind.Peek(t.Context(), tx.Tx, access.Scope{All: true}, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (e *env) as(user uuid.UUID) tenants.Actor {
	all := []tenants.Actor{e.Manager, e.Sales, e.Sales2}
	return all[slices.IndexFunc(all, func(a tenants.Actor) bool { return a.User == user })]
}
