package audit_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/modules/audit"
	"forecourt/tenants"
)

func TestExportsAndUnmaskingsAreInTheLog(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	x := e.lead(t, e.Sales, "张三丰", "13812345678")

	t.Run("AnExportWithItsFilterAndRows", func(t *testing.T) {
		filter := `[["mobile","=","13812345678"]]`
		for query, status := range map[string]int{"format=csv&q=13812345678&filter=" + url.QueryEscape(filter): http.StatusOK, "filter=nonsense": http.StatusUnprocessableEntity} {
			if got, body := e.call(t, e.tokens["manager"], http.MethodGet, "/customers/export?"+query, nil); got != status {
				t.Fatalf("%s: %d %s", query, got, body)
			}
		}
		own := e.read(t, "companyadmin", "kind=customer&action=export").Items
		if len(own) != 1 || own[0].By != "李伟" || own[0].RecordID != "" || own[0].Operation != "export-customer" || changed(own[0], "rows") != "1" {
			t.Fatalf("%+v", own)
		}
		for _, c := range own[0].Changes {
			if strings.Contains(string(c.Now), "1381234") {
				t.Errorf("a reader of masked numbers reads what was looked for: %s", c.Now)
			}
		}
		if took := own[0].Took; took == nil || *took < 0 || *took > 60_000 {
			t.Errorf("took %v", took)
		}
	})
	t.Run("AnOpenFilterIsReadable", func(t *testing.T) {
		filter := `[["name","=","张三丰"]]`
		e.call(t, e.tokens["admin"], http.MethodGet, "/customers/export?filter="+url.QueryEscape(filter), nil)
		if i := e.read(t, "auditor", "action=export&user="+e.Admin.User.String()).Items; len(i) != 1 || !strings.Contains(changed(i[0], "filter"), "张三丰") {
			t.Errorf("%+v", i)
		}
	})
	t.Run("AnUnmaskingWithItsRecordAndField", func(t *testing.T) {
		status, body := e.call(t, e.tokens["manager"], http.MethodPost, "/customers/"+x.ID.String()+"/reveal", map[string]string{"field": "mobile"})
		if status != http.StatusOK || !strings.Contains(string(body), "13812345678") {
			t.Fatalf("%d %s", status, body)
		}
		i := e.read(t, "auditor", "kind=customer&action=reveal").Items
		if len(i) != 1 || i[0].By != "李伟" || i[0].RecordID != x.ID.String() || changed(i[0], "mobile") == "" || strings.Contains(changed(i[0], "mobile"), "2345") {
			t.Errorf("%+v", i)
		}
	})
	t.Run("SigningInAndBeingRefused", func(t *testing.T) {
		_, _, err := e.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: e.Tenant.Code, Login: "sales", Password: "wrong", Address: "192.0.2.66"})
		if err == nil {
			t.Fatal("let in")
		}
		i := e.read(t, "admin", "address=192.0.2.66").Items
		if len(i) != 1 || i[0].Kind != "session" || i[0].Action.Zh != "登录被拒" || i[0].By != "王敏" || changed(i[0], "why") != `"密码不对或账号不可用"` {
			t.Errorf("%+v", i)
		}
	})
}

func TestTheLogNamesTheToken(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ends := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone).Add(30)
	token, _, err := e.Sessions.MakeToken(t.Context(), e.Admin, tenants.TokenInput{Name: "用友 ERP", Permissions: []access.Permission{"user_group:manage"}, ExpiresOn: ends})
	if err != nil {
		t.Fatal(err)
	}
	program, err := e.Sessions.Actor(t.Context(), token, "192.0.2.8")
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]tenants.Actor{"值班": program, "周末": e.Admin} {
		if _, err := e.Org.AddGroup(t.Context(), by, name); err != nil {
			t.Fatal(err)
		}
	}
	said := map[string]string{}
	for _, i := range e.read(t, "auditor", "kind=user_group&action=create").Items {
		said[changed(i, "name")] = i.Token
		if i.By != "郑敏" {
			t.Errorf("%+v", i)
		}
	}
	if said[`"值班"`] != "用友 ERP" || said[`"周末"`] != "" || len(said) != 2 {
		t.Errorf("%v", said)
	}
	for _, i := range e.read(t, "auditor", "kind=api_token").Items {
		if i.KindLabel.Zh != "接口令牌" || i.Action.Zh != "新建" || strings.Contains(changed(i, "name")+changed(i, "permissions"), token) {
			t.Errorf("%+v", i)
		}
	}
}

// The program's role adds lines and reads them. What it cannot do, no fault in the program can.
func TestTheApplicationCannotChangeTheHistory(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.lead(t, e.Sales, "张三丰", "13812345678")
	partition := ""
	if err := e.owner.QueryRowContext(t.Context(), "SELECT tableoid::regclass::text FROM history WHERE kind = 'customer'").Scan(&partition); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"history", partition, "history_rest", "history_chain"} {
		column := map[bool]string{true: "hash", false: "address"}[table == "history_chain"]
		for _, q := range []string{"UPDATE " + table + " SET " + column + " = ''", "DELETE FROM " + table, "TRUNCATE " + table, "DROP TABLE " + table, "ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY"} {
			err := e.DB.Do(t.Context(), e.Admin, func(tx tenants.Tx) error {
				_, err := tx.ExecContext(t.Context(), q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "42501") {
				t.Errorf("%s: %v", q, err)
			}
		}
	}
	aged, _ := old(t)
	if _, err := audit.Forget(t.Context(), aged.DB, false); err == nil || !strings.Contains(err.Error(), "42501") {
		t.Errorf("it may forget: %v", err)
	}
}
