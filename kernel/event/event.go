// Package event tells other modules what happened. An event is a row of the outbox, written with the change itself;
// a relay hands it to the queue, and a handler that is safe twice takes it.
package event

import (
	"context"
	"encoding/json"
	"fmt"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
)

// Publish writes an event of kind, "contract.handed_over", into the outbox of tx. body becomes JSON.
func Publish(ctx context.Context, tx database.Tx, kind string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("publish %s: %w", kind, err)
	}
	return tx.Later(ctx, "INSERT INTO outbox (tenant_id, id, kind, body) VALUES (?, ?, ?, ?)", tx.Tenant, id.New(), kind, string(b))
}
