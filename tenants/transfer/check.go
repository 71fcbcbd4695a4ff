package transfer

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxManifest bounds what is read before anything is known: the manifest of a million files has some 150 MB.
const maxManifest = 1 << 30

// archive is an export file whose manifest has been read.
type archive struct {
	Manifest
	sum   string // SHA-256 of the manifest's text
	parts map[string]*zip.File
}

// open reads the manifest. Every part of the file must be on it, and everything on it in the file.
func open(r *zip.Reader) (*archive, error) {
	a := &archive{parts: map[string]*zip.File{}}
	for _, f := range r.File {
		if a.parts[f.Name] != nil {
			return nil, fmt.Errorf("%s is there twice: %w", f.Name, ErrDamaged)
		}
		a.parts[f.Name] = f
	}
	part := a.parts[manifestName]
	if part == nil {
		return nil, fmt.Errorf("%s is missing: %w", manifestName, ErrDamaged)
	}
	in, err := part.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", manifestName, ErrDamaged, err)
	}
	defer func() { _ = in.Close() }()
	b, err := io.ReadAll(io.LimitReader(in, maxManifest))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", manifestName, ErrDamaged, err)
	}
	if err := json.Unmarshal(b, &a.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", manifestName, ErrDamaged, err)
	}
	hashed := sha256.Sum256(b)
	a.sum = hex.EncodeToString(hashed[:])
	if a.Format != format {
		return nil, fmt.Errorf("the file has form %d, this program reads %d: %w", a.Format, format, ErrSchema)
	}
	return a, nil
}

// fits compares the manifest with what this installation has.
func (a *archive) fits(s *schema) error {
	if a.Schema != s.number {
		return fmt.Errorf("%w: the file has %s, this installation %s; bring both to the same release", ErrSchema, a.Schema, s.number)
	}
	want := []string{ownTable}
	for _, t := range s.tables {
		if leftOut[t.name] == "" {
			want = append(want, t.name)
		}
	}
	if err := same("table", want, a.Tables); err != nil {
		return err
	}
	var platform []string
	for _, r := range s.references {
		platform = append(platform, r.to.name)
	}
	return same("platform table", platform, a.Platform)
}

func same(what string, want []string, parts []Part) error {
	have := make([]string, len(parts))
	for i, p := range parts {
		have[i] = p.Name
		if !slices.Contains(want, p.Name) || slices.Contains(have[:i], p.Name) {
			return fmt.Errorf("%s %s does not belong: %w", what, p.Name, ErrDamaged)
		}
	}
	for _, name := range want {
		if !slices.Contains(have, name) {
			return fmt.Errorf("%s %s is missing: %w", what, name, ErrDamaged)
		}
	}
	return nil
}

// verify reads every part of the file and compares it with the manifest.
func (a *archive) verify() error {
	known := map[string]bool{manifestName: true}
	for _, p := range a.Tables {
		known[tablePart(p.Name)] = true
		if err := a.verifyLines(tablePart(p.Name), p); err != nil {
			return err
		}
	}
	for _, p := range a.Platform {
		known[platformPart(p.Name)] = true
		if err := a.verifyLines(platformPart(p.Name), p); err != nil {
			return err
		}
	}
	for _, c := range a.Files {
		name := filePart(c.ID)
		if known[name] {
			return fmt.Errorf("%s is there twice: %w", name, ErrDamaged)
		}
		if c.Missing {
			continue
		}
		known[name] = true
		sum := sha256.New()
		n, err := a.copy(sum, name, c.Size)
		if err != nil {
			return err
		}
		if n != c.Size || text(sum) != c.SHA256 {
			return fmt.Errorf("file %s is not what the manifest says: %w", c.ID, ErrDamaged)
		}
	}
	for name := range a.parts {
		if !known[name] {
			return fmt.Errorf("%s is not on the manifest: %w", name, ErrDamaged)
		}
	}
	return nil
}

// copy reads a part, at most one byte more than most.
func (a *archive) copy(w io.Writer, name string, most int64) (int64, error) {
	r, err := a.part(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	n, err := io.Copy(w, io.LimitReader(r, most+1))
	if err != nil {
		return n, fmt.Errorf("%s: %w: %w", name, ErrDamaged, err)
	}
	return n, nil
}

func (a *archive) part(name string) (io.ReadCloser, error) {
	f := a.parts[name]
	if f == nil {
		return nil, fmt.Errorf("%s is missing: %w", name, ErrDamaged)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrDamaged, err)
	}
	return r, nil
}

func (a *archive) verifyLines(name string, p Part) error {
	sum := sha256.New()
	var rows int64
	err := a.lines(name, func(line []byte) error {
		rows++
		_, err := sum.Write(append(line, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	if rows != p.Rows || text(sum) != p.SHA256 {
		return fmt.Errorf("table %s is not what the manifest says: %w", p.Name, ErrDamaged)
	}
	return nil
}

// lines gives each line of a part to fn, which may use it until the next one.
func (a *archive) lines(name string, fn func(line []byte) error) error {
	r, err := a.part(name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %w", name, ErrDamaged, err)
		}
		if err := fn(line[:len(line)-1]); err != nil {
			return err
		}
	}
}

// batch is how much is sent to the database at once.
const (
	batchRows  = 1000
	batchBytes = 1 << 20
)

// batches gives the lines of a part to fn as JSON arrays.
func (a *archive) batches(name string, fn func(array string) error) error {
	var b strings.Builder
	n := 0
	flush := func() error {
		if n == 0 {
			return nil
		}
		b.WriteByte(']')
		array := b.String()
		b.Reset()
		n = 0
		return fn(array)
	}
	err := a.lines(name, func(line []byte) error {
		if n == 0 {
			b.WriteByte('[')
		} else {
			b.WriteByte(',')
		}
		b.Write(line)
		n++
		if n == batchRows || b.Len() > batchBytes {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// ManifestOf returns the SHA-256 of the manifest of an export of the tenant code, whose parts are compared with it.
func ManifestOf(name, code string) (string, error) {
	r, err := zip.OpenReader(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	a, err := open(&r.Reader)
	if err != nil {
		return "", err
	}
	if a.Tenant.Code != code {
		return "", fmt.Errorf("this is an export of %s", a.Tenant.Code)
	}
	return a.sum, a.verify()
}
