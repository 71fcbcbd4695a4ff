package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// A file that does not fit into what a group may store is refused at its field, and leaves neither a row nor a content.
func TestAFileBeyondTheQuotaLeavesNothing(t *testing.T) {
	h := newHouse(t)
	most := int64(1000)
	if err := h.app.platform.SetPlan(t.Context(), h.ours.tenant.ID, "enterprise", tenants.Quotas{Storage: &most}); err != nil {
		t.Fatal(err)
	}
	var customers struct{ Items []struct{ ID string } }
	if status, body := h.answer(t, h.tokens["sales_manager"], call{method: http.MethodGet, path: "/customers?limit=1"}); status != http.StatusOK || json.Unmarshal(body, &customers) != nil || len(customers.Items) != 1 {
		t.Fatalf("customers: %d %s", status, body)
	}
	path := "/customers/" + customers.Items[0].ID + "/files"
	attach := func(size int) (int, []byte) {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, err := w.CreateFormFile("file", "note.txt")
		if err == nil {
			_, err = part.Write(bytes.Repeat([]byte("a"), size))
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return h.answer(t, h.tokens["sales_manager"], call{method: http.MethodPost, path: path, raw: form.String(), header: map[string]string{"Content-Type": w.FormDataContentType()}})
	}
	if status, body := attach(700); status > 299 {
		t.Fatalf("700 bytes of 1000: %d %s", status, body)
	}
	status, body := attach(301)
	var p rest.Problem
	if err := json.Unmarshal(body, &p); err != nil || status != http.StatusConflict || p.Code != tenants.ErrQuota.Code || len(p.Errors) != 1 || p.Errors[0].Field != "file" || !strings.Contains(p.Detail, "1000 B") {
		t.Errorf("301 more: %d %s", status, body)
	}
	if status, body := attach(300); status > 299 {
		t.Errorf("300 more: %d %s", status, body)
	}
	kept := 0
	err := filepath.WalkDir(filepath.Join(h.data, "files"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			kept++
		}
		return err
	})
	if err != nil || kept != 2 {
		t.Errorf("%d contents are kept (%v), want 2", kept, err)
	}
}
