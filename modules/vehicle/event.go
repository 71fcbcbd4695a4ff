package vehicle

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Steps of a vehicle's life that are no moves of its flow.
const (
	eventReceive  = "receive"
	eventHandOver = "hand_over"
)

// Event is one line of a vehicle's life. It is written once.
type Event struct {
	bun.BaseModel `bun:"table:vehicle_events"`
	TenantID      uuid.UUID `bun:"tenant_id,pk,type:uuid" json:"-"`
	ID            uuid.UUID `bun:"id,pk,type:uuid" json:"id"`
	At            time.Time `bun:"at" json:"at"`
	DoneBy        uuid.UUID `bun:"done_by,type:uuid,nullzero" json:"doneBy"`
	Action        string    `bun:"action" json:"action"`
	Document      string    `bun:"document,nullzero" json:"document"`
	From          Status    `bun:"from_status,nullzero" json:"from"`
	To            Status    `bun:"to_status" json:"to"`
}

// EventKind declares the lines. Their ids grow with time, so they are read from the purchase to the handover.
var EventKind = record.New("vehicle_event", "", "车辆经历", "Life of the vehicle", func(m *Event, k *record.Kind[Event]) {
	actions := []record.Option{record.Of(eventReceive, "入库", "Received"), record.Of(eventHandOver, "交车", "Handed over")}
	for _, a := range Flow.All() {
		actions = append(actions, record.Option{Value: a.Name, Label: a.Label})
	}
	var statuses []record.Option
	for _, s := range Flow.Statuses() {
		statuses = append(statuses, record.Option{Value: s.Value, Label: s.Label, Tone: s.Tone})
	}
	k.ID(&m.ID, "标识", "ID")
	k.Time(&m.At, "时间", "At").Fixed()
	k.Choice(&m.Action, "事项", "Step", actions...).Fixed()
	k.Text(&m.Document, "单据或说明", "Document or note").Fixed()
	k.Choice(&m.From, "原状态", "From", statuses...).Fixed()
	k.Choice(&m.To, "新状态", "To", statuses...).Fixed()
	k.Ref(&m.DoneBy, "user", "经办人", "By").Fixed()
	k.List("id", "at", "action", "document", "from", "to", "doneBy")
	k.TenantWide()
})

// write adds a line. It rides with the change itself.
func write(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID, action, document string, from, to Status) error {
	return tx.Later(ctx, "INSERT INTO vehicle_events (tenant_id, id, vehicle_id, at, done_by, action, document, from_status, to_status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, id.New(), vehicle, tx.Now, person(tx), action, text(document), text(string(from)), to)
}

// person is who acts, or NULL for a worker.
func person(tx tenants.Tx) any {
	if tx.Actor.User == uuid.Nil {
		return nil
	}
	return tx.Actor.User
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
