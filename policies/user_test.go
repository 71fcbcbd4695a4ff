package policies_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func ptr[T any](v T) *T { return &v }

func TestEditUser(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	today := clock.DayOf(env.Tenant.Now(), clock.China)
	edit := func(a tenants.Actor, user uuid.UUID, version int, in tenants.UserEdit) error {
		return env.Org.EditUser(t.Context(), a, user, version, in)
	}
	const sales = 2 // a posting made them so
	must(t, edit(env.CompanyAdmin, env.Sales.User, sales, tenants.UserEdit{Name: ptr("王小敏"), Mobile: ptr("13800138000"), Email: ptr("min@example.com")}))
	refused(t, edit(env.Admin, env.Sales.User, sales, tenants.UserEdit{Name: ptr("王")}), record.ErrStale)
	refused(t, edit(env.Admin, env.Sales.User, sales+1, tenants.UserEdit{Mobile: ptr("110")}), tenants.ErrMobile)
	refused(t, edit(env.Admin, env.Sales.User, sales+1, tenants.UserEdit{Email: ptr("nobody")}), tenants.ErrEmail)
	refused(t, edit(env.CompanyAdmin, env.Leader.User, sales, tenants.UserEdit{Name: ptr("陈")}), tenants.ErrBeyond)
	refused(t, edit(env.OtherTenant(t).Admin, env.Sales.User, sales+1, tenants.UserEdit{Name: ptr("王")}), tenants.ErrNoUser)
	t.Run("LastDay", func(t *testing.T) {
		token, _ := env.Session(t, "sales")
		must(t, edit(env.Admin, env.Sales.User, sales+1, tenants.UserEdit{ValidTo: tenants.DayChange{Set: true, Day: today}}))
		if _, err := env.Sessions.Actor(t.Context(), token, ""); err != nil {
			t.Errorf("on the last day: %v", err)
		}
		must(t, edit(env.Admin, env.Sales.User, sales+2, tenants.UserEdit{ValidTo: tenants.DayChange{Set: true, Day: today.Add(-1)}}))
		_, err := env.Sessions.Actor(t.Context(), token, "")
		refused(t, err, tenants.ErrSignIn)
		in := tenants.SignInput{Tenant: env.Tenant.Code, Login: "sales", Password: policiestest.Password}
		_, _, err = env.Sessions.SignIn(t.Context(), in)
		refused(t, err, tenants.ErrUserEnded)
		in.Password = "wrong-password"
		_, _, err = env.Sessions.SignIn(t.Context(), in)
		refused(t, err, tenants.ErrSignIn) // a stranger learns nothing
		must(t, edit(env.Admin, env.Sales.User, sales+3, tenants.UserEdit{ValidTo: tenants.DayChange{Set: true}}))
		env.SignIn(t, "sales")
	})
	t.Run("NullTakesADayAway", func(t *testing.T) {
		token, _ := env.Session(t, "admin")
		app := env.API(t)
		if status, answer := call(t, app, http.MethodPost, "/users", token, map[string]any{"login": "guest.01", "name": "客", "password": "Kaifa-2026", "validTo": "2099-01-01"}); status != 201 {
			t.Fatalf("%d %v", status, answer)
		} else if id, _ := answer["id"].(string); id != "" {
			if status, answer := patch(t, app, "/users/"+id, token, 1, map[string]any{"validTo": nil}); status != 204 {
				t.Errorf("%d %v", status, answer)
			}
		}
		var last *string
		must(t, env.DB.Read(t.Context(), env.Admin, func(tx tenants.Tx) error {
			return tx.QueryRowContext(t.Context(), "SELECT valid_to::text FROM users WHERE tenant_id = ? AND login = 'guest.01'", tx.Tenant).Scan(&last)
		}))
		if last != nil {
			t.Errorf("valid to %s", *last)
		}
	})
}

func TestUnlockAndEnable(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	in := tenants.SignInput{Tenant: env.Tenant.Code, Login: "sales", Password: "wrong-password"}
	for range 5 {
		_, _, err := env.Sessions.SignIn(ctx, in)
		refused(t, err, tenants.ErrSignIn)
	}
	in.Password = policiestest.Password
	_, _, err := env.Sessions.SignIn(ctx, in)
	refused(t, err, tenants.ErrLocked)
	foreign := env.OtherTenant(t)
	refused(t, env.Org.UnlockUser(ctx, foreign.Admin, env.Sales.User), tenants.ErrNoUser)
	refused(t, env.Org.UnlockUser(ctx, env.Manager, env.Sales.User), rest.ErrDenied)
	must(t, env.Org.UnlockUser(ctx, env.CompanyAdmin, env.Sales.User))
	_, _, err = env.Sessions.SignIn(ctx, in)
	must(t, err)
	refused(t, env.Org.EnableUser(ctx, env.Admin, env.Sales.User), tenants.ErrEnabled)
	must(t, env.Org.DisableUser(ctx, env.CompanyAdmin, env.Sales.User))
	refused(t, env.Org.DisableUser(ctx, env.Admin, env.Sales.User), tenants.ErrDisabled)
	refused(t, env.Org.EnableUser(ctx, foreign.Admin, env.Sales.User), tenants.ErrNoUser)
	must(t, env.Org.EnableUser(ctx, env.CompanyAdmin, env.Sales.User))
	_, _, err = env.Sessions.SignIn(ctx, in)
	must(t, err)
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	env.Hire(t, "deputy", "副手", env.Root, "集团管理员", "group_administrator")
	deputy := env.SignIn(t, "deputy")
	t.Run("TwoWhoDisableEachOther", func(t *testing.T) {
		errs := atOnce(func() error { return env.Org.DisableUser(ctx, env.Admin, deputy.User) }, func() error { return env.Org.DisableUser(ctx, deputy, env.Admin.User) })
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), tenants.ErrLastAdministrator) {
			t.Errorf("one of two stays: %v", errs)
		}
	})
	// Whoever it was, the administrator is the last from here on; the deputy's actor still acts, as a request under way would.
	_ = env.Org.EnableUser(ctx, deputy, env.Admin.User)
	_ = env.Org.DisableUser(ctx, env.Admin, deputy.User)
	refused(t, env.Org.EndPosting(ctx, deputy, env.Admin.Posting.ID), tenants.ErrLastAdministrator)
	refused(t, env.Org.EditPosting(ctx, deputy, env.Admin.Posting.ID, tenants.PostingEdit{Roles: []string{"auditor"}}), tenants.ErrLastAdministrator)
	day := tenants.DayChange{Set: true, Day: "2099-12-31"}
	refused(t, env.Org.EditPosting(ctx, deputy, env.Admin.Posting.ID, tenants.PostingEdit{ValidTo: day}), tenants.ErrLastAdministrator)
	version := 0
	must(t, env.DB.Read(ctx, env.Admin, func(tx tenants.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT version FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, env.Admin.User).Scan(&version)
	}))
	refused(t, env.Org.EditUser(ctx, env.Admin, env.Admin.User, version, tenants.UserEdit{ValidTo: day}), tenants.ErrLastAdministrator)
	must(t, env.Org.EditPosting(ctx, deputy, env.Admin.Posting.ID, tenants.PostingEdit{Title: ptr("总管理员")}))
}
