package policies_test

import (
	"testing"

	"forecourt/kernel/record"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestUsersAreFound(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	kinds, err := record.NewRegistry(tenants.UserKind.Spec, tenants.UnitKind.Spec)
	must(t, err)
	user, err := env.Org.AddUser(t.Context(), env.Admin, tenants.UserInput{Login: "ouyang.mei", Name: "欧阳梅", Password: "Kaifa-2026"})
	must(t, err)
	find := func(q string) int {
		t.Helper()
		page, err := tenants.UserKind.Spec.List(t.Context(), env.DB.Pool(), kinds, env.Admin.View("zh"), record.ListInput{Q: q, Limit: 50})
		must(t, err)
		return len(page.Items)
	}
	for q, want := range map[string]int{"欧阳": 1, "阳梅": 1, "oym": 1, "ouyang": 1, "g.me": 1, "欧洲": 0} {
		if got := find(q); got != want {
			t.Errorf("%s: %d, want %d", q, got, want)
		}
	}
	married := "司马梅"
	must(t, env.Org.EditUser(t.Context(), env.Admin, user, 1, tenants.UserEdit{Name: &married}))
	if find("司马") != 1 || find("欧阳") != 0 || find("ouyang") != 1 {
		t.Error("an edit leaves the old keys")
	}
}
