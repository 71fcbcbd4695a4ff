package policies_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	_ "github.com/jackc/pgx/v5/stdlib" // the owner turns the clock of a consent
	"github.com/uptrace/bun"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// supported is a group, its administrator, and an operator of the platform.
type supported struct {
	*policiestest.Env
	app             *fiber.App
	admin, operator string
}

func newSupported(t *testing.T) *supported {
	t.Helper()
	s := &supported{Env: policiestest.New(t)}
	s.app = s.API(t)
	s.admin, _ = s.Session(t, "admin")
	must(t, s.Platform.CreateOperator(t.Context(), "operator", "林峰", policiestest.Password))
	_, answer := call(t, s.app, http.MethodPost, "/platform/session", "", map[string]any{"login": "operator", "password": policiestest.Password, "mode": "bearer"})
	s.operator, _ = answer["token"].(string)
	return s
}

func (s *supported) consent(t *testing.T, writing bool) string {
	t.Helper()
	status, answer := call(t, s.app, http.MethodPost, "/support/grants", s.admin, map[string]any{"hours": 4, "writing": writing, "reason": "报表打不开"})
	id, _ := answer["id"].(string)
	if status != 201 || id == "" {
		t.Fatalf("consent: %d %v", status, answer)
	}
	return id
}

// enter opens a support session in a tenant.
func (s *supported) enter(t *testing.T, tenant string, want int) string {
	t.Helper()
	status, answer := call(t, s.app, http.MethodPost, "/platform/tenants/"+tenant+"/support", s.operator, map[string]any{"mode": "bearer"})
	token, _ := answer["token"].(string)
	if status != want {
		t.Fatalf("enter: %d %v, want %d", status, answer, want)
	}
	return token
}

func (s *supported) asks(t *testing.T, token, method, path string, body any, want int) map[string]any {
	t.Helper()
	status, answer := call(t, s.app, method, path, token, body)
	if status != want {
		t.Fatalf("%s %s: %d %v, want %d", method, path, status, answer, want)
	}
	return answer
}

// owner runs q as the owner of the tables.
func (s *supported) owner(t *testing.T, q string, args ...any) {
	t.Helper()
	db, err := sql.Open("pgx", s.OwnerURL)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), q, args...)
	must(t, err)
}

// lines reads what the group's log says of support: action, who, operation, address and what.
func (s *supported) lines(t *testing.T) (out []string) {
	t.Helper()
	must(t, s.DB.Read(t.Context(), s.Admin, func(tx tenants.Tx) error {
		rows, err := tx.QueryContext(t.Context(), "SELECT h.action, u.name, h.operation, h.address, coalesce(h.now->>'path', '') FROM history h JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id WHERE h.tenant_id = ? AND h.kind = 'support' ORDER BY h.id", tx.Tenant)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var action, name, operation, address, path string
			if err := rows.Scan(&action, &name, &operation, &address, &path); err != nil {
				return err
			}
			if address == "" {
				t.Errorf("%s %s without an address", action, operation)
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", action, name, operation, path)))
		}
		return rows.Err()
	}))
	return out
}

func TestSupportNeedsConsent(t *testing.T) {
	t.Parallel()
	s := newSupported(t)
	other := s.OtherTenant(t)
	s.enter(t, s.Tenant.ID.String(), 403)
	s.enter(t, "01a21027-0000-7000-8000-000000000000", 404)
	s.consent(t, false)
	s.enter(t, other.Tenant.ID.String(), 403)
	for _, token := range []string{s.admin, ""} {
		s.asks(t, token, http.MethodPost, "/platform/tenants/"+s.Tenant.ID.String()+"/support", map[string]any{}, 401)
	}
	doors := s.asks(t, s.operator, http.MethodGet, "/platform/support", nil, 200)
	if items, _ := doors["items"].([]any); len(items) != 1 || items[0].(map[string]any)["tenantId"] != s.Tenant.ID.String() { //nolint:errcheck // a wrong type fails the test
		t.Errorf("doors: %v", doors)
	}
	t.Run("OnlyTheGroupsAdministratorsConsent", func(t *testing.T) {
		for _, login := range []string{"companyadmin", "leader", "auditor", "sales"} {
			token, _ := s.Session(t, login)
			s.asks(t, token, http.MethodPost, "/support/grants", map[string]any{"hours": 4, "reason": "x"}, 403)
			s.asks(t, token, http.MethodGet, "/support/grants", nil, 403)
		}
		for field, body := range map[string]map[string]any{"hours": {"hours": 73, "reason": "x"}, "reason": {"hours": 4, "reason": ""}, "days": {"hours": 4, "reason": "x", "days": 3}} {
			answer := s.asks(t, s.admin, http.MethodPost, "/support/grants", body, 422)
			if !strings.Contains(fmt.Sprint(answer["errors"]), field) {
				t.Errorf("%s is not named: %v", field, answer)
			}
		}
	})
}

func TestSupportReadsAndLeavesALineForEveryCall(t *testing.T) {
	t.Parallel()
	s := newSupported(t)
	grant := s.consent(t, false)
	token := s.enter(t, s.Tenant.ID.String(), 200)
	me := s.asks(t, token, http.MethodGet, "/session", nil, 200)
	user, _ := me["user"].(map[string]any)
	grants, _ := me["grants"].(map[string]any)
	if user["name"] != "平台支持·林峰" || me["support"] == nil || grants["user:read"] != "group" || grants["user:manage"] != nil || grants["support:grant"] != nil {
		t.Errorf("%v", me)
	}
	s.asks(t, token, http.MethodGet, "/roles", nil, 200)
	answer := s.asks(t, token, http.MethodPost, "/user-groups", map[string]any{"name": "值班"}, 403)
	if answer["code"] != "support.read_only" {
		t.Errorf("%v", answer)
	}
	s.asks(t, token, http.MethodPost, "/support/grants", map[string]any{"hours": 72, "reason": "x"}, 403)
	s.asks(t, token, http.MethodGet, "/support/grants", nil, 403)
	s.asks(t, token, http.MethodDelete, "/session", nil, 204)
	s.asks(t, token, http.MethodGet, "/session", nil, 401)
	want := []string{
		"grant 郑敏 grant-support",
		"open 平台支持·林峰 open-support",
		"call 平台支持·林峰 me /session",
		"call 平台支持·林峰 list-roles /roles",
		"call 平台支持·林峰 create-user-group /user-groups",
		"call 平台支持·林峰 grant-support /support/grants",
		"call 平台支持·林峰 list-support-grants /support/grants",
		"call 平台支持·林峰 sign-out /session",
		"close 平台支持·林峰 sign-out",
	}
	if got := s.lines(t); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	list, err := s.Sessions.ListSupport(t.Context(), s.Admin)
	must(t, err)
	if len(list) != 1 || list[0].ID.String() != grant || list[0].By != "郑敏" || !list[0].Active || len(list[0].Uses) != 1 {
		t.Fatalf("%+v", list)
	}
	if u := list[0].Uses[0]; u.Name != "平台支持·林峰" || u.Calls != 6 || u.EndedAt == nil || u.LastAt == nil || u.Address == "" {
		t.Errorf("%+v", u)
	}
	var opened int
	must(t, s.DB.Platform(t.Context(), func(tx bun.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FROM operator_log WHERE action = 'open_support' AND operator_id IS NOT NULL").Scan(&opened)
	}))
	if opened != 1 {
		t.Errorf("%d lines of the operators' log", opened)
	}
}

func TestSupportWritesWhereItMay(t *testing.T) {
	t.Parallel()
	s := newSupported(t)
	s.consent(t, false)
	s.consent(t, true)
	token := s.enter(t, s.Tenant.ID.String(), 200)
	must(t, s.Sessions.SignOut(t.Context(), s.Sales))
	me := s.asks(t, token, http.MethodGet, "/session", nil, 200)
	grants, _ := me["grants"].(map[string]any)
	for _, p := range []string{"price:create", "catalogue:subscribe"} {
		if grants[p] == nil {
			t.Errorf("%s is not among %v", p, grants)
		}
	}
	for p := range grants {
		for _, action := range []string{":manage", ":export", ":reveal", ":grant", ":end"} {
			if strings.HasSuffix(p, action) {
				t.Errorf("support holds %s", p)
			}
		}
	}
	s.asks(t, token, http.MethodPost, "/user-groups", map[string]any{"name": "值班"}, 403)
	s.asks(t, token, http.MethodPost, "/demo/clock", map[string]any{"days": 1}, 204)
}

func TestSupportEnds(t *testing.T) {
	t.Parallel()
	s := newSupported(t)
	tenant := s.Tenant.ID.String()
	live := func(token string, want int) {
		t.Helper()
		s.asks(t, token, http.MethodGet, "/session", nil, want)
	}
	t.Run("WhenItIsRevoked", func(t *testing.T) {
		grant := s.consent(t, true)
		token := s.enter(t, tenant, 200)
		live(token, 200)
		other := s.OtherTenant(t)
		theirs, _ := other.Session(t, "admin")
		s.asks(t, theirs, http.MethodPost, "/support/grants/"+grant+"/revoke", nil, 404)
		live(token, 200)
		s.asks(t, s.admin, http.MethodPost, "/support/grants/"+grant+"/revoke", nil, 204)
		live(token, 401)
		s.enter(t, tenant, 403)
		s.asks(t, s.admin, http.MethodPost, "/support/grants/"+grant+"/revoke", nil, 409)
	})
	t.Run("WhenItsHoursAreOver", func(t *testing.T) {
		grant := s.consent(t, true)
		token := s.enter(t, tenant, 200)
		live(token, 200)
		s.owner(t, "UPDATE support_grants SET expires_at = now() WHERE id = $1", grant)
		s.Sessions.Stale(s.Tenant.ID)
		live(token, 401)
		s.enter(t, tenant, 403)
	})
	t.Run("WhenWhoConsentedLeaves", func(t *testing.T) {
		s.Hire(t, "second", "钱进", s.Root, "集团管理员", "group_administrator")
		second, a := s.Session(t, "second")
		s.asks(t, second, http.MethodPost, "/support/grants", map[string]any{"hours": 1, "reason": "查账"}, 201)
		token := s.enter(t, tenant, 200)
		live(token, 200)
		must(t, s.Org.DisableUser(t.Context(), s.Admin, a.User))
		live(token, 401)
		s.enter(t, tenant, 403)
	})
	t.Run("ASuspendedTenantTakesItBack", func(t *testing.T) {
		grant := s.consent(t, false)
		must(t, s.Platform.Act(t.Context(), s.Tenant.ID, "suspend", ""))
		s.Sessions.Stale(s.Tenant.ID)
		token := s.enter(t, tenant, 200)
		live(token, 200)
		s.asks(t, s.admin, http.MethodPost, "/support/grants/"+grant+"/revoke", nil, 204)
		live(token, 401)
		must(t, s.Platform.Act(t.Context(), s.Tenant.ID, "resume", ""))
		s.Sessions.Stale(s.Tenant.ID)
	})
}

// The account that stands for an operator is nobody's to use.
func TestTheAccountOfSupportStaysShut(t *testing.T) {
	t.Parallel()
	s := newSupported(t)
	s.consent(t, true)
	token := s.enter(t, s.Tenant.ID.String(), 200)
	me := s.asks(t, token, http.MethodGet, "/session", nil, 200)
	user, _ := me["user"].(map[string]any)
	id, _ := user["id"].(string)
	for _, action := range []string{"enable", "disable", "unlock"} {
		s.asks(t, s.admin, http.MethodPost, "/users/"+id+"/"+action, nil, 404)
	}
	s.asks(t, s.admin, http.MethodPost, "/users/"+id+"/password", map[string]any{"password": "Neues-2027"}, 404)
	s.asks(t, "", http.MethodPost, "/session", map[string]any{"tenant": s.Tenant.Code, "login": user["login"], "password": "Neues-2027"}, 401)
	s.asks(t, token, http.MethodPut, "/session/password", map[string]any{"current": policiestest.Password, "password": "Neues-2027"}, 403)
}
