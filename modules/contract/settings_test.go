package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/contract"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// decider is a demo group whose leader decides about contracts, and whose company's administrator may do so for the company.
func decider(t *testing.T, e *policiestest.Env) (leader, companyAdmin tenants.Actor) {
	t.Helper()
	for role, scope := range map[string]string{"group_leader": "group", "company_administrator": "company"} {
		grants := []policies.Grant{{Permission: "contract_settings:read", Scope: scope}, {Permission: "contract_settings:edit", Scope: scope}}
		if err := e.Policies.SetGrants(t.Context(), e.Admin, role, grants); err != nil {
			t.Fatal(err)
		}
	}
	return e.SignIn(t, "leader"), e.SignIn(t, "companyadmin")
}

func off(basisPoints int) contract.SettingsInput {
	return contract.SettingsInput{ManagerDiscountBasisPoints: basisPoints}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	s := contract.New(e.DB, nil, nil, nil, nil, nil)
	leader, companyAdmin := decider(t, e)
	read := func(a tenants.Actor) contract.Settings {
		t.Helper()
		now, err := s.Settings(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	shipped := contract.Settings{ManagerDiscountBasisPoints: 300, Version: 1}
	if got := read(leader); got != shipped {
		t.Errorf("shipped: %+v", got)
	}
	now, err := s.EditSettings(ctx, leader, 1, off(500))
	if err != nil || now.ManagerDiscountBasisPoints != 500 || now.Version < 2 || now != read(leader) {
		t.Fatalf("%+v, %v; read %+v", now, err, read(leader))
	}
	t.Run("TheSameAgainIsNoChange", func(t *testing.T) {
		if again, err := s.EditSettings(ctx, leader, now.Version, off(500)); err != nil || again != now {
			t.Errorf("%+v, %v", again, err)
		}
	})
	t.Run("AnotherVersionIsStale", func(t *testing.T) {
		if _, err := s.EditSettings(ctx, leader, 1, off(700)); !errors.Is(err, record.ErrStale) {
			t.Error(err)
		}
	})
	t.Run("OneOfManyAtOnceWins", func(t *testing.T) {
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = s.EditSettings(ctx, leader, now.Version, off(600+i)) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !errors.Is(err, record.ErrStale) {
				t.Error(err)
			}
		}
		if done != 1 {
			t.Errorf("%v", errs)
		}
	})
	t.Run("OnlyWhoMayInTheWholeGroup", func(t *testing.T) {
		if got := read(companyAdmin); got.ManagerDiscountBasisPoints < 600 {
			t.Errorf("%+v", got)
		}
		for _, a := range []tenants.Actor{companyAdmin, e.Sales} {
			if _, err := s.EditSettings(ctx, a, read(leader).Version, off(10_000)); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%s: %v", a.Login, err)
			}
		}
		if _, err := s.Settings(ctx, e.Sales); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("read: %v", err)
		}
	})
	t.Run("OtherTenantIsAnotherWorld", func(t *testing.T) {
		theirs, _ := decider(t, e.OtherTenant(t))
		if got := read(theirs); got != shipped {
			t.Errorf("%+v", got)
		}
		before := read(leader)
		if _, err := s.EditSettings(ctx, theirs, before.Version, off(0)); !errors.Is(err, record.ErrStale) {
			t.Errorf("at our version: %v", err)
		}
		if _, err := s.EditSettings(ctx, theirs, 1, off(0)); err != nil || read(leader) != before {
			t.Errorf("%v; ours are %+v", err, read(leader))
		}
	})
	t.Run("WhoAndWhatIsWrittenDownOnce", func(t *testing.T) {
		var by, was, became string
		var lines int
		err := e.DB.Read(ctx, leader, func(tx tenants.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT count(*) OVER (), u.name, h.was->>'managerDiscountBasisPoints', h.now->>'managerDiscountBasisPoints' FROM history h
				JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id WHERE h.kind = 'contract_settings' ORDER BY h.at LIMIT 1`).Scan(&lines, &by, &was, &became)
		})
		if err != nil || lines != 2 || by != leader.Name || was != "300" || became != "500" {
			t.Errorf("%d lines, the first by %s from %s to %s, %v", lines, by, was, became, err)
		}
	})
}

func TestSettingsThroughTheDoor(t *testing.T) {
	t.Parallel()
	e := policiestest.New(t)
	leader, _ := decider(t, e)
	app := fiber.New(fiber.Config{Immutable: true})
	contract.New(e.DB, nil, nil, nil, nil, nil).Routes(rest.New(app, rest.Doors{Allow: tenants.Allow,
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, leader), nil
		}}))
	call := func(method, match, body string) (status int, etag, answer string) {
		t.Helper()
		r := httptest.NewRequest(method, rest.Prefix+"/contract-settings", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("If-Match", match)
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("ETag"), string(b)
	}
	status, etag, body := call(http.MethodGet, "", "")
	if status != http.StatusOK || etag != `"1"` || body != `{"managerDiscountBasisPoints":300,"version":1}`+"\n" {
		t.Fatalf("%d %s %s", status, etag, body)
	}
	for _, c := range []struct {
		name, match, body string
		status            int
		says              string
	}{
		{"NoVersion", "", `{"managerDiscountBasisPoints":500}`, 428, `"field":"If-Match"`},
		{"BelowZero", `"1"`, `{"managerDiscountBasisPoints":-1}`, 422, `"field":"managerDiscountBasisPoints"`},
		{"AboveAll", `"1"`, `{"managerDiscountBasisPoints":10001}`, 422, `"field":"managerDiscountBasisPoints"`},
		{"AFraction", `"1"`, `{"managerDiscountBasisPoints":1.5}`, 422, `"field":"managerDiscountBasisPoints"`},
		{"Nothing", `"1"`, `{}`, 422, `"field":"managerDiscountBasisPoints"`},
		{"Unknown", `"1"`, `{"managerDiscountBasisPoints":1,"limit":2}`, 422, `"field":"limit"`},
		{"OtherVersion", `"9"`, `{"managerDiscountBasisPoints":500}`, 412, `record.stale`},
		{"All", `"1"`, `{"managerDiscountBasisPoints":10000}`, 200, `"managerDiscountBasisPoints":10000`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, _, body := call(http.MethodPut, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
	_, etag, body = call(http.MethodGet, "", "")
	var now contract.Settings
	if err := json.Unmarshal([]byte(body), &now); err != nil || now.ManagerDiscountBasisPoints != 10_000 {
		t.Fatalf("%s, %v", body, err)
	}
	if status, _, body := call(http.MethodPut, etag, `{"managerDiscountBasisPoints":0}`); status != http.StatusOK || !strings.Contains(body, `"managerDiscountBasisPoints":0`) {
		t.Errorf("%d %s", status, body)
	}
}
