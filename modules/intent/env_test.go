package intent_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/modules/intent"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group and, in the same database, another tenant, each with a customer.
type env struct {
	*policiestest.Env
	s        *intent.Service
	office   *office
	above    tenants.Actor // above all companies: reads every intent, acts on their own, of which there are none
	stranger tenants.Actor // of the other tenant
	customer uuid.UUID
	foreign  uuid.UUID // the other tenant's customer
	model    uuid.UUID
	hidden   uuid.UUID // a model of a brand to which the group does not subscribe
}

// customers looks into the table, where row security hides the other tenant's.
type customers struct{}

func (customers) Exists(ctx context.Context, tx tenants.Tx, id uuid.UUID, field string) error {
	if ok, err := tx.NewSelect().TableExpr("customers").ColumnExpr("1").Where("id = ?", id).Exists(ctx); err != nil || !ok {
		return record.ErrTarget.At(field).Because(err)
	}
	return nil
}

func (customers) Touch(context.Context, tenants.Tx, uuid.UUID) error { return nil }

// office decides who must agree: somebody, once a test asks for it.
type office struct {
	asks    bool
	input   any
	dropped []uuid.UUID
}

func (o *office) Ask(_ context.Context, _ tenants.Tx, _ *record.Spec, _ string, _ uuid.UUID, input any) (bool, error) {
	o.input = input
	return !o.asks, nil
}

func (o *office) Drop(_ context.Context, _ tenants.Tx, _ *record.Spec, _ string, id uuid.UUID, _ string) error {
	o.dropped = append(o.dropped, id)
	return nil
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t), office: &office{}, model: uuid.New(), hidden: uuid.New()}
	e.s = intent.New(e.DB, customers{}, modelKind.Spec, e.office)
	e.Hire(t, "above", "陈总", e.Root, "审计", "auditor", "sales_consultant")
	e.above = e.SignIn(t, "above")
	e.stranger = e.OtherTenant(t).Manager
	e.customer, e.foreign = e.known(t, e.Manager), e.known(t, e.stranger)
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

// known enters a customer of a's company.
func (e *env) known(t *testing.T, a tenants.Actor) uuid.UUID {
	t.Helper()
	id := uuid.New()
	err := e.DB.Do(t.Context(), a, func(tx tenants.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES (?, ?, 1, ?, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, tx.Tenant, id, a.Posting.Company)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func today(a tenants.Actor) clock.Day { return clock.DayOf(a.Tenant.Now(), a.Tenant.Zone) }

// customerRow and modelRow are targets of references, without the modules that own them.
type customerRow struct {
	bun.BaseModel `bun:"table:customers"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"name" json:"name"`
}

type modelRow struct {
	bun.BaseModel `bun:"table:vehicle_models"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"full_name" json:"fullName"`
}

var customerKind = record.New("customer", "", "客户", "Customer", func(m *customerRow, k *record.Kind[customerRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("name", "")
	k.List("name", "name")
})

var modelKind = record.New("vehicle_model", "", "车型", "Model", func(m *modelRow, k *record.Kind[modelRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("fullName", "")
	k.List("fullName", "fullName")
	k.TenantWide()
})
