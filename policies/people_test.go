package policies_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the owner dates postings, which no operation does

	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestConsultantsAreThoseOfTheTenantsDay(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	owner, err := sql.Open("pgx", env.OwnerURL)
	must(t, err)
	t.Cleanup(func() { _ = owner.Close() })
	// 17:00 UTC on the 24th is one in the morning of the 25th in Shanghai.
	env.Tenant.Offset = time.Until(time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC))
	hired := func(t *testing.T, login, from, to string) uuid.UUID {
		t.Helper()
		user := env.Hire(t, login, "顾问", env.Department, "销售顾问", "sales_consultant")
		_, err := owner.ExecContext(t.Context(), "UPDATE postings SET valid_from = $1::text::date, valid_to = nullif($2, '')::date WHERE user_id = $3", from, to, user)
		must(t, err)
		return user
	}
	consultants := func(t *testing.T, a tenants.Tenant) (ids []uuid.UUID) {
		t.Helper()
		must(t, env.DB.Read(t.Context(), tenants.Worker(a, "test"), func(tx tenants.Tx) (err error) {
			ids, err = policies.People{}.Consultants(t.Context(), tx, env.Company)
			return err
		}))
		return ids
	}
	for _, c := range []struct {
		name, login, from, to string
		works                 bool
	}{
		{"BeginsToday", "begins", "2026-11-25", "", true},
		{"EndsToday", "ends", "2026-11-01", "2026-11-25", true},
		{"EndedYesterday", "ended", "2026-11-01", "2026-11-24", false},
		{"BeginsTomorrow", "later", "2026-11-26", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := hired(t, c.login, c.from, c.to)
			if got := slices.Contains(consultants(t, env.Tenant), user); got != c.works {
				t.Errorf("works today: %v, want %v", got, c.works)
			}
		})
	}
	t.Run("UTCTenantIsADayBehind", func(t *testing.T) {
		user := hired(t, "newcomer", "2026-11-25", "")
		utc := env.Tenant
		utc.Zone = time.UTC
		if slices.Contains(consultants(t, utc), user) {
			t.Error("who begins on the 25th works on the 24th")
		}
	})
}
