package callback

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// afterHandover are the days of the shipped rules; a rule names its parameter, and one without keeps its own days.
var afterHandover = map[string]parameter.Parameter[int]{
	"callback.first_days": parameter.Days("callback.first_days", 3, "交车后首次回访", "First call after handover").In("回访", "Callbacks").Between(1, 60).
		Says("交车几天后第一次回访客户；只影响之后交的车", "The customer is first called this many days after the handover; it counts for handovers from now on"),
	"callback.second_days": parameter.Days("callback.second_days", 30, "交车后二次回访", "Second call after handover").In("回访", "Callbacks").Between(2, 365).
		Says("交车几天后第二次回访客户；只影响之后交的车", "The customer is called again this many days after the handover; it counts for handovers from now on"),
}

// daysIn returns after how many days r calls a customer of a company.
func (r Rule) daysIn(ctx context.Context, tx tenants.Tx, company uuid.UUID) (int, error) {
	p, ok := afterHandover[r.Parameter]
	if !ok {
		return r.Days, nil
	}
	return p.Get(ctx, tx.Tx, company)
}
