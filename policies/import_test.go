package policies_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

const sheetHead = "登录名,姓名,组织编码,岗位,角色,初始密码\n"

func TestImportUsers(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	good := []byte("\ufeff" + sheetHead + "li.lei,李雷,HT1S,销售顾问,销售顾问、cashier,Kaifa-2026\n\nhan.meimei,韩梅梅,HT1A,出纳,\"出纳,invoice_clerk\",Kaifa-2027\n")
	report, err := env.Org.PreviewUsers(ctx, env.CompanyAdmin, good)
	must(t, err)
	if report.Rows != 2 || report.New != 2 || len(report.Errors) != 0 {
		t.Fatalf("preview: %+v", report)
	}
	report, err = env.Org.ImportUsers(ctx, env.CompanyAdmin, good)
	must(t, err)
	if report.New != 2 || len(report.Errors) != 0 {
		t.Fatalf("import: %+v", report)
	}
	_, a, err := env.Sessions.SignIn(ctx, tenants.SignInput{Tenant: env.Tenant.Code, Login: "han.meimei", Password: "Kaifa-2027"})
	must(t, err)
	if !a.Posting.MustChange || !a.Set.Has("receipt:confirm") || !a.Set.Has("invoice:issue") || a.Posting.Department != env.Office {
		t.Errorf("imported: %+v", a.Posting)
	}
	wrong := func(a tenants.Actor, content string) (found []string) {
		t.Helper()
		for _, run := range []func() (tenants.ImportReport, error){
			func() (tenants.ImportReport, error) { return env.Org.PreviewUsers(ctx, a, []byte(content)) },
			func() (tenants.ImportReport, error) { return env.Org.ImportUsers(ctx, a, []byte(content)) },
		} {
			report, err := run()
			must(t, err)
			if report.New != 0 {
				t.Errorf("new beside errors: %+v", report)
			}
			found = nil
			for _, e := range report.Errors {
				found = append(found, fmt.Sprintf("%d %s", e.Line, e.Field))
			}
		}
		slices.Sort(found)
		return found
	}
	if got := wrong(env.CompanyAdmin, string(good)); !slices.Equal(got, []string{"2 login", "4 login"}) {
		t.Errorf("the same file again: %v", got)
	}
	bad := sheetHead + "fine.one,好,HT1S,顾问,销售顾问,Kaifa-2026\nBAD,坏,NOWHERE,顾问,没有的角色,woaini1314\nfine.one,双,HT1S,顾问,sales_consultant,qwer1234\nother.co,外,HT2,顾问,cashier,Kaifa-2026\nbig.boss,大,HT1S,顾问,集团管理员,Kaifa-2026\n,,,,,\nempty.one,,HT1S,,cashier,Kaifa-2026\n"
	want := []string{"3 login", "3 roles", "3 unit", "4 login", "4 password", "5 unit", "6 roles", "8 name", "8 title"}
	if got := wrong(env.CompanyAdmin, bad); !slices.Equal(got, want) {
		t.Errorf("bad lines: %v, want %v", got, want)
	}
	_, err = env.Org.AddUser(ctx, env.Admin, tenants.UserInput{Login: "fine.one", Name: "好", Password: "Kaifa-2026"})
	must(t, err) // a file with mistakes made nobody
	for content, fault := range map[string]error{
		"":                                      tenants.ErrSheetHead,
		"登录名,姓名\nx,y\n":                         tenants.ErrSheetHead,
		sheetHead:                               tenants.ErrSheetNone,
		"\xff\xfe\x00":                          tenants.ErrSheet,
		"PK\x03\x04 no archive":                 tenants.ErrSheet,
		sheetHead + strings.Repeat("a\n", 2001): tenants.ErrSheetSize,
	} {
		_, err := env.Org.PreviewUsers(ctx, env.Admin, []byte(content))
		refused(t, err, fault)
	}
	_, err = env.Org.ImportUsers(ctx, env.Sales, good)
	refused(t, err, rest.ErrDenied)
}

func TestImportThroughTheDoor(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "admin")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/users/import/template", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := app.Test(r, -1)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	f, err := excelize.OpenReader(res.Body)
	must(t, err)
	must(t, f.SetSheetRow("用户", "A2", &[]any{"li.lei", "李雷", "HT1S", "销售顾问", "销售顾问", "Kaifa-2026"}))
	sheet, err := f.WriteToBuffer()
	must(t, err)
	upload := func(path string) (int, map[string]any) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", "用户.xlsx")
		must(t, err)
		_, err = part.Write(sheet.Bytes())
		must(t, err)
		must(t, w.Close())
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1"+path, &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Authorization", "Bearer "+token)
		return send(t, app, r)
	}
	for _, path := range []string{"/users/import/preview", "/users/import"} {
		if status, answer := upload(path); status != 200 || answer["new"] != 1.0 {
			t.Errorf("%s: %d %v", path, status, answer)
		}
	}
	if status, answer := upload("/users/import"); status != 200 || answer["new"] != 0.0 {
		t.Errorf("again: %d %v", status, answer)
	}
}
