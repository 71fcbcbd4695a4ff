package transfer

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/tenants"
)

// export is one export under way.
type export struct {
	zip *zip.Writer
	s   *schema
	tx  tenants.Tx
	m   *Manifest
}

// Export writes everything of a tenant to w as one zip file and returns its manifest with the SHA-256 of the manifest's text. Rows go
// through one by one, so memory grows only with the number of files, some 300 bytes each. It works for a suspended tenant, too.
func (s *Service) Export(ctx context.Context, t tenants.Tenant, w io.Writer) (m *Manifest, sum string, err error) {
	m = &Manifest{Format: format, At: clock.Now().UTC(), Tenant: Identity{t.ID, t.Code, t.Name}, Tables: []Part{}, Platform: []Part{}, Files: []Content{}, LeftOut: []Omission{}}
	err = s.db.Snapshot(ctx, tenants.Worker(t, "export_tenant"), func(tx tenants.Tx) error {
		found, err := readSchema(ctx, tx)
		if err != nil {
			return err
		}
		e := &export{zip.NewWriter(w), found, tx, m}
		m.Schema = found.number
		if err := e.rows(ctx); err != nil {
			return err
		}
		if err := e.contents(ctx, s); err != nil {
			return err
		}
		text, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			return err
		}
		part, err := e.zip.Create(manifestName)
		if err != nil {
			return err
		}
		if _, err := part.Write(text); err != nil {
			return err
		}
		hashed := sha256.Sum256(text)
		sum = hex.EncodeToString(hashed[:])
		return e.zip.Close()
	})
	if err != nil {
		return nil, "", fmt.Errorf("export %s: %w", t.Code, err)
	}
	return m, sum, nil
}

func (e *export) rows(ctx context.Context) error {
	own, err := e.part(ctx, tablePart(ownTable), e.s.own, "id = ?", e.tx.Tenant)
	if err != nil {
		return err
	}
	e.m.Tables = append(e.m.Tables, own)
	for _, t := range e.s.tables {
		if why, out := leftOut[t.name]; out {
			e.m.LeftOut = append(e.m.LeftOut, Omission{t.name, why})
			continue
		}
		p, err := e.part(ctx, tablePart(t.name), t, "tenant_id = ?", e.tx.Tenant)
		if err != nil {
			return err
		}
		e.m.Tables = append(e.m.Tables, p)
	}
	for _, r := range e.s.references {
		ids := make([]string, len(r.from))
		args := make([]any, len(r.from))
		for i, f := range r.from {
			ids[i], args[i] = "SELECT "+ident(f.column)+" FROM "+ident(f.table)+" WHERE tenant_id = ?", e.tx.Tenant
		}
		p, err := e.part(ctx, platformPart(r.to.name), r.to, "id IN ("+strings.Join(ids, " UNION ")+")", args...)
		if err != nil {
			return err
		}
		e.m.Platform = append(e.m.Platform, p)
	}
	return e.tx.QueryRowContext(ctx, "SELECT to_char(coalesce(min(at), now()), 'YYYY-MM-DD') FROM history WHERE tenant_id = ?", e.tx.Tenant).Scan(&e.m.Since)
}

// part writes the rows of t that where selects. jsonb has one form for one value, so the same rows are the same lines.
func (e *export) part(ctx context.Context, name string, t table, where string, args ...any) (Part, error) {
	p := Part{Name: t.name}
	w, err := e.zip.Create(name)
	if err != nil {
		return p, err
	}
	q := "SELECT to_jsonb(x)::text FROM (SELECT " + t.list() + " FROM " + ident(t.name) + " WHERE " + where + ") x ORDER BY " + t.order()
	rows, err := e.tx.QueryContext(ctx, q, args...)
	if err != nil {
		return p, fmt.Errorf("table %s: %w", t.name, err)
	}
	defer func() { _ = rows.Close() }()
	sum := sha256.New()
	both := io.MultiWriter(w, sum)
	var line []byte
	for rows.Next() {
		if err := rows.Scan(&line); err != nil {
			return p, fmt.Errorf("table %s: %w", t.name, err)
		}
		if _, err := both.Write(append(line, '\n')); err != nil {
			return p, err
		}
		p.Rows++
	}
	p.SHA256 = text(sum)
	return p, rows.Err()
}

func text(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// contents writes the uploaded files: what the folder has, and a word about each that the database names and the folder lost.
func (e *export) contents(ctx context.Context, s *Service) error {
	ids, err := s.files.List(e.tx.Tenant)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, err := e.content(s, id)
		if err != nil {
			return err
		}
		e.m.Files = append(e.m.Files, c)
	}
	rows, err := e.tx.QueryContext(ctx, "SELECT id, size, encode(sha256, 'hex') FROM files WHERE tenant_id = ? ORDER BY id", e.tx.Tenant)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		c := Content{Missing: true}
		if err := rows.Scan(&c.ID, &c.Size, &c.SHA256); err != nil {
			return fmt.Errorf("files: %w", err)
		}
		at, found := slices.BinarySearchFunc(ids, c.ID, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		if !found {
			e.m.Files = append(e.m.Files, c)
		} else if e.m.Files[at].SHA256 != c.SHA256 {
			return fmt.Errorf("file %s is not what was uploaded: %w", c.ID, ErrDamaged)
		}
	}
	return rows.Err()
}

func (e *export) content(s *Service, id uuid.UUID) (Content, error) {
	r, err := s.files.Open(e.tx.Tenant, id)
	if errors.Is(err, os.ErrNotExist) {
		return Content{ID: id, Missing: true}, nil
	}
	if err != nil {
		return Content{}, err
	}
	defer func() { _ = r.Close() }()
	// Pictures and PDF do not get smaller.
	w, err := e.zip.CreateHeader(&zip.FileHeader{Name: filePart(id), Method: zip.Store})
	if err != nil {
		return Content{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), r)
	return Content{ID: id, Size: n, SHA256: text(sum)}, err
}
