package callback

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/id"
	"forecourt/tenants"
)

// Rule says when an event is followed by a call. Rules are the tenant's own.
type Rule struct {
	bun.BaseModel `bun:"table:callback_rules"`
	TenantID      uuid.UUID `bun:"tenant_id,pk,type:uuid"`
	ID            uuid.UUID `bun:"id,pk,type:uuid"`
	NameZh        string    `bun:"name_zh"`
	NameEn        string    `bun:"name_en"`
	Event         string    `bun:"event"`
	Days          int       `bun:"days"` // unless Parameter decides
	Parameter     string    `bun:"parameter,nullzero"`
	DeadlineDays  int       `bun:"deadline_days"`
	ScriptZh      string    `bun:"script_zh"`
	ScriptEn      string    `bun:"script_en"`
	Active        bool      `bun:"active"`
}

// shipped are the rules that a new tenant begins with.
var shipped = []Rule{
	{NameZh: "交车后首次回访", NameEn: "First call after handover", Event: "handover.create", Days: 3, Parameter: "callback.first_days", DeadlineDays: 2, Active: true,
		ScriptZh: "您的新车使用是否正常？交车时讲解是否清楚？对我们的服务打几分？", ScriptEn: "Does the new car run well? Was everything explained at handover? How would you rate us?"},
	{NameZh: "交车后二次回访", NameEn: "Second call after handover", Event: "handover.create", Days: 30, Parameter: "callback.second_days", DeadlineDays: 5, Active: true,
		ScriptZh: "用车一个月，有没有不明白的地方？首保时间记得吗？", ScriptEn: "After a month: any questions about the car? Is the first service date clear?"},
}

// Seed gives a tenant the shipped rules. Run again, it changes nothing.
func Seed(ctx context.Context, tx tenants.Tx) error {
	rules := make([]Rule, len(shipped))
	for i, r := range shipped {
		r.TenantID, r.ID = tx.Tenant, id.New()
		rules[i] = r
	}
	if _, err := tx.NewInsert().Model(&rules).On("CONFLICT (tenant_id, event, days) DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("seed callback rules: %w", err)
	}
	return nil
}

func active(ctx context.Context, tx tenants.Tx, event string) ([]Rule, error) {
	var rules []Rule
	err := tx.NewSelect().Model(&rules).Where("tenant_id = ? AND event = ? AND active", tx.Tenant, event).Order("days").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("callback rules of %s: %w", event, err)
	}
	return rules, nil
}

func rule(ctx context.Context, tx tenants.Tx, rule uuid.UUID) (*Rule, error) {
	r := new(Rule)
	if err := tx.NewSelect().Model(r).Where("tenant_id = ? AND id = ?", tx.Tenant, rule).Scan(ctx); err != nil {
		return nil, fmt.Errorf("callback rule %s: %w", rule, err)
	}
	return r, nil
}

// happened returns when the handover was made: a rule counts its days from then, however late the worker is.
func happened(ctx context.Context, tx tenants.Tx, cause uuid.UUID) (time.Time, error) {
	var at time.Time
	err := tx.NewSelect().TableExpr("history").ColumnExpr("at").Where("tenant_id = ? AND kind = 'handover' AND record_id = ? AND action = 'create'", tx.Tenant, cause).Limit(1).Scan(ctx, &at)
	if err != nil {
		return time.Time{}, fmt.Errorf("when %s happened: %w", cause, err)
	}
	return at, nil
}
