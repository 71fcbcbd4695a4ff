package record

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
)

const maxFile = 20 << 20

// Faults of attachments.
var (
	ErrFileSize  = fault.New(fault.TooLarge, "record.file_size", "附件最大 20 MB", "A file has at most 20 MB")
	ErrFileType  = fault.New(fault.Invalid, "record.file_type", "只能上传图片、PDF、Word、Excel 或文本", "Only pictures, PDF, Word, Excel and plain text can be attached")
	ErrFileNone  = fault.New(fault.Invalid, "record.file_missing", "请选择文件", "Choose a file")
	allowedTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "application/zip"}
)

// Attachment is a file of a record.
type Attachment struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Type string    `json:"type"`
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

type filesOutput struct {
	Body struct {
		Items []Attachment `json:"items"`
	}
}

func (k served) files(ctx context.Context, in *ByID) (*filesOutput, error) {
	v := ViewOf(ctx)
	if err := k.s.Visible(ctx, k.d.Pool, v, in.Key()); err != nil {
		return nil, err
	}
	var out filesOutput
	out.Body.Items = []Attachment{}
	err := database.Read(ctx, k.d.Pool, v.Tenant, []database.Query{{SQL: `SELECT f.id, f.name, f.content_type, f.size, f.created_at, u.name FROM files f JOIN users u ON u.tenant_id = f.tenant_id AND u.id = f.created_by
		WHERE f.tenant_id = $1 AND f.kind = $2 AND f.record_id = $3 AND f.field IS NULL ORDER BY f.created_at DESC LIMIT 200`, Args: []any{v.Tenant, k.s.Name, in.Key()}}},
		func(_ int, row [][]byte) error {
			a := Attachment{Name: string(row[1]), Type: string(row[2]), By: string(row[5])}
			a.ID, _ = uuid.ParseBytes(row[0])
			a.Size, _ = strconv.ParseInt(string(row[3]), 10, 64)
			err := json.Unmarshal(appendTime(nil, row[4]), &a.At)
			out.Body.Items = append(out.Body.Items, a)
			return err
		})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

type fileInput struct {
	ByID
	RawBody multipart.Form
}

// addFile attaches one file to a record.
func (k served) addFile(ctx context.Context, in *fileInput) (*struct{ Body Attachment }, error) {
	if err := k.s.Visible(ctx, k.d.Pool, ViewOf(ctx), in.Key()); err != nil {
		return nil, err
	}
	a, content, err := receive(in.RawBody)
	if err != nil {
		return nil, err
	}
	err = k.d.store(ctx, a, content, k.s.Name, in.Key(), nil, func(tx database.Tx) error {
		return WriteHistory(ctx, tx, k.s.Name, in.Key(), 0, "attach", nil, map[string]any{})
	})
	if err != nil {
		return nil, err
	}
	return &struct{ Body Attachment }{*a}, nil
}

// receive reads the one file of a form. Its type is read from its content, not from its name: a program dressed as a photo is refused.
func receive(form multipart.Form) (*Attachment, []byte, error) {
	heads := form.File["file"]
	if len(heads) != 1 {
		return nil, nil, ErrFileNone.At("file")
	}
	content, err := readFile(heads[0])
	if err != nil {
		return nil, nil, err
	}
	name := []rune(filepath.Base(strings.ReplaceAll(heads[0].Filename, "\\", "/")))
	a := &Attachment{ID: id.New(), Name: string(name[:min(len(name), 200)]), Type: http.DetectContentType(content), Size: int64(len(content))}
	if !allowed(a.Type) {
		return nil, nil, ErrFileType.At("file")
	}
	return a, content, nil
}

// store keeps a content and its row, with what then does in the same transaction. record is nil for a field's file that no record has taken up
// yet, field is nil for an attachment.
func (d *Desk) store(ctx context.Context, a *Attachment, content []byte, kind string, record, field any, then func(tx database.Tx) error) error {
	tenant := ViewOf(ctx).Tenant
	if err := d.Files.Write(tenant, a.ID, content); err != nil {
		return err
	}
	hash := sha256.Sum256(content)
	err := d.Write(ctx, func(tx database.Tx) error {
		if d.Room != nil {
			if err := d.Room(ctx, tx, a.Size); err != nil {
				return err
			}
		}
		a.At = tx.Now
		if err := tx.Later(ctx, "INSERT INTO files (tenant_id, id, kind, record_id, field, name, content_type, size, sha256, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			tx.Tenant, a.ID, kind, record, field, a.Name, a.Type, a.Size, hash[:], tx.Now, tx.By.User); err != nil {
			return err
		}
		return then(tx)
	})
	var refused *fault.Fault
	if errors.As(err, &refused) { // after any other error nobody knows whether the row is there
		return errors.Join(err, d.Files.Remove(tenant, a.ID))
	}
	return err
}

func allowed(contentType string) bool {
	plain, _, _ := strings.Cut(contentType, ";")
	for _, t := range allowedTypes {
		if t == plain {
			return true
		}
	}
	return false
}

func readFile(h *multipart.FileHeader) ([]byte, error) {
	if h.Size > maxFile {
		return nil, ErrFileSize.At("file")
	}
	f, err := h.Open()
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	if len(b) == 0 {
		return nil, ErrFileNone.At("file")
	}
	return b, nil
}

func (d *Desk) serveFile(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-file", Method: http.MethodGet, Path: "/files/{id}", Permission: rest.SignedIn, Summary: "The content of an attachment"}, d.getFile)
}

// getFile answers whoever may see the record, and the field when the file is in one; an upload that no record has taken up, its sender.
func (d *Desk) getFile(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	v := ViewOf(ctx)
	var kind, name, contentType, field string
	var record, by uuid.UUID
	err := database.Read(ctx, d.Pool, v.Tenant, []database.Query{{SQL: "SELECT kind, record_id, name, content_type, field, created_by FROM files WHERE tenant_id = $1 AND id = $2", Args: []any{v.Tenant, in.Key()}}},
		func(_ int, row [][]byte) error {
			kind, name, contentType, field = string(row[0]), string(row[2]), string(row[3]), string(row[4])
			record, _ = uuid.ParseBytes(row[1])
			by, _ = uuid.ParseBytes(row[5])
			return nil
		})
	if err != nil {
		return nil, err
	}
	s := d.Kinds.Kind(kind)
	if s == nil {
		return nil, ErrMissing
	}
	if field != "" {
		if s, err = d.Kinds.Mine(ctx, d.Pool, v, s); err != nil {
			return nil, err
		}
		if f := s.by[field]; f == nil || v.unseen(f) {
			return nil, ErrMissing
		}
	}
	if record == uuid.Nil {
		if by != v.User {
			return nil, ErrMissing
		}
	} else if err := s.Visible(ctx, d.Pool, v, record); err != nil {
		return nil, err
	}
	content, err := d.Files.Open(v.Tenant, in.Key())
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = content.Close() }()
		c.SetHeader("Content-Type", contentType)
		c.SetHeader("X-Content-Type-Options", "nosniff")
		c.SetHeader("Content-Disposition", "attachment; filename*=UTF-8''"+urlEscape(name))
		_, _ = io.Copy(c.BodyWriter(), content) // the reader may go away
	}}, nil
}

func urlEscape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
