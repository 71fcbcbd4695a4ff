package policies_test

import (
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
)

func TestWhoWorksInAUnit(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	team := addUnit(t, env, env.Department, "team", "T1")
	env.Hire(t, "fitter", "周仓", team, "组长", "sales_consultant")
	names := func(unit uuid.UUID) map[string]bool {
		t.Helper()
		list, err := env.Org.Colleagues(t.Context(), env.Admin, unit)
		must(t, err)
		found := map[string]bool{}
		for _, c := range list {
			found[c.Login] = true
		}
		return found
	}
	if in := names(team); !in["fitter"] || len(in) != 1 {
		t.Errorf("the team: %v", in)
	}
	if in := names(env.Company); !in["fitter"] || !in["sales"] || in["admin"] {
		t.Errorf("the company: %v", in)
	}
	list, err := env.Org.HeldPostings(t.Context(), env.Admin, env.SignIn(t, "fitter").User)
	must(t, err)
	must(t, env.Org.EndPosting(t.Context(), env.Admin, list[0].ID))
	if in := names(env.Root); in["fitter"] || !in["admin"] {
		t.Errorf("after the posting ended: %v", in)
	}
	_, err = env.Org.Colleagues(t.Context(), env.OtherTenant(t).Admin, team)
	refused(t, err, rest.ErrMissing)
	_, err = env.Org.Colleagues(t.Context(), env.Admin, uuid.New())
	refused(t, err, rest.ErrMissing)
}
