package record

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/flow"
	"forecourt/kernel/rest"
)

type slip struct {
	bun.BaseModel `bun:"table:slips"`
	Base
	Status string `bun:"status" json:"status"`
}

var slips = New("pay_slip", "pay-slips", "单", "Slip", func(m *slip, k *Kind[slip]) {
	k.Flow(&m.Status, "状态", "Status", flow.New[string, string]().
		Status("open", flow.Blue, "开", "Open").Status("shut", flow.Grey, "关", "Shut").
		Action("shut", "关", "Shut").Inner("burn", "毁", "Burn").
		Row("open", "shut", "shut", "pay_slip:shut").Row("shut", "burn", "open", "").Done())
})

type slipInput struct {
	Word string `json:"word" maxLength:"5"`
}

// desk answers what it was asked for, so that a test sees what arrived.
type desk struct{}

func (desk) create(_ context.Context, who string, in slipInput) (*slip, error) {
	return &slip{Base: Base{Number: who + " " + in.Word, Version: 1}, Status: "open"}, nil
}

func (desk) plain(_ context.Context, who string, id uuid.UUID, version int) (*slip, error) {
	return &slip{Base: Base{ID: id, Number: who, Version: version + 1}, Status: "shut"}, nil
}

func (desk) asked(_ context.Context, who string, id uuid.UUID, version int, in *slipInput) (*slip, error) {
	if in == nil {
		in = &slipInput{"-"}
	}
	return &slip{Base: Base{ID: id, Number: who + " " + in.Word, Version: version + 1}}, nil
}

func TestRouter(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	pass := func(ctx context.Context, _ rest.Request) (context.Context, error) { return ctx, nil }
	api := rest.New(app, rest.Doors{Tenant: pass, Allow: func(context.Context, access.Permission) error { return nil }})
	r := NewRouter(api, slips, func(context.Context) string { return "王敏" })
	Create(r, "write", "Write", desk{}.create)
	Edit(r, "Edit", desk{}.asked)
	Act(r, "shut", "Shut", desk{}.plain)
	Ask(r.Named("shred-it").Needs("pay_slip:write"), "shred", "Shred", desk{}.asked)

	t.Run("OperationsFollowFromKindAndTable", func(t *testing.T) {
		for id, want := range map[string]access.Permission{"write-pay-slip": "pay_slip:write", "edit-pay-slip": "pay_slip:edit", "shut-pay-slip": "pay_slip:shut", "shred-it": "pay_slip:write"} {
			if got := api.Permissions()[id]; got != want {
				t.Errorf("%s needs %q, want %q", id, got, want)
			}
		}
		body := api.OpenAPI().Paths["/pay-slips"].Post.RequestBody.Content["application/json"].Schema
		if body.Ref != "#/components/schemas/Write-pay-slipRequest" {
			t.Errorf("the body is %s", body.Ref)
		}
	})
	t.Run("AStepOfOtherDocumentsIsRefused", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("registered")
			}
		}()
		Act(r, "burn", "Burn", desk{}.plain)
	})
	id := uuid.NewString()
	for _, c := range []struct {
		name, method, path, match, body string
		status                          int
		want                            Saved
	}{
		{"Create", http.MethodPost, "", "", `{"word":"甲"}`, 201, Saved{Number: "王敏 甲", Version: 1, Status: "open"}},
		{"LongWord", http.MethodPost, "", "", `{"word":"甲乙丙丁戊己"}`, 422, Saved{}},
		{"Edit", http.MethodPatch, "/" + id, `"3"`, `{"word":"乙"}`, 200, Saved{ID: uuid.MustParse(id), Number: "王敏 乙", Version: 4}},
		{"NoVersion", http.MethodPatch, "/" + id, "", `{"word":"乙"}`, 428, Saved{}},
		{"Step", http.MethodPost, "/" + id + "/shut", `"1"`, "", 200, Saved{ID: uuid.MustParse(id), Number: "王敏", Version: 2, Status: "shut"}},
		{"StepWithoutVersion", http.MethodPost, "/" + id + "/shut", "", "", 428, Saved{}},
		{"NoBody", http.MethodPost, "/" + id + "/shred", `"1"`, "", 200, Saved{ID: uuid.MustParse(id), Number: "王敏 -", Version: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := httptest.NewRequest(c.method, rest.Prefix+"/pay-slips"+c.path, strings.NewReader(c.body))
			q.Header.Set("Content-Type", "application/json")
			q.Header.Set("If-Match", c.match)
			res, err := app.Test(q, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			var got Saved
			var raw json.RawMessage
			if err := json.NewDecoder(res.Body).Decode(&raw); err != nil || res.StatusCode != c.status {
				t.Fatalf("%d %s, %v", res.StatusCode, raw, err)
			}
			if c.status > 299 {
				return
			}
			if err := json.Unmarshal(raw, &got); err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
