package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"forecourt/kernel/database"
	"forecourt/kernel/file"
	"forecourt/tenants"
	"forecourt/tenants/transfer"
)

const tenantUsage = `usage: forecourt tenant export CODE FILE.zip
       forecourt tenant import FILE.zip
       forecourt tenant erase CODE --confirm CODE --certificate FILE [--export FILE.zip]`

// tenantCommand takes a tenant out, brings one in, or erases one.
func tenantCommand(ctx context.Context, args []string, out io.Writer) (err error) {
	what := ""
	if len(args) > 0 {
		what, args = args[0], args[1:]
	}
	var run func(*servers) error
	switch {
	case what == "export" && len(args) == 2:
		run = func(s *servers) error { return exportTenant(ctx, s, args[0], args[1], out) }
	case what == "import" && len(args) == 1:
		run = func(s *servers) error { return importTenant(ctx, s, args[0], out) }
	case what == "erase" && len(args) > 0:
		in, err := readErasure(args)
		if err != nil {
			return err
		}
		run = func(s *servers) error { return eraseTenant(ctx, s, in, out) }
	default:
		return errors.New(tenantUsage)
	}
	s, err := open(ctx, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	return run(s)
}

// mover connects the transfer as the application, or as the owner of the tables.
func (s *servers) mover(url string) (db *tenants.DB, t *transfer.Service, done func() error, err error) {
	files, err := file.NewFolder(filepath.Join(s.cfg.Data, "files"))
	if err != nil {
		return nil, nil, nil, err
	}
	pool, err := database.Open(url, 2)
	if err != nil {
		return nil, nil, nil, err
	}
	db = tenants.NewDB(pool, nil)
	return db, transfer.New(db, files), pool.Close, nil
}

// exportTenant leaves no half of a file under the name that was asked for.
func exportTenant(ctx context.Context, s *servers, code, name string, out io.Writer) (err error) {
	db, mover, done, err := s.mover(s.appURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	t, err := db.TenantByCode(ctx, code)
	if err != nil {
		return fmt.Errorf("%s: %w", code, err)
	}
	part, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // gone already when the rename worked
	m, sum, err := mover.Export(ctx, t, part)
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	if err := os.Link(part.Name(), name); err != nil { // a rename would replace a file that is there
		return err
	}
	_, _ = fmt.Fprintf(out, "%s: %d rows of %d tables, %d files, schema %s\nmanifest SHA-256 %s\n", name, rowsOf(m), len(m.Tables), len(m.Files), m.Schema, sum)
	for _, f := range m.Files {
		if f.Missing {
			_, _ = fmt.Fprintf(out, "the content of file %s was lost before; its row went along\n", f.ID)
		}
	}
	return nil
}

func rowsOf(m *transfer.Manifest) (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

func importTenant(ctx context.Context, s *servers, name string, out io.Writer) (err error) {
	_, mover, done, err := s.mover(s.appURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	r, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = r.Close() }()
	m, err := mover.Import(ctx, &r.Reader)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was written", name, err)
	}
	_, _ = fmt.Fprintf(out, "%s %s: %d rows of %d tables, %d files\n", m.Tenant.Code, m.Tenant.Name, rowsOf(m), len(m.Tables), len(m.Files))
	return nil
}

// erasure is what was asked to be erased.
type erasure struct{ code, certificate, export string }

func readErasure(args []string) (in erasure, err error) {
	in.code = args[0]
	flags := flag.NewFlagSet("tenant erase", flag.ContinueOnError)
	confirm := flags.String("confirm", "", "the code once more")
	flags.StringVar(&in.certificate, "certificate", "", "the file that the certificate is written to")
	flags.StringVar(&in.export, "export", "", "the export that the tenant left with; the certificate names its manifest")
	if err := flags.Parse(args[1:]); err != nil {
		return in, err
	}
	switch {
	case flags.NArg() > 0 || in.certificate == "":
		return in, errors.New(tenantUsage)
	case *confirm != in.code:
		return in, fmt.Errorf("nothing was erased: --confirm says %q and the tenant is %q", *confirm, in.code)
	}
	return in, nil
}

// eraseTenant opens the certificate's file first: a tenant that is gone without a certificate would be the worst end.
func eraseTenant(ctx context.Context, s *servers, in erasure, out io.Writer) (err error) {
	if s.ownerURL == "" {
		return errors.New("set DATABASE_OWNER_URL to the owner of the tables; the application's role may not delete history")
	}
	manifest := ""
	if in.export != "" {
		if manifest, err = transfer.ManifestOf(in.export, in.code); err != nil {
			return fmt.Errorf("%s: %w", in.export, err)
		}
	}
	_, mover, done, err := s.mover(s.ownerURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	paper, err := os.OpenFile(in.certificate, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("nothing was erased: certificate: %w", err)
	}
	c, err := mover.Erase(ctx, in.code, manifest)
	if c != nil {
		e := json.NewEncoder(paper)
		e.SetIndent("", "  ")
		err = errors.Join(err, e.Encode(c), paper.Sync())
	}
	err = errors.Join(err, paper.Close())
	if c == nil {
		return errors.Join(err, os.Remove(in.certificate))
	}
	_, _ = fmt.Fprintf(out, "%s %s is erased; certificate in %s\n", c.Tenant.Code, c.Tenant.Name, in.certificate)
	return err
}
