package policies_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"forecourt/kernel/access"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

var update = flag.Bool("update", false, "write the golden files anew")

var ranks = []string{"", "self", "department", "company", "subtree", "group"}

// TestMatrix makes every change of a shipped role a diff to review: one line a permission, one column a role.
func TestMatrix(t *testing.T) {
	t.Parallel()
	widest := map[string]map[string]string{}
	for _, r := range policies.Roles {
		for _, g := range r.Grants {
			permission, scope, _ := strings.Cut(g, " ")
			if slices.Index(ranks, scope) < 1 {
				t.Errorf("%s: %q has no scope", r.Code, g)
			}
			if widest[permission] == nil {
				widest[permission] = map[string]string{}
			}
			if slices.Index(ranks, scope) > slices.Index(ranks, widest[permission][r.Code]) {
				widest[permission][r.Code] = scope
			}
		}
	}
	var b bytes.Buffer
	for _, permission := range slices.Sorted(maps.Keys(widest)) {
		fmt.Fprintf(&b, "%s:\n", permission)
		for _, r := range policies.Roles {
			if scope := widest[permission][r.Code]; scope != "" {
				fmt.Fprintf(&b, "  %s: %s\n", r.Code, scope)
			}
		}
	}
	b.WriteString("\nfields:\n")
	for _, r := range policies.Roles {
		for _, f := range r.Fields {
			fmt.Fprintf(&b, "  %s: %s\n", r.Code, f)
		}
	}
	golden(t, "testdata/matrix.golden", b.Bytes())
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(path, got, 0o600))
		return
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the change and run the test with -update:\n%s", path, got)
	}
}

// TestWhoCan asks the compiled grants of real people what testdata/who.yaml promises.
func TestWhoCan(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	people := map[string]tenants.Actor{"administrator": env.Admin, "leader": env.Leader, "company_administrator": env.CompanyAdmin, "manager": env.Manager, "consultant": env.Sales,
		"cashier": env.Cashier, "warehouse": env.Warehouse, "clerk": env.Clerk, "adviser": env.Adviser, "care": env.Care, "auditor": env.Auditor}
	f, err := os.Open("testdata/who.yaml")
	must(t, err)
	defer func() { must(t, f.Close()) }()
	permission, lines := "", 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		key, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case key == "":
			continue
		case !strings.HasPrefix(line, " "):
			permission = strings.TrimSuffix(key, ":")
			continue
		}
		lines++
		for _, who := range strings.Split(list, ", ") {
			a, known := people[who]
			if !known {
				t.Fatalf("%s: nobody is %q", permission, who)
			}
			level := a.Set.Levels[access.Permission(permission)]
			if want := strings.TrimPrefix(key, "cannot"); level != want {
				t.Errorf("%s: %s has %q, want %q", permission, who, level, want)
			}
		}
	}
	if lines == 0 {
		t.Fatal("who.yaml promises nothing")
	}
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	for _, c := range []struct {
		who  tenants.Actor
		kind string
		name string
		want access.Visibility
	}{
		{env.Sales, "vehicle", "cost", access.Hidden},
		{env.Manager, "vehicle", "cost", access.Editable},
		{env.Leader, "vehicle", "cost", access.Shown},
		{env.Auditor, "vehicle", "cost", access.Shown},
		{env.Cashier, "vehicle", "cost", access.Hidden},
		{env.Sales, "customer", "mobile", access.Editable},
		{env.Manager, "customer", "mobile", access.Editable},
		{env.Care, "customer", "mobile", access.Editable},
		{env.Leader, "customer", "mobile", access.Hidden}, // no rule: the field's own default counts
		{env.Auditor, "customer", "mobile", access.Hidden},
	} {
		if got := c.who.Set.Field(c.kind, c.name, access.Hidden); got != c.want {
			t.Errorf("%s sees %s.%s as %d, want %d", c.who.Login, c.kind, c.name, got, c.want)
		}
	}
}
