package record

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
)

func TestFacts(t *testing.T) {
	s := newShop(t)
	s.define(s.ours, ownSample[2], ownSample[3])
	id := uuid.New()
	err := s.do(s.ours, func(ctx context.Context, tx database.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO things (tenant_id, id, version, number, created_at, updated_at, name, mobile, price, cost, day, tone, own) VALUES (?, ?, 1, 'N1', '2026-11-25 01:02:03.5+00', now(), '白车', '13800138000', 12345, 999, '2026-11-25', 'red', '{"x_tags": ["a", "b"], "x_area": 12.5}')`, s.ours, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var snap *Snapshot
	var values map[string]any
	err = s.do(s.ours, func(ctx context.Context, tx database.Tx) (err error) {
		k, err := s.kinds.Kind("thing").Of(ctx, tx)
		if err != nil {
			return err
		}
		if snap, err = k.Take(ctx, tx, id); err != nil {
			return err
		}
		values, err = k.Values(snap)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tags, _ := values["x_tags"].([]string)
	if values["price"] != int64(12345) || values["cost"] != int64(999) || values["mobile"] != "13800138000" || values["x_area"] != 12.5 || len(tags) != 2 || values["day"] != time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) || values["ownerId"] != nil {
		t.Errorf("%#v", values)
	}
	was := *snap
	was.Fields = map[string]string{"price": "100", "mobile": "13900139000"}
	v := s.view(s.ours)
	v.Set = &access.Set{Scopes: v.Set.Scopes, Fields: map[string]access.Visibility{}}
	shown, err := s.kinds.Kind("thing").Show(context.Background(), s.pool, s.kinds, v, snap, &was, []string{"tone"})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]ShownField{}
	for _, f := range shown.Fields {
		byName[f.Name] = f
	}
	if f := byName["price"]; !f.Changed || string(f.Value) != `"123.45"` || f.Text != "¥123.45" || f.SubmittedText != "¥1.00" {
		t.Errorf("%+v", f)
	}
	if f := byName["mobile"]; f.Text == "13800138000" || f.SubmittedText == "13900139000" || string(f.Value) == `"13800138000"` || !f.Changed {
		t.Errorf("a mask is off: %+v", f)
	}
	if _, ok := byName["cost"]; ok {
		t.Error("what rules hide is shown")
	}
	if _, ok := byName["tone"]; ok {
		t.Error("what the step hides is shown")
	}
	if b, err := json.Marshal(shown); err != nil || len(b) == 0 {
		t.Error(err)
	}
}
