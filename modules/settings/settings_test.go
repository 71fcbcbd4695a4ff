package settings_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/settings"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

var (
	days   = parameter.Days("test.days", 7, "天数", "Days").In("测试", "Test").Says("多少天", "How many days").Between(1, 60)
	fee    = parameter.Money("test.fee", money.Yuan(100), "费用", "Fee").In("测试", "Test").Says("多少钱", "How much").Between(0, 1_000_00)
	onOff  = parameter.Bool("test.on", true, "开关", "Switch").In("测试", "Test").Says("开或关", "On or off").DownTo(parameter.Group)
	mode   = parameter.Choice("test.mode", "slow", "方式", "Mode", parameter.Option{Value: "slow", Label: fault.Text{Zh: "慢", En: "Slow"}}, parameter.Option{Value: "fast", Label: fault.Text{Zh: "快", En: "Fast"}}).In("测试", "Test").Says("快或慢", "Fast or slow")
	banner = parameter.Text("test.banner", "", "标语", "Banner").In("测试", "Test").Says("一句话", "A sentence")
	keep   = parameter.Months("test.keep", 36, "保留", "Kept").In("测试", "Test").Says("几个月", "How many months").Between(12, 120).DownTo(parameter.Platform)
	// As modules/audit declares it: only a key that parameter_floor knows is lengthened alone.
	floor = parameter.Months("audit.keep_months", 36, "日志", "Log").In("测试", "Test").Says("几个月", "How many months").Between(6, 120).OnlyMore().DownTo(parameter.Group)
)

type env struct {
	*policiestest.Env
	s *settings.Service
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t)}
	e.s = settings.New(e.DB)
	return e
}

// days answers what holds in a company.
func (e *env) days(t *testing.T, company uuid.UUID) (n int) {
	t.Helper()
	err := e.DB.Read(t.Context(), e.Admin, func(tx tenants.Tx) (err error) {
		n, err = days.Get(t.Context(), tx.Tx, company)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// see is the parameter as the list shows it to a.
func (e *env) see(t *testing.T, a tenants.Actor, unit uuid.UUID, key string) settings.Setting {
	t.Helper()
	list, err := e.s.List(t.Context(), a, unit)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list.Items, func(s settings.Setting) bool { return s.Key == key })
	if i < 0 {
		t.Fatalf("%s is not listed", key)
	}
	return list.Items[i]
}

func value(unit uuid.UUID, value string, locked bool) settings.Decision {
	return settings.Decision{Unit: unit, Value: json.RawMessage(value), Locked: locked}
}

// step is the own level's step of a setting.
func step(s settings.Setting) settings.Step { return s.Chain[len(s.Chain)-1] }

func (e *env) set(t *testing.T, a tenants.Actor, key string, d settings.Decision) settings.Setting {
	t.Helper()
	now, err := e.s.Set(t.Context(), a, key, step(e.see(t, a, d.Unit, key)).Version, d)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func TestTheNearestLevelThatDecidedCounts(t *testing.T) {
	t.Parallel()
	e, ctx := newEnv(t), t.Context()
	expect := func(what string, here, there, above int) {
		t.Helper()
		if h, o, g := e.days(t, e.Company), e.days(t, e.OtherCompany), e.days(t, uuid.Nil); h != here || o != there || g != above {
			t.Errorf("%s: %d, %d and %d above; want %d, %d, %d", what, h, o, g, here, there, above)
		}
	}
	source := func(what, want string) {
		t.Helper()
		s := e.see(t, e.CompanyAdmin, e.Company, "test.days")
		if s.Source != want {
			t.Errorf("%s: from %s, want %s", what, s.Source, want)
		}
		active := slices.DeleteFunc(slices.Clone(s.Chain), func(c settings.Step) bool { return !c.Active })
		if want == "default" && len(active) != 0 || want != "default" && (len(active) != 1 || string(active[0].Level) != want || string(active[0].Value) != string(s.Value)) {
			t.Errorf("%s: active %+v", what, active)
		}
	}
	expect("shipped", 7, 7, 7)
	source("shipped", "default")

	if _, err := e.s.SetPlatform(ctx, "test.days", 1, &settings.Decision{Value: json.RawMessage("10")}); err != nil {
		t.Fatal(err)
	}
	expect("platform", 10, 10, 10)
	source("platform", "platform")

	e.set(t, e.Admin, "test.days", value(uuid.Nil, "20", false))
	expect("group", 20, 20, 20)
	source("group", "group")

	e.set(t, e.CompanyAdmin, "test.days", value(e.Company, "30", false))
	expect("company", 30, 20, 20)
	source("company", "company")

	t.Run("ALockAboveHoldsAndKeeps", func(t *testing.T) {
		e.set(t, e.Admin, "test.days", value(uuid.Nil, "20", true))
		expect("locked by the group", 20, 20, 20)
		s := e.see(t, e.CompanyAdmin, e.Company, "test.days")
		if s.LockedBy != "group" || string(step(s).Value) != "30" || step(s).Active || step(s).Editable {
			t.Errorf("%+v", s)
		}
		if _, err := e.s.Set(ctx, e.CompanyAdmin, "test.days", step(s).Version, value(e.Company, "31", false)); !errors.Is(err, settings.ErrLocked) {
			t.Error(err)
		}
		if _, err := e.s.Unset(ctx, e.CompanyAdmin, "test.days", step(s).Version, e.Company); !errors.Is(err, settings.ErrLocked) {
			t.Error(err)
		}
		if _, err := e.s.SetPlatform(ctx, "test.days", 2, &settings.Decision{Value: json.RawMessage("11"), Locked: true}); err != nil {
			t.Fatal(err)
		}
		expect("locked by the platform", 11, 11, 11)
		source("locked by the platform", "platform")
		if _, err := e.s.SetPlatform(ctx, "test.days", 3, nil); err != nil {
			t.Fatal(err)
		}
		expect("locked by the group again", 20, 20, 20)
		e.set(t, e.Admin, "test.days", value(uuid.Nil, "20", false))
		expect("unlocked", 30, 20, 20)
	})
	t.Run("TakenBackItIsInherited", func(t *testing.T) {
		version := step(e.see(t, e.CompanyAdmin, e.Company, "test.days")).Version
		now, err := e.s.Unset(ctx, e.CompanyAdmin, "test.days", version, e.Company)
		if err != nil || now.Source != "group" || string(now.Value) != "20" || step(now).Version <= version {
			t.Errorf("%+v, %v", now, err)
		}
		if _, err := e.s.Unset(ctx, e.CompanyAdmin, "test.days", step(now).Version, e.Company); !errors.Is(err, settings.ErrUnset) {
			t.Error(err)
		}
		expect("inherited", 20, 20, 20)
	})
	t.Run("WhoAndWhatIsWrittenDown", func(t *testing.T) {
		changes, err := e.s.History(ctx, e.CompanyAdmin, "test.days")
		if err != nil || len(changes) != 5 {
			t.Fatalf("%d changes, %v", len(changes), err)
		}
		last, first := changes[0], changes[4]
		if last.By != e.CompanyAdmin.Name || string(last.Was) != "30" || last.Now != nil || last.UnitID != e.Company {
			t.Errorf("%+v", last)
		}
		if first.By != e.Admin.Name || first.Was != nil || string(first.Now) != "20" || first.UnitID != e.Root {
			t.Errorf("%+v", first)
		}
	})
}

func TestWhoDecidesWhere(t *testing.T) {
	t.Parallel()
	e, ctx := newEnv(t), t.Context()
	for _, c := range []struct {
		name string
		who  tenants.Actor
		unit uuid.UUID
		want error
	}{
		{"ACompanysAdministratorNotTheGroup", e.CompanyAdmin, uuid.Nil, rest.ErrDenied},
		{"NorAnotherCompany", e.CompanyAdmin, e.OtherCompany, settings.ErrUnit},
		{"ADepartmentIsNoCompany", e.Admin, e.Department, settings.ErrUnit},
		{"NorIsNobody", e.Admin, uuid.New(), settings.ErrUnit},
		{"AConsultantNowhere", e.Sales, e.Company, rest.ErrDenied},
		{"AnAuditorOnlyReads", e.Auditor, uuid.Nil, rest.ErrDenied},
		{"AnotherTenantsCompany", e.OtherTenant(t).Admin, e.Company, settings.ErrUnit},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := e.s.Set(ctx, c.who, "test.days", 1, value(c.unit, "9", false)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("ReadersSeeTheirPlaces", func(t *testing.T) {
		all, err := e.s.List(ctx, e.Auditor, uuid.Nil)
		if err != nil || all.Level != parameter.Group || len(all.Places) != 3 || all.Places[0].UnitID != e.Root {
			t.Errorf("%+v, %v", all.Places, err)
		}
		own, err := e.s.List(ctx, e.CompanyAdmin, uuid.Nil)
		if err != nil || own.UnitID != e.Company || len(own.Places) != 1 {
			t.Errorf("%+v, %v", own.Places, err)
		}
		if _, err := e.s.List(ctx, e.CompanyAdmin, e.OtherCompany); !errors.Is(err, settings.ErrUnit) {
			t.Error(err)
		}
		if _, err := e.s.List(ctx, e.Sales, uuid.Nil); !errors.Is(err, rest.ErrDenied) {
			t.Error(err)
		}
		if step(e.see(t, e.Auditor, uuid.Nil, "test.days")).Editable || !step(e.see(t, e.Admin, uuid.Nil, "test.days")).Editable {
			t.Error("editable is not who may edit")
		}
	})
	t.Run("TheGroupDecidesForACompany", func(t *testing.T) {
		if now := e.set(t, e.Admin, "test.days", value(e.OtherCompany, "9", false)); now.Source != "company" || e.days(t, e.OtherCompany) != 9 || e.days(t, e.Company) != 7 {
			t.Errorf("%+v", now)
		}
	})
	t.Run("OnlyDownToItsLevel", func(t *testing.T) {
		if _, err := e.s.Set(ctx, e.CompanyAdmin, "test.on", 1, value(e.Company, "false", false)); !errors.Is(err, settings.ErrLevel) {
			t.Error(err)
		}
		if _, err := e.s.Set(ctx, e.Admin, "test.keep", 1, value(uuid.Nil, "48", false)); !errors.Is(err, settings.ErrLevel) {
			t.Error(err)
		}
		if _, err := e.s.Set(ctx, e.Admin, "test.on", 1, value(uuid.Nil, "false", true)); !errors.Is(err, settings.ErrNoLock) {
			t.Error(err)
		}
		if _, err := e.s.Set(ctx, e.CompanyAdmin, "test.days", 1, value(e.Company, "9", true)); !errors.Is(err, settings.ErrNoLock) {
			t.Error(err)
		}
	})
}

func TestValuesAreHeldAgainstTheDeclaration(t *testing.T) {
	t.Parallel()
	e, ctx := newEnv(t), t.Context()
	for _, c := range []struct {
		key, value string
		want       error
	}{
		{"test.days", "0", parameter.ErrRange}, {"test.days", "61", parameter.ErrRange}, {"test.days", "1.5", parameter.ErrNumber}, {"test.days", `"7"`, parameter.ErrNumber},
		{"test.days", "null", parameter.ErrNumber}, {"test.fee", "100", parameter.ErrMoney}, {"test.fee", `"1.234"`, parameter.ErrMoney}, {"test.fee", `"1000.01"`, parameter.ErrRange},
		{"test.on", "1", parameter.ErrBool}, {"test.on", "null", parameter.ErrBool}, {"test.mode", `"medium"`, parameter.ErrChoice}, {"test.banner", "7", parameter.ErrText},
		{"test.banner", `"` + strings.Repeat("字", 201) + `"`, parameter.ErrLength}, {"test.nothing", "1", settings.ErrUnknown},
	} {
		if _, err := e.s.Set(ctx, e.Admin, c.key, 1, value(uuid.Nil, c.value, false)); !errors.Is(err, c.want) {
			t.Errorf("%s = %.20s: %v, want %v", c.key, c.value, err, c.want)
		}
	}
	e.set(t, e.Admin, "test.fee", value(uuid.Nil, `"5.5"`, false))
	e.set(t, e.Admin, "test.on", value(uuid.Nil, `false`, false))
	e.set(t, e.Admin, "test.mode", value(uuid.Nil, `"fast"`, false))
	e.set(t, e.Admin, "test.banner", value(uuid.Nil, `"欢迎光临"`, false))
	err := e.DB.Read(ctx, e.Admin, func(tx tenants.Tx) error {
		sum, err1 := fee.Get(ctx, tx.Tx, e.Company)
		on, err2 := onOff.Get(ctx, tx.Tx, e.Company)
		how, err3 := mode.Get(ctx, tx.Tx, e.Company)
		says, err4 := banner.Get(ctx, tx.Tx, e.Company)
		months, err5 := keep.Get(ctx, tx.Tx, e.Company)
		if sum != 550 || on || how != "fast" || says != "欢迎光临" || months != 36 {
			t.Errorf("%s %v %s %s %d", sum, on, how, says, months)
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
	if err != nil {
		t.Error(err)
	}
	if err := parameter.Check(); err != nil {
		t.Error(err)
	}
}

func TestOneOfManyAtOnceWins(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	var wait sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = e.s.Set(t.Context(), e.Admin, "test.days", 1, value(uuid.Nil, string(rune('2'+i)), false))
		})
	}
	wait.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, record.ErrStale) {
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%v", errs)
	}
}

func TestThroughTheDoor(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	app := fiber.New(fiber.Config{ErrorHandler: rest.Fail, Immutable: true})
	e.s.Routes(rest.New(app, rest.Doors{Tenant: e.Sessions.Enter, Operator: e.Platform.Enter, Allow: tenants.Allow, Answers: e.DB}))
	admin, _ := e.Session(t, "admin")
	company, _ := e.Session(t, "companyadmin")
	sales, _ := e.Session(t, "sales")
	if err := e.Platform.CreateOperator(t.Context(), "ops", "运营", policiestest.Password); err != nil {
		t.Fatal(err)
	}
	operator, _, err := e.Platform.SignIn(t.Context(), "ops", policiestest.Password)
	if err != nil {
		t.Fatal(err)
	}
	call := func(token, method, path, match, body string) (int, string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, rest.Prefix+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("If-Match", match)
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	here := `"unitId":"` + e.Company.String() + `"`
	for _, c := range []struct {
		name, token, method, path, match, body string
		status                                 int
		says                                   string
	}{
		{"List", admin, http.MethodGet, "/parameters", "", "", 200, `"key":"test.days","type":"days"`},
		{"ListOfACompany", company, http.MethodGet, "/parameters?unit=" + e.Company.String(), "", "", 200, `"level":"company"`},
		{"ListOfNothing", admin, http.MethodGet, "/parameters?unit=x", "", "", 422, `"field":"unit"`},
		{"NotForEveryone", sales, http.MethodGet, "/parameters", "", "", 403, ""},
		{"NoVersion", admin, http.MethodPut, "/parameters/test.days", "", `{"value":9}`, 428, `"field":"If-Match"`},
		{"OtherVersion", admin, http.MethodPut, "/parameters/test.days", `"4"`, `{"value":9}`, 412, `record.stale`},
		{"WrongValue", admin, http.MethodPut, "/parameters/test.days", `"1"`, `{"value":"nine"}`, 422, `"field":"value"`},
		{"NoValue", admin, http.MethodPut, "/parameters/test.days", `"1"`, `{}`, 422, `"field":"value"`},
		{"Unknown", admin, http.MethodPut, "/parameters/test.days", `"1"`, `{"value":9,"forever":true}`, 422, `"field":"forever"`},
		{"NoSuchKey", admin, http.MethodPut, "/parameters/test.nothing", `"1"`, `{"value":9}`, 404, `parameter.missing`},
		{"Set", company, http.MethodPut, "/parameters/test.days", `"1"`, `{"value":9,` + here + `}`, 200, `"source":"company"`},
		{"Locked", admin, http.MethodPut, "/parameters/test.days", `"1"`, `{"value":8,"locked":true}`, 200, `"locked":true`},
		{"HeldBelow", company, http.MethodPut, "/parameters/test.days", `"2"`, `{"value":10,` + here + `}`, 409, `parameter.locked`},
		{"Unset", admin, http.MethodDelete, "/parameters/test.days", `"2"`, "", 200, `"source":"default"`},
		{"UnsetOfACompany", company, http.MethodDelete, "/parameters/test.days?unit=" + e.Company.String(), `"2"`, "", 200, `"source":"default"`},
		{"History", company, http.MethodGet, "/parameters/test.days/history", "", "", 200, `"was":9`},
		{"HistoryOfNothing", company, http.MethodGet, "/parameters/test.nothing/history", "", "", 404, ""},
		{"PlatformIsForOperators", admin, http.MethodGet, "/platform/parameters", "", "", 401, ""},
		{"Platform", operator, http.MethodGet, "/platform/parameters", "", "", 200, `"key":"test.keep"`},
		{"PlatformWrong", operator, http.MethodPut, "/platform/parameters/test.keep", `"1"`, `{"value":1}`, 422, `"field":"value"`},
		{"PlatformNoLock", operator, http.MethodPut, "/platform/parameters/test.keep", `"1"`, `{"value":24,"locked":true}`, 422, `"field":"locked"`},
		{"PlatformSet", operator, http.MethodPut, "/platform/parameters/test.keep", `"1"`, `{"value":24}`, 200, `"value":24`},
		{"PlatformStale", operator, http.MethodDelete, "/platform/parameters/test.keep", `"1"`, "", 412, ""},
		{"PlatformUnset", operator, http.MethodDelete, "/platform/parameters/test.keep", `"2"`, "", 200, `"source":"default"`},
		{"PlatformUnsetAgain", operator, http.MethodDelete, "/platform/parameters/test.keep", `"3"`, "", 409, "parameter.unset"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := call(c.token, c.method, c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}

func TestAGroupOnlyLengthens(t *testing.T) {
	t.Parallel()
	e, ctx, key := newEnv(t), t.Context(), floor.Key
	holds := func(what string, want int, source string, least int64) {
		t.Helper()
		n := 0
		err := e.DB.Read(ctx, e.Admin, func(tx tenants.Tx) (err error) {
			n, err = floor.Get(ctx, tx.Tx, uuid.Nil)
			return err
		})
		s := e.see(t, e.Admin, uuid.Nil, key)
		if err != nil || n != want || string(s.Value) != strconv.Itoa(want) || s.Source != source || s.Least == nil || *s.Least != least {
			t.Errorf("%s: %d, %+v, %v; want %d from %s, at least %d", what, n, s, err, want, source, least)
		}
	}
	platform := func(value string) {
		t.Helper()
		all, err := e.s.PlatformList(ctx)
		i := slices.IndexFunc(all, func(s settings.Setting) bool { return s.Key == key })
		if err != nil || i < 0 || *all[i].Least != 6 {
			t.Fatalf("%v, %+v", err, all)
		}
		var d *settings.Decision
		if value != "" {
			d = &settings.Decision{Value: json.RawMessage(value)}
		}
		if _, err := e.s.SetPlatform(ctx, key, all[i].Chain[0].Version, d); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(months string) {
		t.Helper()
		var f *fault.Fault
		_, err := e.s.Set(ctx, e.Admin, key, step(e.see(t, e.Admin, uuid.Nil, key)).Version, value(uuid.Nil, months, false))
		if !errors.Is(err, parameter.ErrLess) || !errors.As(err, &f) || f.Field != "value" {
			t.Errorf("%s: %v", months, err)
		}
	}
	holds("shipped", 36, "default", 36)
	refused("35")
	e.set(t, e.Admin, key, value(uuid.Nil, "36", false))
	e.set(t, e.Admin, key, value(uuid.Nil, "40", false))
	holds("lengthened", 40, "group", 36)
	platform("48")
	holds("the platform went further", 48, "platform", 48)
	refused("47")
	platform("12")
	holds("the platform went back", 40, "group", 12)
	e.set(t, e.Admin, key, value(uuid.Nil, "12", false))
	holds("as short as the platform", 12, "group", 12)
	platform("")
	holds("the platform decides nothing any more", 36, "default", 36)
	platform("50")
	holds("and again", 50, "platform", 50)
}
