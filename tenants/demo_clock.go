package tenants

import (
	"context"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// ErrNoDemo refuses to move the clock of a real tenant.
var ErrNoDemo = fault.New(fault.Denied, "demo.only", "只有演示账套可以移动时钟", "Only the clock of a demo account set can be moved")

func (o *Org) moveClock(ctx context.Context, in *struct {
	Body struct {
		Days int `json:"days" minimum:"1" maximum:"400"`
	}
}) (*struct{}, error) {
	a := ActorOf(ctx)
	if !a.Tenant.Demo {
		return nil, ErrNoDemo
	}
	return nil, o.change(ctx, a, func(tx Tx) error {
		if err := tx.Later(ctx, "UPDATE tenants SET clock_offset = clock_offset + make_interval(days => ?) WHERE id = ?", in.Body.Days, tx.Tenant); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "tenant", tx.Tenant, 1, "move_clock", nil, map[string]any{"days": in.Body.Days})
	})
}
