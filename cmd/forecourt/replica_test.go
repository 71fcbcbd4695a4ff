package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/config"
	"forecourt/kernel/fault"
	"forecourt/kernel/testdb"
	"forecourt/policies"
	"forecourt/tenants"
)

// noRedis is an address at which nothing answers.
const noRedis = "redis://127.0.0.1:1"

// replica is one more process on a database, with all that keeps it in step with others.
func replica(t *testing.T, db testdb.DB, redis string) *house {
	t.Helper()
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 4}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: redis}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	app.org = app.org.WithCheapPasswords()
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 2)
	go func() { over <- ended(app.hub.Run(ctx)) }()
	go func() { over <- ended(app.tenants.Run(ctx)) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-over; err != nil {
				t.Error(err)
			}
		}
		_ = app.close()
	})
	return &house{app: app, tokens: map[string]string{}}
}

// soon asks again until want is true, and fails when a replica keeps what is over for longer than it promises: a second, and another
// one for a busy machine.
func soon(t *testing.T, what string, want func() bool) {
	t.Helper()
	for began := time.Now(); !want(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 2*time.Second {
			t.Fatalf("%s: not after %s", what, time.Since(began).Round(time.Millisecond))
		}
	}
}

// A grant that is taken away at one replica is without effect at every other, with Redis to announce it and without.
func TestARevokedGrantIsWithoutEffectOnEveryReplica(t *testing.T) {
	p, db := healthy(t)
	first := replica(t, db, p.redis)
	groups, err := first.app.fill(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := first.idsOf(t, groups[0], first.app.kinds.Kind("receipt"))[0]
	for name, redis := range map[string]string{"RedisUp": p.redis, "RedisDown": noRedis} {
		t.Run(name, func(t *testing.T) {
			here, there := replica(t, db, redis), replica(t, db, redis)
			admin, cashier := here.signIn(t, "hengtong", "admin"), here.signIn(t, "hengtong", "liufang")
			confirm := func(h *house) int { // a stale version: whoever may is told so
				status, _ := h.answer(t, cashier, call{method: http.MethodPost, path: "/receipts/" + id + "/confirm", header: map[string]string{"If-Match": `"987654"`}})
				return status
			}
			set := func(without string) {
				var grants []policies.Grant
				for p, scopes := range granted("cashier") {
					if string(p) != without {
						grants = append(grants, policies.Grant{Permission: string(p), Scope: scopes[0]})
					}
				}
				if status, body := here.answer(t, admin, call{method: http.MethodPut, path: "/roles/cashier/grants", body: map[string]any{"grants": grants}}); status != http.StatusNoContent {
					t.Fatalf("%d %s", status, body)
				}
			}
			for _, h := range []*house{here, there} { // each keeps the actor and the policy now
				if status := confirm(h); status != http.StatusPreconditionFailed {
					t.Fatalf("before: %d", status)
				}
			}
			set("receipt:confirm")
			if status := confirm(here); status != http.StatusForbidden {
				t.Errorf("where it was taken: %d", status)
			}
			soon(t, "the grant is without effect elsewhere", func() bool { return confirm(there) == http.StatusForbidden })
			set("")
			soon(t, "it acts again", func() bool { return confirm(there) == http.StatusPreconditionFailed })

			posting := here.app.actorNow(t, cashier).Posting.ID
			if status, body := here.answer(t, admin, call{method: http.MethodPatch, path: "/postings/" + posting.String(), body: map[string]any{"roles": []string{"invoice_clerk"}}}); status != http.StatusNoContent {
				t.Fatalf("%d %s", status, body)
			}
			soon(t, "a role that was taken is without effect elsewhere", func() bool { return confirm(there) == http.StatusForbidden })
			if status, body := here.answer(t, admin, call{method: http.MethodPatch, path: "/postings/" + posting.String(), body: map[string]any{"roles": []string{"cashier"}}}); status != http.StatusNoContent {
				t.Fatalf("%d %s", status, body)
			}
		})
	}
}

func (a *application) actorNow(t *testing.T, token string) tenants.Actor {
	t.Helper()
	actor, err := a.tenants.Actor(t.Context(), token, "192.0.2.9")
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// town is a group of two regions and four companies with 50 people at work in them.
type town struct {
	*house
	admin     string
	root      uuid.UUID
	regions   [2]uuid.UUID
	companies []uuid.UUID
	codes     []string
	rooms     []uuid.UUID // an empty department of each company
	people    []*townsman

	mu   sync.RWMutex
	over [2][]string // the codes of the companies that a region's people may read; empty while a move is under way
	move int         // how many moves began or ended
}

type townsman struct {
	token  string
	code   string // of their company; "" for those of a region
	region int
}

// at returns what people of a region may read now, and at which move that was said.
func (w *town) at(region int) (codes []string, move int) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.over[region], w.move
}

func (w *town) say(over [2][]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = over
	w.move++
}

func newTown(t *testing.T, h *house) *town {
	t.Helper()
	ctx := t.Context()
	if _, err := h.app.platform.Open(ctx, tenants.OpenInput{Code: "town", Name: "恒通汽车集团", StartDate: "2026-01-01", Plan: "enterprise", Administrator: tenants.UserInput{Login: "admin", Name: "郑敏", Password: demoPassword}}); err != nil {
		t.Fatal(err)
	}
	w := &town{house: h, admin: h.signIn(t, "town", "admin")}
	admin := h.app.actorNow(t, w.admin)
	w.root = admin.Posting.Unit
	unit := func(parent uuid.UUID, kind, code string) uuid.UUID {
		id, err := h.app.org.AddUnit(ctx, admin, tenants.UnitInput{Parent: parent, Kind: kind, Code: code, Name: code})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if err := h.app.policies.CreateRole(ctx, admin, policies.RoleInput{Code: "regional", Name: fault.Text{Zh: "大区经理"}}); err != nil {
		t.Fatal(err)
	}
	if err := h.app.policies.SetGrants(ctx, admin, "regional", []policies.Grant{{Permission: "customer:read", Scope: "subtree"}}); err != nil {
		t.Fatal(err)
	}
	hire := func(login string, at uuid.UUID, role string, m *townsman) {
		user, err := h.app.org.AddUser(ctx, admin, tenants.UserInput{Login: login, Name: login, Password: demoPassword})
		if err == nil {
			_, err = h.app.org.AddPosting(ctx, admin, tenants.PostingInput{User: user, Unit: at, Title: role, Roles: []string{role}})
		}
		if err != nil {
			t.Fatal(err)
		}
		m.token = h.signIn(t, "town", login)
		w.people = append(w.people, m)
	}
	for r, code := range []string{"N", "S"} {
		w.regions[r] = unit(w.root, "region", code)
		for i := range 5 {
			hire(fmt.Sprintf("region.%d.%d", r, i), w.regions[r], "regional", &townsman{region: r})
		}
	}
	for c := range 4 {
		code := fmt.Sprintf("C%d", c)
		company := unit(w.regions[c/2], "company", code)
		department := unit(company, "department", code+"S")
		w.companies, w.codes, w.rooms = append(w.companies, company), append(w.codes, code), append(w.rooms, unit(company, "department", code+"X"))
		for i := range 10 {
			hire(fmt.Sprintf("seller.%d.%d", c, i), department, "sales_consultant", &townsman{code: code})
		}
	}
	w.over = [2][]string{{"C0", "C1"}, {"C2", "C3"}}
	return w
}

// work is what one person does until the town is built over: a customer entered, a list read, now at one replica, now at the other.
func (w *town) work(t *testing.T, n int, m *townsman, replicas []*house, done *atomic.Bool) (reads int) {
	for i := 0; !done.Load(); i++ {
		h := replicas[i%len(replicas)]
		if m.code != "" {
			c := call{method: http.MethodPost, path: "/customers", body: map[string]any{"type": "individual", "name": m.code + "-客户", "mobile": fmt.Sprintf("13%03d%06d", n, i)}}
			if status, body := h.answer(t, m.token, c); status != http.StatusCreated {
				t.Errorf("enter a customer: %d %.200s", status, body)
				return reads
			}
			c = call{method: http.MethodPost, path: "/org-units", body: map[string]any{"parentId": w.rooms[0], "kind": "team", "code": "T", "name": "T"}}
			if status, body := h.answer(t, m.token, c); status != http.StatusForbidden {
				t.Errorf("a consultant builds: %d %.200s", status, body)
				return reads
			}
		}
		may, said := []string{m.code}, 0
		if m.code == "" {
			may, said = w.at(m.region)
		}
		status, body := h.answer(t, m.token, call{method: http.MethodGet, path: "/customers?fields=name&limit=200"})
		if status != http.StatusOK {
			t.Errorf("read: %d %.200s", status, body)
			return reads
		}
		if m.code == "" {
			if _, now := w.at(m.region); len(may) == 0 || now != said {
				continue // a move was under way, and either answer is right
			}
		}
		reads++
		for _, code := range codesIn(t, body) {
			if !slices.Contains(may, code) {
				t.Errorf("read a customer of %s; only %v are in scope", code, may)
				return reads
			}
		}
	}
	return reads
}

// codesIn returns the companies of the customers of a list.
func codesIn(t *testing.T, body []byte) (codes []string) {
	var out struct{ Items []struct{ Name string } }
	if err := json.Unmarshal(body, &out); err != nil {
		t.Error(err)
	}
	for _, x := range out.Items {
		if code, _, _ := strings.Cut(x.Name, "-"); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// Units move, close and open again while 50 people enter and read customers at two replicas that cannot announce anything to each other.
// Nothing fails, and nobody reads what their region no longer holds: every replica drops what it kept of the tree.
func TestUnitsMoveWhilePeopleWork(t *testing.T) {
	_, db := healthy(t)
	here, there := replica(t, db, noRedis), replica(t, db, noRedis)
	replicas := []*house{here, there}
	w := newTown(t, here)
	var done atomic.Bool
	var reads atomic.Int64
	var people sync.WaitGroup
	for n, m := range w.people {
		people.Go(func() { reads.Add(int64(w.work(t, n, m, replicas, &done))) })
	}
	defer people.Wait()
	defer done.Store(true)
	regional := w.people[:10] // each is kept by itself, so one who is up to date says nothing of the next
	sees := func(h *house, m *townsman, code string) bool {
		status, body := h.answer(t, m.token, call{method: http.MethodGet, path: "/customers?fields=name&limit=1&filter=" + url.QueryEscape(fmt.Sprintf(`[["name","=","%s-客户"]]`, code))})
		if status != http.StatusOK {
			t.Errorf("read: %d %.200s", status, body)
		}
		return len(codesIn(t, body)) > 0
	}
	act := func(path string, version int, body any) int {
		status, answer := here.answer(t, w.admin, call{method: http.MethodPost, path: path, body: body, header: map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(version))}})
		if status >= 500 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		return status
	}
	for c := range w.companies { // everybody's customers are there before anything moves
		soon(t, w.codes[c]+" has customers", func() bool { return sees(here, regional[c/2*5], w.codes[c]) })
	}
	versions := map[uuid.UUID]int{}
	version := func(u uuid.UUID) int { versions[u]++; return versions[u] }
	for round := range 6 {
		before, _ := w.at(0)
		other, _ := w.at(1)
		mover, to := before[len(before)-1], 1
		if round%2 == 1 {
			mover, to = other[len(other)-1], 0
		}
		next := [2][]string{slices.Clone(before), slices.Clone(other)}
		next[1-to] = slices.DeleteFunc(next[1-to], func(c string) bool { return c == mover })
		next[to] = append(next[to], mover)
		c := slices.Index(w.codes, mover)

		w.say([2][]string{})
		if status := act("/org-units/"+w.companies[c].String()+"/move", version(w.companies[c]), map[string]any{"parentId": w.regions[to]}); status != http.StatusNoContent {
			t.Fatalf("move %s: %d", mover, status)
		}
		for _, h := range replicas {
			for _, m := range regional {
				soon(t, "the moved company is read where it is now, and nowhere else", func() bool { return sees(h, m, mover) == (m.region == to) })
			}
		}
		w.say(next)

		room := w.rooms[c]
		if status := act("/org-units/"+room.String()+"/close", version(room), map[string]any{}); status != http.StatusNoContent {
			t.Fatalf("close: %d", status)
		}
		if status := act("/org-units/"+w.companies[c].String()+"/close", versions[w.companies[c]]+1, map[string]any{}); status != http.StatusConflict {
			t.Errorf("a company at work closes: %d", status)
		}
		if status := act("/org-units/"+room.String()+"/reopen", version(room), nil); status != http.StatusNoContent {
			t.Fatalf("reopen: %d", status)
		}
	}
	done.Store(true)
	people.Wait()
	if reads.Load() < 100 {
		t.Errorf("only %d reads were held against the scope", reads.Load())
	}
	t.Logf("%d reads within the scope", reads.Load())
}
