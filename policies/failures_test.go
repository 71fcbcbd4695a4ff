package policies_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/testdb"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// guesser tries passwords of one login after the other, from one address.
func guesser(t *testing.T, env *policiestest.Env, address string) func(login, password string) error {
	return func(login, password string) error {
		_, _, err := env.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: env.Tenant.Code, Login: login, Password: password, Address: address})
		return err
	}
}

func TestGuessingFromOneAddress(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	client := redis.NewClient(testdb.Redis(t))
	t.Cleanup(func() { _ = client.Close() })
	env.Sessions.Guarded(nil, tenants.NewFailures(client))
	replica := *env
	replica.Services(t)
	replica.Sessions.Guarded(nil, tenants.NewFailures(client))
	attacker, office := guesser(t, env, "198.51.100.7"), guesser(t, env, "192.0.2.1")
	var all sync.WaitGroup
	for i := range 40 { // many accounts, each far from its own lock, and at once
		all.Go(func() { _ = attacker(fmt.Sprintf("guess%d", i), "Kaifa-2020") })
	}
	all.Wait()
	refused(t, attacker("sales", policiestest.Password), tenants.ErrAddress)
	refused(t, guesser(t, &replica, "198.51.100.7")("sales", policiestest.Password), tenants.ErrAddress)
	must(t, office("sales", policiestest.Password))
	t.Run("ThroughTheAPI", func(t *testing.T) {
		app := env.API(t)
		for i := range 30 {
			if status, _ := call(t, app, http.MethodPost, "/session", "", credentials(env, fmt.Sprintf("guess%d", i), "Kaifa-2020", "bearer")); status != 401 {
				t.Fatalf("failure %d: %d", i, status)
			}
		}
		res, err := app.Test(request(t, http.MethodPost, "/session", "", credentials(env, "sales", policiestest.Password, "bearer")), -1)
		must(t, err)
		must(t, res.Body.Close())
		if wait, err := strconv.Atoi(res.Header.Get("Retry-After")); res.StatusCode != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 300 {
			t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
	})
	t.Run("NetworkOfIPv6", func(t *testing.T) {
		for i := range 30 {
			_ = guesser(t, env, fmt.Sprintf("2001:db8:1:2::%x", i))("nobody", "Kaifa-2020")
		}
		refused(t, guesser(t, env, "2001:db8:1:2:ffff::1")("sales", policiestest.Password), tenants.ErrAddress)
		must(t, guesser(t, env, "2001:db8:1:3::1")("sales", policiestest.Password))
	})
}

func TestAnOfficeBehindOneAddress(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	in := guesser(t, env, "192.0.2.1")
	for i := range 50 {
		if i%5 == 0 { // one in five types wrong first
			refused(t, in([]string{"sales", "sales2", "cashier", "manager"}[i/5%4], "Kaifa-2020"), tenants.ErrSignIn)
		}
		must(t, in([]string{"sales", "sales2", "cashier", "manager"}[i/5%4], policiestest.Password))
	}
	for range 5 {
		refused(t, in("leader", "Kaifa-2020"), tenants.ErrSignIn)
	}
	refused(t, in("leader", policiestest.Password), tenants.ErrLocked) // theirs alone
	must(t, in("sales", policiestest.Password))
}

func TestGuessingWithoutRedis(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	env.Sessions.Guarded(nil, tenants.NewFailures(redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})))
	in := guesser(t, env, "198.51.100.7")
	for range 30 {
		_ = in("nobody", "Kaifa-2020")
	}
	refused(t, in("sales", policiestest.Password), tenants.ErrAddress)
}

func TestGuessingOperators(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	must(t, env.Platform.CreateOperator(t.Context(), "operator", "运营", policiestest.Password))
	for range 30 {
		_, _, err := env.Platform.SignIn(t.Context(), "nobody", "Kaifa-2020")
		refused(t, err, tenants.ErrOperator)
	}
	_, _, err := env.Platform.SignIn(t.Context(), "operator", policiestest.Password)
	refused(t, err, tenants.ErrAddress)
}
