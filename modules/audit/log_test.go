package audit_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"forecourt/modules/audit"
	"forecourt/tenants"
)

var noon = time.Date(2026, 12, 24, 4, 0, 0, 0, time.UTC)

// changed returns what a line says about a field now.
func changed(i audit.Item, field string) string {
	for _, c := range i.Changes {
		if c.Field == field {
			return string(c.Now)
		}
	}
	return ""
}

func TestLog(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	x := e.lead(t, e.Sales, "张三丰", "13812345678")
	edited := *x
	edited.Mobile = "13987654321"
	if err := e.DB.Do(t.Context(), e.Sales, func(tx tenants.Tx) error { return leads.Save(t.Context(), tx.Tx, x, &edited, "edit") }); err != nil {
		t.Fatal(err)
	}
	record := "kind=customer&record=" + x.ID.String()

	t.Run("SaysWhoDidWhatWhenAndFromWhere", func(t *testing.T) {
		p := e.read(t, "admin", record)
		if len(p.Items) != 2 || p.Next != "" {
			t.Fatalf("%+v", p)
		}
		i := p.Items[1]
		if i.UserID != e.Sales.User.String() || i.By != "王敏" || i.Address != "127.0.0.1" || i.Action.Zh != "新建" || i.KindLabel.En != "Customer" ||
			i.RecordID != x.ID.String() || i.RecordTitle != "张三丰" || i.Path != "/customers" || i.Version != 1 || time.Since(i.At).Abs() > time.Minute {
			t.Errorf("%+v", i)
		}
	})
	t.Run("FieldRulesApply", func(t *testing.T) {
		if got := changed(e.read(t, "auditor", record).Items[0], "mobile"); !strings.Contains(got, "*") || strings.Contains(got, "8765") {
			t.Errorf("an auditor reads %s", got)
		}
	})
	t.Run("ARecordThatTheReaderDoesNotSeeSaysNothing", func(t *testing.T) {
		e.write(t, e.CompanyAdmin, "customer", "edit", noon)
		there := e.SignIn(t, "neighbor")
		hidden := e.lead(t, there, "别家客户", "13700000000")
		e.exec(t, "UPDATE history SET user_id = $1 WHERE record_id = $2", e.Sales.User, hidden.ID)
		p := e.read(t, "companyadmin", "user="+e.Sales.User.String()+"&record="+hidden.ID.String())
		if len(p.Items) != 1 || p.Items[0].RecordTitle != "" || len(p.Items[0].Changes) != 0 || p.Items[0].Action.Zh != "新建" {
			t.Errorf("%+v", p.Items)
		}
	})
	t.Run("EveryQuestionIsAnswered", func(t *testing.T) {
		for query, want := range map[string]func(audit.Item) bool{
			"user=" + e.Sales.User.String(): func(i audit.Item) bool { return i.UserID == e.Sales.User.String() },
			"kind=customer":                 func(i audit.Item) bool { return i.Kind == "customer" },
			"action=create":                 func(i audit.Item) bool { return i.Action.En == "Created" },
			"kind=customer&action=edit":     func(i audit.Item) bool { return i.Kind == "customer" && i.Action.En == "Edited" },
			"record=" + x.ID.String():       func(i audit.Item) bool { return i.RecordID == x.ID.String() },
			"address=127.0.0.1":             func(i audit.Item) bool { return i.Address == "127.0.0.1" },
			"kind=session&action=sign_in":   func(i audit.Item) bool { return i.KindLabel.Zh == "会话" && i.Action.Zh == "登录" },
			"from=2026-12-24T00:00:00Z&to=2026-12-25T00:00:00%2B08:00": func(i audit.Item) bool { return i.At.Equal(noon) },
		} {
			p := e.read(t, "admin", query)
			if len(p.Items) == 0 {
				t.Errorf("%s: nothing", query)
			}
			if n := slices.IndexFunc(p.Items, func(i audit.Item) bool { return !want(i) }); n >= 0 {
				t.Errorf("%s: %+v", query, p.Items[n])
			}
		}
		for _, query := range []string{"address=192.0.2.77", "kind=nothing", "action=nothing", "user=" + x.ID.String(), "record=" + e.Sales.User.String() + "&kind=customer"} {
			if p := e.read(t, "admin", query); len(p.Items) != 0 {
				t.Errorf("%s: %+v", query, p.Items)
			}
		}
	})
	t.Run("KnowsItsWords", func(t *testing.T) {
		status, body := e.call(t, e.tokens["auditor"], http.MethodGet, "/log/words", nil)
		var known struct{ Items []audit.Known }
		if err := json.Unmarshal(body, &known); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
		said := map[string]string{}
		for _, k := range known.Items {
			for _, a := range k.Actions {
				said[k.Kind+"."+a.Action] = k.Label.Zh + a.Label.Zh
			}
		}
		if said["session.refused"] != "会话登录被拒" || said["customer.create"] != "客户新建" || said["user.disable"] == "" {
			t.Errorf("%v", said)
		}
		if status, _ := e.call(t, e.tokens["sales"], http.MethodGet, "/log/words", nil); status != http.StatusForbidden {
			t.Errorf("a consultant: %d", status)
		}
	})
	t.Run("ReadsWhoMay", func(t *testing.T) {
		for _, login := range []string{"sales", "manager"} {
			if status, body := e.call(t, e.tokens[login], http.MethodGet, "/log", nil); status != http.StatusForbidden {
				t.Errorf("%s: %d %s", login, status, body)
			}
		}
	})
	t.Run("OtherTenantReadsNothing", func(t *testing.T) {
		for _, query := range []string{record, "record=" + x.ID.String(), "user=" + e.Sales.User.String()} {
			if p := e.read(t, "stranger", query); len(p.Items) != 0 {
				t.Errorf("%s: %+v", query, p.Items)
			}
		}
		for _, i := range e.read(t, "stranger", "limit=100").Items {
			if i.RecordID == x.ID.String() || i.By == "赵云" {
				t.Errorf("%+v", i)
			}
		}
	})
	t.Run("BadInputIsNamed", func(t *testing.T) {
		for query, field := range map[string]string{"user=x": "user", "record=" + strings.Repeat("z", 36): "record", "from=yesterday": "from", "to=2026-13-01T00:00:00Z": "to", "from=0001-01-01T00:00:00Z": "from",
			"from=2026-12-01T00:00:00Z&to=2026-11-01T00:00:00Z": "to", "cursor=zzz": "cursor", "cursor=e30": "cursor", "limit=0": "limit", "limit=101": "limit", "limit=x": "limit",
			"kind=" + strings.Repeat("k", 61): "kind", "action=" + strings.Repeat("k", 61): "action", "address=" + strings.Repeat("k", 61): "address",
			"cursor=" + url.QueryEscape("eyJhIjoiOTk5OTktMDEtMDFUMDA6MDA6MDBaIn0"): "cursor"} {
			status, body := e.call(t, e.tokens["admin"], http.MethodGet, "/log?"+query, nil)
			if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), field) {
				t.Errorf("%s: %d %s", query, status, body)
			}
		}
	})
}

func TestPagesJoinWithoutGapOrDouble(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	var at []time.Time
	for n := range 25 { // some at the same instant
		at = append(at, noon.Add(time.Duration(n/5)*time.Second))
	}
	e.write(t, e.Sales, "user", "edit", at...)
	for _, login := range []string{"admin", "companyadmin"} {
		for _, query := range []string{"kind=user&action=edit", "user=" + e.Sales.User.String() + "&from=2026-12-24T00:00:00Z", "action=edit", "kind=user&from=2026-12-24T00:00:00Z", "from=2026-12-24T00:00:00Z"} {
			seen, last, cursor := map[string]bool{}, time.Time{}, ""
			for {
				p := e.read(t, login, query+"&limit=7&cursor="+cursor)
				for _, i := range p.Items {
					if seen[i.ID.String()] || !last.IsZero() && i.At.After(last) {
						t.Errorf("%s %s: %s twice or out of order", login, query, i.ID)
					}
					seen[i.ID.String()], last = true, i.At
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			if len(seen) != 25 {
				t.Errorf("%s %s: %d lines, want 25", login, query, len(seen))
			}
		}
	}
}

func TestACompanysAdministratorReadsOfTheirPeople(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	x := e.lead(t, e.Sales, "张三丰", "13812345678")
	e.write(t, e.Leader, "customer", "edit", noon)
	worker := tenants.Worker(e.Tenant, "callback.make")
	e.write(t, worker, "callback", "create", noon)
	e.exec(t, "INSERT INTO history (tenant_id, id, at, kind, record_id, version, action, address, operation) VALUES ($1, gen_random_uuid(), now(), 'customer', $2, 2, 'edit', 'worker', 'x')", e.Tenant.ID, x.ID)
	for _, query := range []string{"limit=100", "kind=customer", "kind=customer&action=edit", "action=create", "address=127.0.0.1", "user=" + e.Leader.User.String(), "user=" + e.Sales.User.String()} {
		for _, i := range e.read(t, "companyadmin", query).Items {
			if i.By == "陈强" || i.By == "赵云" || i.By == "郑敏" || i.UserID == "" {
				t.Errorf("%s: the company's administrator reads %+v", query, i)
			}
		}
		for _, i := range e.read(t, "neighbor", query).Items {
			if i.By != "赵云" {
				t.Errorf("%s: the other company's administrator reads %+v", query, i)
			}
		}
	}
	if p := e.read(t, "companyadmin", "user="+e.Sales.User.String()); len(p.Items) < 2 {
		t.Errorf("of their own people they read %+v", p.Items)
	}
	if p := e.read(t, "companyadmin", "kind=customer&record="+x.ID.String()); len(p.Items) != 2 {
		t.Errorf("all that happened to a record of the company: %+v", p.Items)
	}
	if p := e.read(t, "neighbor", "kind=customer&record="+x.ID.String()); len(p.Items) != 0 {
		t.Errorf("of another company's record: %+v", p.Items)
	}
}
