package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/file"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// The first bytes say what a file is.
var (
	pngBytes = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 40)...)
	pdfBytes = []byte("%PDF-1.7 合同扫描件")
)

// sendFile uploads a file for a field and demands a status. It returns the answer.
func (h *house) sendFile(t *testing.T, token, field, name string, content []byte, want int) map[string]any {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	status, b := h.answer(t, token, call{method: http.MethodPost, path: "/own-files?kind=customer&field=" + field, raw: form.String(), header: map[string]string{"Content-Type": w.FormDataContentType()}})
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil || status != want {
		t.Fatalf("upload for %s: %d %.300s, want %d", field, status, b, want)
	}
	return out
}

func (h *house) sentFile(t *testing.T, token, field, name string, content []byte) string {
	t.Helper()
	return fmt.Sprint(h.sendFile(t, token, field, name, content, 200)["id"])
}

func (h *house) getsFile(t *testing.T, token, id string) int {
	t.Helper()
	status, _ := h.answer(t, token, call{method: http.MethodGet, path: "/files/" + id})
	return status
}

func TestFileFields(t *testing.T) {
	h := newHouse(t)
	admin, manager, auditor := h.tokens["admin"], h.tokens["sales_manager"], h.tokens["auditor"]
	stranger := h.signIn(t, demoGroups[1].code, "luoyi")
	label := func(zh string) map[string]any { return map[string]any{"zh": zh, "en": zh} }
	field := func(token, key string, more map[string]any) map[string]any {
		t.Helper()
		body := map[string]any{"key": key, "type": "file", "label": label("材料" + key)}
		for k, v := range more {
			body[k] = v
		}
		return h.ask(t, token, http.MethodPost, "/screens/customer/fields", 0, body, 201)
	}
	scan := field(admin, "x_scan", map[string]any{"maxFiles": 2, "accept": []any{"image", "pdf"}, "filterable": true})
	field(admin, "x_paper", nil)
	field(admin, "x_cost", map[string]any{"protect": "cost"})
	field(h.signIn(t, demoGroups[1].code, demoGroups[1].users[0].login), "x_scan", nil)
	mobile := 13900000000
	create := func(extra map[string]any, want int) map[string]any {
		t.Helper()
		mobile++
		body := map[string]any{"type": "individual", "stage": "potential", "name": "材料客户", "mobile": fmt.Sprint(mobile)}
		for k, v := range extra {
			body[k] = v
		}
		return h.ask(t, manager, http.MethodPost, "/customers", 0, body, want)
	}
	refused := func(answer map[string]any, field, code string) {
		t.Helper()
		if got := fmt.Sprint(answer["errors"]); !strings.Contains(got, field) || !strings.Contains(got, code) {
			t.Errorf("want %s at %s, got %s", code, field, got)
		}
	}
	front := h.sentFile(t, manager, "x_scan", "正面.png", pngBytes)
	back := h.sentFile(t, manager, "x_scan", "反面.pdf", pdfBytes)
	if h.getsFile(t, manager, front) != 200 || h.getsFile(t, admin, front) != 404 {
		t.Error("before its record is saved, an upload is its sender's alone")
	}
	made := create(map[string]any{"x_scan": []any{front, back}}, 201)
	id := fmt.Sprint(made["id"])
	path := "/customers/" + id

	t.Run("Shown", func(t *testing.T) {
		b, _ := json.Marshal(h.ask(t, auditor, http.MethodGet, path, 0, nil, 200)["x_scan"])
		if want := fmt.Sprintf(`[{"id":%q,"name":"正面.png"},{"id":%q,"name":"反面.pdf"}]`, front, back); string(b) != want {
			t.Errorf("got %s, want %s", b, want)
		}
		for _, token := range []string{manager, auditor} {
			if got := h.getsFile(t, token, back); got != 200 {
				t.Errorf("whoever sees the record: %d", got)
			}
		}
		if got := h.getsFile(t, stranger, back); got != 404 {
			t.Errorf("another tenant: %d", got)
		}
		list, _ := json.Marshal(h.ask(t, manager, http.MethodGet, "/customers?fields=name,x_scan&filter="+url.QueryEscape(`[["x_scan","null",false]]`), 0, nil, 200)["items"])
		if strings.Count(string(list), `"正面.png"`) != 1 || strings.Count(string(list), `"name":"材料客户"`) != 1 {
			t.Errorf("the list of those with a file: %s", list)
		}
		h.ask(t, manager, http.MethodGet, "/customers?sort=x_scan", 0, nil, 422)
		h.ask(t, manager, http.MethodGet, "/customers?filter="+url.QueryEscape(`[["x_scan","=","1"]]`), 0, nil, 422)
		status, sheet := h.answer(t, admin, call{method: http.MethodGet, path: "/customers/export?format=csv&fields=name,x_scan&filter=" + url.QueryEscape(`[["x_scan","null",false]]`)})
		if status != 200 || !strings.Contains(string(sheet), "正面.png、反面.pdf") {
			t.Errorf("export: %d %s", status, sheet)
		}
		history, _ := json.Marshal(h.ask(t, manager, http.MethodGet, path+"/history", 0, nil, 200))
		if !strings.Contains(string(history), "反面.pdf") {
			t.Errorf("history: %s", history)
		}
		files, _ := json.Marshal(h.ask(t, manager, http.MethodGet, path+"/files", 0, nil, 200))
		if strings.Contains(string(files), "反面.pdf") {
			t.Error("a field's file stands among the attachments")
		}
	})
	t.Run("TakenOutAndBack", func(t *testing.T) {
		h.ask(t, manager, http.MethodPatch, path, 1, map[string]any{"x_scan": []any{back}}, 200)
		if got := h.getsFile(t, manager, front); got != 200 {
			t.Errorf("the history leads nowhere: %d", got)
		}
		h.ask(t, manager, http.MethodPatch, path, 2, map[string]any{"x_scan": []any{back, front}}, 200)
	})
	t.Run("Refused", func(t *testing.T) {
		third := h.sentFile(t, manager, "x_scan", "3.png", pngBytes)
		foreign := h.sentFile(t, stranger, "x_scan", "外.png", pngBytes)
		colleague := h.sentFile(t, h.tokens["sales_consultant"], "x_scan", "同事.png", pngBytes)
		paper := h.sentFile(t, manager, "x_paper", "纸.txt", []byte("说明"))
		for name, c := range map[string]struct {
			value any
			code  string
		}{
			"too many":                   {[]any{front, back, third}, "record.file_many"},
			"a file of another tenant":   {[]any{foreign}, "record.file_other"},
			"a file of another sender":   {[]any{colleague}, "record.file_other"},
			"a file of another field":    {[]any{paper}, "record.file_other"},
			"a file that is not":         {[]any{nobody}, "record.file_other"},
			"the same twice":             {[]any{back, back}, "record.file_list"},
			"no list":                    {back, "record.file_list"},
			"no id":                      {[]any{"1"}, "record.file_list"},
			"an object instead of an id": {[]any{map[string]any{"id": back}}, "record.file_list"},
		} {
			answer := h.ask(t, manager, http.MethodPatch, path, 3, map[string]any{"x_scan": c.value}, 422)
			if got := fmt.Sprint(answer["errors"]); !strings.Contains(got, "x_scan") || !strings.Contains(got, c.code) {
				t.Errorf("%s: %s", name, got)
			}
		}
		refused(create(map[string]any{"x_scan": []any{front}}, 422), "x_scan", "record.file_other") // of another record
		refused(h.sendFile(t, manager, "x_scan", "a.png", []byte("text that calls itself a picture"), 422), "file", "record.file_kind")
		refused(h.sendFile(t, manager, "x_paper", "a.png", []byte("MZ\x90\x00\x03 a program"), 422), "file", "record.file_type")
		refused(h.sendFile(t, manager, "name", "a.png", pngBytes, 422), "field", "")
		h.sendFile(t, auditor, "x_scan", "a.png", pngBytes, 403)
		h.ask(t, manager, http.MethodPost, "/own-files?kind=nothing&field=x", 0, nil, 422)
		h.ask(t, admin, http.MethodPost, "/screens/customer/fields", 0, map[string]any{"key": "x_bad", "type": "file", "label": label("坏"), "accept": []any{"film"}}, 422)
		h.ask(t, admin, http.MethodPost, "/screens/customer/fields", 0, map[string]any{"key": "x_bad", "type": "text", "label": label("坏"), "maxFiles": 3}, 422)
		h.ask(t, admin, http.MethodPost, "/screens/customer/fields", 0, map[string]any{"key": "x_bad", "type": "file", "label": label("坏"), "start": front}, 422)
	})
	t.Run("WhoMayNotSeeTheFieldSeesNoFile", func(t *testing.T) {
		h.sendFile(t, manager, "x_cost", "底价.png", pngBytes, 422)
		h.showField(t, "sales_manager", "customer", "x_cost")
		h.ask(t, admin, http.MethodPut, "/screens/customer/field-order", 0, map[string]any{"keys": []any{}}, 204) // and everybody reads it
		secret := h.sentFile(t, manager, "x_cost", "底价.png", pngBytes)
		h.ask(t, manager, http.MethodPatch, path, 3, map[string]any{"x_cost": []any{secret}}, 200)
		if h.getsFile(t, manager, secret) != 200 || h.getsFile(t, auditor, secret) != 404 {
			t.Error("the field's rule does not hold for its file")
		}
		b, _ := json.Marshal([]any{h.ask(t, auditor, http.MethodGet, path, 0, nil, 200), h.ask(t, auditor, http.MethodGet, path+"/history", 0, nil, 200)})
		if strings.Contains(string(b), "底价") {
			t.Error("its name shows")
		}
	})
	t.Run("Required", func(t *testing.T) {
		h.ask(t, admin, http.MethodPatch, "/own-fields/"+fmt.Sprint(scan["id"]), 1, map[string]any{"label": label("扫描件"), "required": true, "maxFiles": 2, "filterable": true}, 200)
		refused(create(nil, 422), "x_scan", "record.needed")
		refused(h.ask(t, manager, http.MethodPatch, path, 4, map[string]any{"x_scan": []any{}}, 422), "x_scan", "record.needed")
	})
	t.Run("AnUploadThatIsNotSavedGoes", func(t *testing.T) { h.dropsUploads(t, manager, front) })
}

// showField lets a role see and change a protected field, beside what it sees already.
func (h *house) showField(t *testing.T, role, kind, field string) {
	t.Helper()
	type rule struct {
		Kind       string `json:"kind"`
		Field      string `json:"field"`
		Visibility string `json:"visibility"`
	}
	rules := []rule{}
	for _, r := range as[[]struct {
		Code   string
		Fields []rule
	}](t, h.ask(t, h.tokens["admin"], http.MethodGet, "/roles", 0, nil, 200)["items"]) {
		if r.Code == role {
			rules = r.Fields
		}
	}
	h.ask(t, h.tokens["admin"], http.MethodPut, "/roles/"+role+"/fields", 0, map[string]any{"fields": append(rules, rule{kind, field, "editable"})}, 204)
}

// dropsUploads runs the task of an upload that no record took up, and of one that did.
func (h *house) dropsUploads(t *testing.T, token, kept string) {
	left := h.sentFile(t, token, "x_paper", "忘了.txt", []byte("没有保存"))
	storage := func() (n int64) {
		err := h.app.db.Read(t.Context(), tenants.Worker(h.ours.tenant, "test"), func(tx tenants.Tx) error {
			return tx.NewRaw("SELECT storage FROM quota_counters WHERE tenant_id = ?", tx.Tenant).Scan(t.Context(), &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := storage()
	handlers := job.Handlers{}
	files, err := file.NewFolder(filepath.Join(h.data, "files"))
	if err != nil {
		t.Fatal(err)
	}
	h.app.screens.Handlers(handlers, files)
	for range 2 { // a task can run twice
		for _, id := range []string{left, kept} {
			body, err := json.Marshal(uuid.MustParse(id))
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range handlers[record.TaskDropUpload] {
				if err := run(t.Context(), job.Task{Tenant: h.ours.tenant.ID, Kind: record.TaskDropUpload, Body: body}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := storage(); before-got != int64(len("没有保存")) {
		t.Errorf("%d bytes were given back", before-got)
	}
	if h.getsFile(t, token, left) != 404 || h.getsFile(t, token, kept) != 200 {
		t.Error("the wrong file went")
	}
	if _, err := os.Stat(filepath.Join(h.data, "files", h.ours.tenant.ID.String(), left)); !os.IsNotExist(err) {
		t.Errorf("its content stays: %v", err)
	}
}
