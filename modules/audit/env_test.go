package audit_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/audit"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// lead is a record with a masked field, under the grants and field rules that the shipped roles have for customers.
type lead struct {
	bun.BaseModel `bun:"table:leads,alias:t"`
	record.Base
	Name   string `bun:"name" json:"name"`
	Mobile string `bun:"mobile" json:"mobile"`
}

var leads = record.New("customer", "customers", "客户", "Customer", func(m *lead, k *record.Kind[lead]) {
	k.Text(&m.Name, "名称", "Name").Must().Search()
	k.Text(&m.Mobile, "手机", "Mobile").Secret(record.MaskMobile).Search()
	k.Numbered("KH")
	k.Title("name", "number")
	k.List("-createdAt", "number", "name", "mobile")
})

const leadsTable = `CREATE TABLE leads (tenant_id uuid NOT NULL, id uuid NOT NULL, version int NOT NULL, company_id uuid, department_id uuid, owner_id uuid,
	number text NOT NULL, created_at timestamptz NOT NULL, created_by uuid, updated_at timestamptz NOT NULL, name text NOT NULL, mobile text NOT NULL, PRIMARY KEY (tenant_id, id));
	SELECT record_table('leads'); SELECT searchable('leads')`

// env is a demo group with customers, served as the program serves it, and another tenant beside it.
type env struct {
	*policiestest.Env
	s        *audit.Service
	app      *fiber.App
	owner    *sql.DB
	tokens   map[string]string
	other    *policiestest.Env
	stranger string // token of the other tenant's administrator
	handlers job.Handlers
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t, leads.Spec), tokens: map[string]string{}, handlers: job.Handlers{}}
	var err error
	if e.owner, err = sql.Open("pgx", e.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.owner.Close() })
	e.exec(t, leadsTable)
	all := []*record.Spec{leads.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec}
	e.s = audit.New(e.DB, all...)
	e.s.Handlers(e.handlers)
	e.Hire(t, "neighbor", "赵云", e.OtherCompany, "公司管理员", "company_administrator")
	for _, login := range []string{"admin", "companyadmin", "sales", "manager", "auditor", "neighbor"} {
		e.tokens[login], _ = e.Session(t, login)
	}
	e.other = e.OtherTenant(t)
	e.stranger, _ = e.other.Session(t, "admin")
	e.app = fiber.New(fiber.Config{ErrorHandler: rest.Fail, Immutable: true})
	api := rest.New(e.app, rest.Doors{Tenant: e.Sessions.Enter, Operator: e.Platform.Enter, Allow: tenants.Allow, Answers: e.DB})
	e.s.Routes(api)
	registry, err := record.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	(&record.Desk{Pool: e.DB.Pool(), Kinds: registry, Write: e.DB.Write}).Serve(api)
	return e
}

// call sends a request as the bearer of token.
func (e *env) call(t *testing.T, token, method, path string, body any) (int, []byte) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, rest.Prefix+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := e.app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if b, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, b
}

// read asks the log as login.
func (e *env) read(t *testing.T, login, query string) audit.Page {
	t.Helper()
	token := e.tokens[login]
	if login == "stranger" {
		token = e.stranger
	}
	status, body := e.call(t, token, http.MethodGet, "/log?"+query, nil)
	var p audit.Page
	if err := json.Unmarshal(body, &p); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s %v", query, status, body, err)
	}
	return p
}

// lead adds a record of the company of a.
func (e *env) lead(t *testing.T, a tenants.Actor, name, mobile string) *lead {
	t.Helper()
	m := &lead{Name: name, Mobile: mobile}
	m.CompanyID, m.DepartmentID, m.OwnerID = a.Posting.Company, a.Posting.Department, a.User
	if err := e.DB.Do(t.Context(), a, func(tx tenants.Tx) error { return leads.Create(t.Context(), tx.Tx, m) }); err != nil {
		t.Fatal(err)
	}
	return m
}

// write adds lines to the history as a does.
func (e *env) write(t *testing.T, a tenants.Actor, kind, action string, at ...time.Time) {
	t.Helper()
	err := e.DB.Do(t.Context(), a, func(tx tenants.Tx) error {
		for _, x := range at {
			tx.Now = x
			if err := record.WriteHistory(t.Context(), tx.Tx, kind, id.New(), 1, action, nil, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (e *env) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	if _, err := e.owner.ExecContext(context.WithoutCancel(t.Context()), q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}
