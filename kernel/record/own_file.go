package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/rest"
)

// The value of a file field is a list of its files, [{"id":…,"name":…}], in the record's object of own values. A body names them by id.
// What a field no longer holds stays where its history can reach it, as other files of a record do.

const (
	maxFieldFiles = 20
	// TaskDropUpload is stored in due_tasks: an upload that no record took up in time goes.
	TaskDropUpload = "record.drop_upload"
	uploadWaits    = 24 * time.Hour
)

// The kinds of file that a field can be limited to. Word and Excel files are ZIP archives by their first bytes.
var fileKinds = []struct {
	name  string
	label fault.Text
	types []string
}{
	{"image", fault.Text{Zh: "图片", En: "pictures"}, []string{"image/png", "image/jpeg", "image/gif", "image/webp"}},
	{"pdf", fault.Text{Zh: "PDF", En: "PDF"}, []string{"application/pdf"}},
	{"office", fault.Text{Zh: "Word 和 Excel", En: "Word and Excel"}, []string{"application/zip"}},
	{"text", fault.Text{Zh: "文本", En: "plain text"}, []string{"text/plain"}},
}

// Faults of files in fields.
var (
	ErrOwnFiles  = fault.New(fault.Invalid, "own_field.files", "文件数量为 1 到 20", "A field takes 1 to 20 files")
	ErrOwnAccept = fault.New(fault.Invalid, "own_field.accept", "没有这种文件", "There is no such kind of file")
	ErrFileList  = fault.New(fault.Invalid, "record.file_list", "%s要填已上传的文件", "%s takes files that were uploaded")
	ErrFileMany  = fault.New(fault.Invalid, "record.file_many", "%s最多 %d 个文件", "%s takes %d files at most")
	ErrFileKind  = fault.New(fault.Invalid, "record.file_kind", "%s只收：%s", "%s takes only: %s")
	ErrFileOther = fault.New(fault.Invalid, "record.file_other", "%s里有文件不是给这张单据上传的，请重新上传", "A file in %s was not uploaded for this record; upload it again")
)

// checkFiles holds what is said about files against the type of the field.
func (o *OwnField) checkFiles() *fault.Fault {
	known := func(name string) bool {
		for _, k := range fileKinds {
			if k.name == name {
				return true
			}
		}
		return false
	}
	switch {
	case o.Type != File && (o.MaxFiles != 0 || len(o.Accept) > 0):
		return ErrOwnType.At("type")
	case o.MaxFiles < 0 || o.MaxFiles > maxFieldFiles:
		return ErrOwnFiles.At("maxFiles")
	case slices.ContainsFunc(o.Accept, func(name string) bool { return !known(name) }):
		return ErrOwnAccept.At("accept")
	}
	return nil
}

// accepts returns ErrFileKind unless the field takes files of this content type.
func (f *Field) accepts(contentType string) error {
	if len(f.Accept) == 0 {
		return nil
	}
	plain, _, _ := strings.Cut(contentType, ";")
	var zh, en []string
	for _, k := range fileKinds {
		if !slices.Contains(f.Accept, k.name) {
			continue
		}
		if slices.Contains(k.types, plain) {
			return nil
		}
		zh, en = append(zh, k.label.Zh), append(en, k.label.En)
	}
	return ErrFileKind.With(f.Label, fault.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")})
}

// takeFiles reads the ids of a body. before is what the record holds now: it may stay, even when the field takes fewer by now.
func (f *Field) takeFiles(raw json.RawMessage, before any) (any, *fault.Fault) {
	var ids []string
	if json.Unmarshal(raw, &ids) != nil {
		return nil, f.unfit()
	}
	out := make([]any, 0, len(ids))
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil || len(text) != 36 || slices.Contains(out, any(id.String())) {
			return nil, f.unfit()
		}
		out = append(out, id.String())
	}
	had, _ := before.([]any)
	if len(out) > f.MaxFiles && len(out) > len(had) {
		return nil, ErrFileMany.With(f.Label, f.MaxFiles).At(f.Name)
	}
	return out, nil
}

// claim makes the uploads of a body the record's and returns them with their names. A file counts that the writer uploaded for this field,
// or that this field of the record held before. Any other, of whichever tenant, gives ErrFileOther, and the field no longer takes it
// ErrFileKind.
func (w *ownWriter) claim(f *Field, ids []any) (any, error) {
	type found struct {
		ID          string
		Name        string
		ContentType string
		RecordID    *uuid.UUID
	}
	var rows []found
	err := w.tx.NewRaw(`SELECT id, name, content_type, record_id FROM files WHERE tenant_id = ? AND id = ANY(?::uuid[]) AND kind = ? AND field = ?
		AND (record_id = ? OR record_id IS NULL AND created_by = ?) FOR UPDATE`,
		w.tx.Tenant, pgdialect.Array(texts(ids)), w.spec.Name, f.Name, w.record, w.tx.By.User).Scan(w.ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("files of %s.%s: %w", w.spec.Name, f.Name, err)
	}
	out := make([]any, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(rows, func(r found) bool { return r.ID == id })
		if i < 0 {
			return nil, ErrFileOther.With(f.Label).At(f.Name)
		}
		if rows[i].RecordID == nil {
			var refused *fault.Fault
			if err := f.accepts(rows[i].ContentType); errors.As(err, &refused) {
				return nil, refused.At(f.Name)
			}
			if err := w.tx.Later(w.ctx, "UPDATE files SET record_id = ? WHERE tenant_id = ? AND id = ?", w.record, w.tx.Tenant, id); err != nil {
				return nil, err
			}
		}
		out = append(out, map[string]any{"id": rows[i].ID, "name": rows[i].Name})
	}
	return out, nil
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// fileNames are the names of a value as people read it.
func fileNames(list []any) string {
	var out []string
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			out = append(out, fmt.Sprint(m["name"]))
		}
	}
	return strings.Join(out, "、")
}

// unseen reports whether the reader sees nothing of the field. A file has no masked form.
func (v View) unseen(f *Field) bool {
	see := v.See(f)
	return see == access.Hidden || f.Type == File && see < access.Shown
}

type ownFileInput struct {
	Kind    string `query:"kind" required:"true" maxLength:"60"`
	Field   string `query:"field" required:"true" maxLength:"40" doc:"A field of type file that the group added"`
	RawBody multipart.Form
}

func (d *Desk) serveOwnFiles(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "upload-own-file", Method: http.MethodPost, Path: "/own-files", Permission: rest.SignedIn, MaxBody: maxFile + 1<<20, Summary: "Upload a file for a field, before its record is saved"}, d.uploadOwn)
}

// uploadOwn stores a file for a field. Until a record takes it up only its sender sees it, and after a day it goes.
func (d *Desk) uploadOwn(ctx context.Context, in *ownFileInput) (*struct{ Body Attachment }, error) {
	v := ViewOf(ctx)
	s := d.Kinds.Kind(in.Kind)
	if s == nil || s.Path == "" || !v.Set.Has(s.Read) {
		return nil, ErrMissing
	}
	if !slices.ContainsFunc([]string{"create", "edit", "manage"}, func(verb string) bool { return v.Set.Has(access.Permission(s.Name + ":" + verb)) }) {
		return nil, ErrDenied.With(s.Label)
	}
	s, err := d.Kinds.Mine(ctx, d.Pool, v, s)
	if err != nil {
		return nil, err
	}
	f := s.by[in.Field]
	switch {
	case f == nil || f.Type != File || v.unseen(f):
		return nil, ErrField.At("field")
	case f.ReadOnly:
		return nil, ErrFixed.With(f.Label).At("field")
	}
	a, content, err := receive(in.RawBody)
	if err != nil {
		return nil, err
	}
	var refused *fault.Fault
	if errors.As(f.accepts(a.Type), &refused) {
		return nil, refused.At("file")
	}
	err = d.store(ctx, a, content, s.Name, nil, f.Name, func(tx database.Tx) error {
		if err := job.Plan(ctx, tx, TaskDropUpload, a.ID.String(), tx.Now.Add(uploadWaits), a.ID); err != nil {
			return err
		}
		return WriteHistory(ctx, tx, s.Name, uuid.Nil, 0, "attach", nil, map[string]any{"name": a.Name})
	})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Attachment }{*a}, nil
}

// DropUpload deletes the row of an upload that no record took up, after free has given its bytes back. gone is false when one did take it up.
func DropUpload(ctx context.Context, tx database.Tx, file uuid.UUID, free func(context.Context, database.Tx, int64) error) (gone bool, err error) {
	var size int64
	var taken bool
	err = tx.QueryRowContext(ctx, "SELECT size, record_id IS NOT NULL FROM files WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, file).Scan(&size, &taken)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("drop upload %s: %w", file, err)
	case taken:
		return false, nil
	}
	if err := free(ctx, tx, size); err != nil {
		return false, err
	}
	return true, tx.Later(ctx, "DELETE FROM files WHERE tenant_id = ? AND id = ?", tx.Tenant, file)
}

// slottedFiles is what the slot of a file field holds: how many there are. Only whether there are any is asked.
func slottedFiles(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return strconv.Itoa(len(list))
}
