package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"forecourt/kernel/config"
	"forecourt/kernel/rest"
	"forecourt/kernel/testdb"
	"forecourt/tenants/transfer"
)

// installation is one of the program, with its own database and folder.
type installation struct {
	house
	db   testdb.DB
	data string
}

func install(t *testing.T) *installation {
	t.Helper()
	i := &installation{db: testdb.New(t), data: t.TempDir()}
	s := &servers{cfg: config.Config{Data: i.data, Connections: 4}, appURL: i.db.AppURL, ownerURL: i.db.OwnerURL, redisURL: "redis://127.0.0.1:1"}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.close() })
	i.app = app
	return i
}

// run is the command, as it is typed on this installation.
func (i *installation) run(t *testing.T, args ...string) (said string, status int) {
	t.Helper()
	t.Setenv("DATABASE_URL", i.db.AppURL)
	t.Setenv("DATABASE_OWNER_URL", i.db.OwnerURL)
	t.Setenv("REDIS_URL", "redis://127.0.0.1:1")
	t.Setenv("FORECOURT_DATA", i.data)
	var out bytes.Buffer
	status = dispatch(t.Context(), append([]string{"tenant"}, args...), &out, &out)
	return out.String(), status
}

func (i *installation) works(t *testing.T, args ...string) {
	t.Helper()
	if said, status := i.run(t, args...); status != 0 {
		t.Fatalf("tenant %q: %s", args, said)
	}
}

func (i *installation) refuses(t *testing.T, why string, args ...string) {
	t.Helper()
	if said, status := i.run(t, args...); status == 0 || !strings.Contains(said, why) {
		t.Fatalf("tenant %q: %d %s, want a refusal with %q", args, status, said, why)
	}
}

// counts asks the catalogue for every table with a tenant_id, and each for its rows of a tenant.
func (i *installation) counts(t *testing.T, tenant string) map[string]int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), i.db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	rows, err := conn.Query(t.Context(), `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE a.attname = 'tenant_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) < 30 {
		t.Fatalf("%v %v", names, err)
	}
	out := map[string]int{}
	for _, name := range names {
		var n int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+name+" WHERE tenant_id = $1", tenant).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			out[name] = n
		}
	}
	return out
}

// upload attaches a file to the first contract that the token sees, and returns the contract and the file.
func (i *installation) upload(t *testing.T, token string, content []byte) (contract, id string) {
	t.Helper()
	var list struct{ Items []struct{ ID string } }
	status, body := i.answer(t, token, call{method: http.MethodGet, path: "/contracts"})
	if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK || len(list.Items) == 0 {
		t.Fatalf("%d %s", status, body)
	}
	contract = list.Items[0].ID
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "合同.txt")
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, rest.Prefix+"/contracts/"+contract+"/files", &form)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := i.app.http.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var made struct{ ID string }
	b, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(b, &made) != nil || made.ID == "" {
		t.Fatalf("%d %s %v", res.StatusCode, b, err)
	}
	return contract, made.ID
}

func manifestIn(t *testing.T, name string) (m transfer.Manifest) {
	t.Helper()
	r, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	f, err := r.Open("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(f).Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

// rewrite copies an export with one part changed; nil takes the part away.
func rewrite(t *testing.T, from, to, name string, change func([]byte) []byte) {
	t.Helper()
	r, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	found := false
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			found = true
			if b = change(b); b == nil {
				continue
			}
		}
		part, err := w.Create(f.Name)
		if err == nil {
			_, err = part.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatalf("%s is not in the export", name)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestATenantLeavesWithEverythingAndComesBack(t *testing.T) {
	i := install(t)
	groups, err := i.app.fill(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := groups[0].tenant.ID.String(), groups[1].tenant.ID.String()
	content := []byte("合同附件：身份证复印件已核对")
	_, file := i.upload(t, i.signIn(t, "hengtong", "liqiang"), content)
	_, _ = i.upload(t, i.signIn(t, "mingda", "luoyi"), []byte("另一个集团的附件"))
	// A field's file leaves and comes as an attachment does.
	admin := i.signIn(t, "hengtong", "admin")
	i.ask(t, admin, http.MethodPost, "/screens/customer/fields", 0, map[string]any{"key": "x_scan", "type": "file", "label": map[string]any{"zh": "扫描件", "en": ""}}, 201)
	scan := i.sentFile(t, i.signIn(t, "hengtong", "liqiang"), "x_scan", "身份证.pdf", pdfBytes)
	made := i.ask(t, i.signIn(t, "hengtong", "liqiang"), http.MethodPost, "/customers", 0, map[string]any{"type": "individual", "stage": "potential", "name": "扫描客户", "mobile": "13977770001", "x_scan": []any{scan}}, 201)
	before, neighbor := i.counts(t, ours), i.counts(t, theirs)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	first := in("first.zip")
	i.works(t, "export", "hengtong", first)
	m := manifestIn(t, first)
	held := map[string]bool{"tenants": true}
	for _, p := range m.Tables {
		held[p.Name] = true
		if p.Name != "tenants" && int(p.Rows) != before[p.Name] {
			t.Errorf("%s: %d rows exported, %d there", p.Name, p.Rows, before[p.Name])
		}
	}
	for _, o := range m.LeftOut {
		held[o.Name] = true
		if o.Why == "" || !slices.Contains([]string{"sessions", "idempotency", "support_grants", "support_sessions", "sign_in_challenges", "second_steps", "recovery_codes", "identity_providers", "api_tokens", "usage_days", "quota_counters"}, o.Name) {
			t.Errorf("left out: %+v", o)
		}
	}
	for name := range before {
		if !held[name] && !strings.HasPrefix(name, "history_2") && name != "history_rest" {
			t.Errorf("%s is not in the export", name)
		}
	}
	if len(m.Files) != 2 || m.Files[0].ID.String() != file || m.Files[0].Size != int64(len(content)) || m.Files[1].ID.String() != scan {
		t.Errorf("files %+v", m.Files)
	}

	elsewhere := install(t)
	t.Run("ChangedByHand", func(t *testing.T) {
		drop := func([]byte) []byte { return nil }
		for _, c := range []struct {
			part, why string
			change    func([]byte) []byte
		}{
			{"tables/contracts.jsonl", "table contracts", func(b []byte) []byte { return bytes.Replace(b, []byte(`"number"`), []byte(`"nummer"`), 1) }},
			{"tables/history.jsonl", "table history", func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }},
			{"tables/receipts.jsonl", "receipts.jsonl", drop},
			{"files/" + file, "file " + file, func(b []byte) []byte { return append(b, '!') }},
			{"files/" + file, file, drop},
			{"manifest.json", "manifest.json", drop},
			{"manifest.json", "table user does not belong", func(b []byte) []byte { return bytes.Replace(b, []byte(`"users"`), []byte(`"user"`), 1) }},
			{"manifest.json", "table contracts does not belong", func(b []byte) []byte { return bytes.Replace(b, []byte(`"receipts"`), []byte(`"contracts"`), 1) }},
			{"manifest.json", "the file has 0007, this installation " + m.Schema, func(b []byte) []byte { return bytes.Replace(b, []byte(`"`+m.Schema+`"`), []byte(`"0007"`), 1) }},
			{"manifest.json", "form 9", func(b []byte) []byte { return bytes.Replace(b, []byte(`"format": 1`), []byte(`"format": 9`), 1) }},
		} {
			bad := in("bad.zip")
			rewrite(t, first, bad, c.part, c.change)
			elsewhere.refuses(t, c.why, "import", bad)
		}
		if b, err := os.ReadFile(first); err != nil || os.WriteFile(in("half.zip"), b[:len(b)/2], 0o600) != nil {
			t.Fatal(err)
		}
		elsewhere.refuses(t, "zip", "import", in("half.zip"))
		if left := elsewhere.counts(t, ours); len(left) > 0 {
			t.Errorf("a refused file left %v", left)
		}
	})
	t.Run("AlreadyThere", func(t *testing.T) {
		i.refuses(t, "here already", "import", first)
		i.refuses(t, "exists", "export", "hengtong", first)
		i.refuses(t, "no such tenant", "export", "nobody", in("nobody.zip"))
	})
	t.Run("IntoAnotherInstallation", func(t *testing.T) {
		elsewhere.works(t, "import", first)
		second := in("second.zip")
		elsewhere.works(t, "export", "hengtong", second)
		sameParts(t, m, manifestIn(t, second))
		elsewhere.opens(t, file, content)
		token := elsewhere.signIn(t, "hengtong", "liqiang")
		if status, b := elsewhere.answer(t, token, call{method: http.MethodGet, path: "/files/" + scan}); status != http.StatusOK || !bytes.Equal(b, pdfBytes) {
			t.Errorf("a field's file: %d %.100s", status, b)
		}
		if got := elsewhere.ask(t, token, http.MethodGet, fmt.Sprint("/customers/", made["id"]), 0, nil, 200)["x_scan"]; !strings.Contains(fmt.Sprint(got), "身份证.pdf") {
			t.Errorf("the field came with %v", got)
		}
	})
	t.Run("PlatformHasOtherRowsInTheirPlace", func(t *testing.T) {
		third := install(t)
		third.sql(t, `INSERT INTO platform_models (id, source_id, brand, maker, series, model_year, name) VALUES (gen_random_uuid(), 'demo-1', '丰田', '一汽', '卡罗拉', 2024, '别的')`)
		third.sql(t, `UPDATE platform_models SET source_id = $1`, sourceIn(t, first))
		third.refuses(t, sourceIn(t, first), "import", first)
		if left := third.counts(t, ours); len(left) > 0 {
			t.Errorf("it left %v", left)
		}
		if names, err := filepath.Glob(filepath.Join(third.data, "files", "*")); err != nil || len(names) > 0 {
			t.Errorf("files %v %v", names, err)
		}
	})

	t.Run("ThePlanIsNotSoldThere", func(t *testing.T) {
		third := install(t)
		third.sql(t, "UPDATE plans SET code = 'other' WHERE code = 'enterprise'")
		third.refuses(t, "no plan", "import", first)
	})

	paper := in("certificate.json")
	erase := []string{"erase", "hengtong", "--confirm", "hengtong", "--certificate", paper, "--export", first}
	t.Run("InUseIsNotErased", func(t *testing.T) {
		i.refuses(t, "suspend", erase...)
		i.refuses(t, "nothing was erased", "erase", "hengtong", "--confirm", "mingda", "--certificate", paper)
		i.refuses(t, "usage", "erase", "hengtong", "--confirm", "hengtong")
		if now := i.counts(t, ours); !reflect.DeepEqual(now, before) {
			t.Errorf("%v, before %v", now, before)
		}
		if _, err := os.Stat(paper); !os.IsNotExist(err) {
			t.Errorf("a certificate: %v", err)
		}
	})
	i.sql(t, "UPDATE tenants SET status = 'suspended' WHERE code = 'hengtong'")
	i.works(t, erase...)
	if left := i.counts(t, ours); len(left) > 0 {
		t.Errorf("after the erasure: %v", left)
	}
	if now := i.counts(t, theirs); !reflect.DeepEqual(now, neighbor) {
		t.Errorf("the neighbor has %v, had %v", now, neighbor)
	}
	if _, err := os.Stat(filepath.Join(i.data, "files", ours)); !os.IsNotExist(err) {
		t.Errorf("the files are there: %v", err)
	}
	var c transfer.Certificate
	b, err := os.ReadFile(paper)
	if err != nil || json.Unmarshal(b, &c) != nil {
		t.Fatalf("%s %v", b, err)
	}
	for _, n := range c.Tables {
		if n.Name != "tenants" && int(n.Rows) != before[n.Name] {
			t.Errorf("the certificate says %d of %s, there were %d", n.Rows, n.Name, before[n.Name])
		}
	}
	if c.Files != 2 || c.Bytes != int64(len(content)+len(pdfBytes)) || len(c.Manifest) != 64 || c.ErasedAt.IsZero() {
		t.Errorf("%+v", c)
	}
	i.refuses(t, "no such tenant", "erase", "hengtong", "--confirm", "hengtong", "--certificate", in("none.json"))
	if _, err := os.Stat(in("none.json")); !os.IsNotExist(err) {
		t.Errorf("a certificate of nothing: %v", err)
	}

	i.works(t, "import", first)
	again := in("again.zip")
	i.works(t, "export", "hengtong", again)
	sameParts(t, m, manifestIn(t, again))
	i.opens(t, file, content)
}

// sameParts compares two exports: every table, line by line, and every file.
func sameParts(t *testing.T, a, b transfer.Manifest) {
	t.Helper()
	for n, p := range a.Tables {
		if n >= len(b.Tables) || b.Tables[n] != p {
			t.Errorf("%+v is not the same", p)
		}
	}
	if !slices.Equal(a.Files, b.Files) || len(a.Tables) != len(b.Tables) {
		t.Errorf("%+v and %+v", a.Files, b.Files)
	}
}

// opens signs in as people of the group that came and does what they do: read, open a file, and write.
func (i *installation) opens(t *testing.T, file string, content []byte) {
	t.Helper()
	for _, login := range []string{"admin", "wangmin", "liqiang"} {
		if status, body := i.answer(t, i.signIn(t, "hengtong", login), call{method: http.MethodGet, path: "/contracts"}); login != "admin" && (status != http.StatusOK || !bytes.Contains(body, []byte("items"))) {
			t.Errorf("%s: %d %s", login, status, body)
		}
	}
	manager := i.signIn(t, "hengtong", "liqiang")
	if status, body := i.answer(t, manager, call{method: http.MethodGet, path: "/files/" + file}); status != http.StatusOK || !bytes.Equal(body, content) {
		t.Errorf("the file: %d %s", status, body)
	}
	var list struct{ Items []struct{ ID string } }
	_, body := i.answer(t, manager, call{method: http.MethodGet, path: "/contracts"})
	if err := json.Unmarshal(body, &list); err != nil || len(list.Items) != 3 {
		t.Fatalf("%s %v", body, err)
	}
	if status, body := i.answer(t, manager, call{method: http.MethodGet, path: "/contracts/" + list.Items[0].ID}); status != http.StatusOK {
		t.Errorf("a contract: %d %s", status, body)
	}
	mobile := fmt.Sprintf("139%08d", len(i.data))
	status, body := i.answer(t, manager, call{method: http.MethodPost, path: "/customers", body: map[string]any{"type": "individual", "stage": "potential", "name": "林小雨", "mobile": mobile, "source": "online", "level": "A"}})
	if status != http.StatusCreated {
		t.Errorf("a new customer, with the next number: %d %s", status, body)
	}
}

func (i *installation) sql(t *testing.T, q string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), i.db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), q, args...); err != nil {
		t.Fatal(err)
	}
}

// sourceIn returns the key of a model that an export carries.
func sourceIn(t *testing.T, name string) string {
	t.Helper()
	r, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	f, err := r.Open("platform/platform_models.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Source string `json:"source_id"`
	}
	if err := json.NewDecoder(f).Decode(&m); err != nil || m.Source == "" {
		t.Fatalf("%+v %v", m, err)
	}
	return m.Source
}

// An erasure that broke off is begun again, and its certificate says what there was at the very beginning.
func TestABrokenErasureGoesOn(t *testing.T) {
	i := install(t)
	groups, err := i.app.fill(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours := groups[0].tenant.ID.String()
	before := i.counts(t, ours)
	i.sql(t, "UPDATE tenants SET status = 'suspended' WHERE code = 'hengtong'")
	i.sql(t, `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is away'; END $$`)
	i.sql(t, "CREATE TRIGGER no BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION no()")
	paper := filepath.Join(t.TempDir(), "certificate.json")
	erase := []string{"erase", "hengtong", "--confirm", "hengtong", "--certificate", paper}
	i.refuses(t, "the disk is away", erase...)
	if left := i.counts(t, ours); left["users"] != before["users"] || left["contracts"] != 0 {
		t.Fatalf("it broke off with %v", left)
	}
	i.sql(t, "DROP TRIGGER no ON users")
	i.works(t, erase...)
	if left := i.counts(t, ours); len(left) > 0 {
		t.Errorf("after the erasure: %v", left)
	}
	var c transfer.Certificate
	b, err := os.ReadFile(paper)
	if err != nil || json.Unmarshal(b, &c) != nil {
		t.Fatalf("%s %v", b, err)
	}
	for _, n := range c.Tables {
		if n.Name == "contracts" && int(n.Rows) != before["contracts"] {
			t.Errorf("the certificate says %d contracts, there were %d", n.Rows, before["contracts"])
		}
	}
}

func TestOperatorsExportByAPI(t *testing.T) {
	h := newHouse(t)
	path := "/platform/tenants/" + h.ours.tenant.ID.String() + "/export"
	status, body := h.answer(t, h.tokens["operator"], call{method: http.MethodPost, path: path})
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if status != http.StatusOK || err != nil {
		t.Fatalf("%d %v", status, err)
	}
	if f, err := r.Open("manifest.json"); err != nil || f.Close() != nil {
		t.Error(err)
	}
	if strings.Contains(string(body), h.them.tenant.ID.String()) {
		t.Error("another tenant's id is in it")
	}
	for token, want := range map[string]int{h.tokens["admin"]: 401, "": 401} {
		if status, _ := h.answer(t, token, call{method: http.MethodPost, path: path}); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	if status, _ := h.answer(t, h.tokens["operator"], call{method: http.MethodPost, path: "/platform/tenants/" + nobody + "/export"}); status != 404 {
		t.Errorf("nobody's: %d", status)
	}
	var began, done int
	if err := h.app.db.Platform(t.Context(), func(tx bun.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FILTER (WHERE action = 'export_tenant'), count(*) FILTER (WHERE action = 'exported_tenant') FROM operator_log WHERE operator_id IS NOT NULL").Scan(&began, &done)
	}); err != nil || began != 1 || done != 1 {
		t.Errorf("log: %d %d %v", began, done, err)
	}
}
