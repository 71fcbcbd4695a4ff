package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/file"
	"forecourt/kernel/rest"
)

// Desk serves every kind: the same operations under each path.
type Desk struct {
	Pool  *sql.DB
	Kinds *Registry
	// Write runs fn in a transaction of whoever ctx belongs to.
	Write func(ctx context.Context, fn func(tx database.Tx) error) error
	Files *file.Folder
	// Room refuses a file of so many bytes that does not fit any more, in the transaction that writes its row. Nil: all fit.
	Room func(ctx context.Context, tx database.Tx, bytes int64) error
}

// ListParams is what a list is asked for, beside its page.
type ListParams struct {
	Filter string `query:"filter" maxLength:"8000" doc:"[[field, operator, value], …]"`
	Sort   string `query:"sort" maxLength:"60" doc:"A sortable field; - before it for descending"`
	Q      string `query:"q" maxLength:"100" doc:"Search text"`
	Fields string `query:"fields" maxLength:"1000" doc:"Names with commas between; empty: the default columns"`
}

func (p ListParams) input() ListInput {
	in := ListInput{Filter: p.Filter, Sort: p.Sort, Q: p.Q}
	if p.Fields != "" {
		in.Fields = strings.Split(p.Fields, ",")
	}
	return in
}

type listQuery struct {
	ListParams
	Cursor string `query:"cursor" maxLength:"2000"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Count  bool   `query:"count"`
}

// RawBody is a body that the kernel wrote itself.
type RawBody struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Body        []byte
}

func plainJSON(body []byte) *RawBody { return &RawBody{ContentType: "application/json", Body: body} }

// ByID is the path of one record.
type ByID struct {
	ID string `path:"id" format:"uuid" minLength:"36" maxLength:"36"`
}

// Key returns the id; its form was checked by the schema.
func (b ByID) Key() uuid.UUID { id, _ := uuid.Parse(b.ID); return id }

// Serve registers the operations of every kind that has a path.
func (d *Desk) Serve(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-kinds", Method: http.MethodGet, Path: "/kinds", Permission: rest.SignedIn, Summary: "The declarations of all kinds that the reader may read"}, d.listKinds)
	rest.Register(api, rest.Operation{ID: "get-kind", Method: http.MethodGet, Path: "/kinds/{kind}", Permission: rest.SignedIn, Summary: "One declaration"}, d.getKind)
	d.serveFile(api)
	d.serveOwnFiles(api)
	for _, s := range d.Kinds.Kinds() {
		if s.Path == "" {
			continue
		}
		k := served{d, s}
		op := func(id, method, path, summary string, p access.Permission) rest.Operation {
			return rest.Operation{Zh: deskWords[id] + s.Label.Zh, ID: id + "-" + strings.ReplaceAll(s.Name, "_", "-"), Method: method, Path: "/" + s.Path + path, Permission: p, Summary: summary + " (" + s.Label.En + ")"}
		}
		rest.Register(api, op("list", http.MethodGet, "", "List", s.Read), k.list)
		rest.Register(api, op("export", http.MethodGet, "/export", "Export the list", access.Permission(s.Name+":export")), k.export)
		rest.Register(api, op("get", http.MethodGet, "/{id}", "Open", s.Read), k.get)
		rest.Register(api, op("history", http.MethodGet, "/{id}/history", "History", s.Read), k.history)
		rest.Register(api, op("notes", http.MethodGet, "/{id}/notes", "Notes", s.Read), k.notes)
		rest.Register(api, op("add-note", http.MethodPost, "/{id}/notes", "Add a note", s.Read), k.addNote)
		rest.Register(api, op("files", http.MethodGet, "/{id}/files", "Attachments", s.Read), k.files)
		rest.Register(api, op("print", http.MethodPost, "/{id}/print", "What a record is printed from; it is logged", access.Permission(s.Name+":print")), k.print)
		upload := op("add-file", http.MethodPost, "/{id}/files", "Attach a file", s.Read)
		upload.MaxBody = maxFile + 1<<20
		rest.Register(api, upload, k.addFile)
		if s.hasPersonal() {
			rest.Register(api, op("reveal", http.MethodPost, "/{id}/reveal", "Show a masked value; it is logged", access.Permission(s.Name+":reveal")), k.reveal)
		}
		if s.filling.do != nil {
			fill := op("fill", http.MethodPatch, "/{id}/own", "Fill in the group's own fields; no other field changes", s.filling.needs)
			fill.Body = takeOwn(s.Name)
			rest.Register(api, fill, k.fill)
		}
		k.describe(api)
	}
}

func (s *Spec) hasPersonal() bool {
	return slices.ContainsFunc(s.Fields, func(f *Field) bool { return f.Personal })
}

// deskWords are the operations that every kind has, before its name.
var deskWords = map[string]string{"list": "查看列表：", "export": "导出：", "get": "打开：", "history": "查看历史：", "notes": "查看备注：", "add-note": "写备注：", "files": "查看附件：", "add-file": "上传附件：", "reveal": "查看隐藏内容：", "print": "打印：", "fill": "补充填写："}

// served is one kind at the desk.
type served struct {
	d *Desk
	s *Spec
}

func (d *Desk) listKinds(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Items []KindInfo `json:"items"`
	}
}, error) {
	v := ViewOf(ctx)
	var out struct {
		Body struct {
			Items []KindInfo `json:"items"`
		}
	}
	out.Body.Items = []KindInfo{}
	for _, s := range d.Kinds.Kinds() {
		if s.Path != "" && v.Set.Has(s.Read) {
			mine, err := d.Kinds.Mine(ctx, d.Pool, v, s)
			if err != nil {
				return nil, err
			}
			out.Body.Items = append(out.Body.Items, mine.Info(v, d.Kinds))
		}
	}
	return &out, nil
}

func (d *Desk) getKind(ctx context.Context, in *struct {
	Kind string `path:"kind" maxLength:"60"`
}) (*struct{ Body KindInfo }, error) {
	v := ViewOf(ctx)
	s := d.Kinds.Kind(in.Kind)
	if s == nil || s.Path == "" || !v.Set.Has(s.Read) {
		return nil, ErrMissing
	}
	mine, err := d.Kinds.Mine(ctx, d.Pool, v, s)
	if err != nil {
		return nil, err
	}
	return &struct{ Body KindInfo }{mine.Info(v, d.Kinds)}, nil
}

func (k served) list(ctx context.Context, in *listQuery) (*RawBody, error) {
	q := in.input()
	q.Cursor, q.Limit, q.Count = in.Cursor, in.Limit, in.Count
	page, err := k.s.List(ctx, k.d.Pool, k.d.Kinds, ViewOf(ctx), q)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 16<<10), `{"items":[`...)
	for i, item := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, item...)
	}
	b = append(b, ']')
	if page.Next != "" {
		b = append(b, `,"next":"`+page.Next+`"`...)
	}
	if in.Count {
		b = fmt.Appendf(b, `,"count":{"value":%d,"more":%t}`, page.Count, page.More)
	}
	return plainJSON(append(b, '}')), nil
}

func (k served) get(ctx context.Context, in *ByID) (*RawBody, error) {
	body, version, err := k.s.Open(ctx, k.d.Pool, k.d.Kinds, ViewOf(ctx), in.Key())
	if err != nil {
		return nil, err
	}
	out := plainJSON(body)
	out.ETag = fmt.Sprintf("%q", fmt.Sprint(version))
	return out, nil
}

type historyOutput struct {
	Body struct {
		Items []Event `json:"items"`
	}
}

func (k served) history(ctx context.Context, in *ByID) (*historyOutput, error) {
	events, err := k.s.History(ctx, k.d.Pool, k.d.Kinds, ViewOf(ctx), in.Key())
	if err != nil {
		return nil, err
	}
	var out historyOutput
	out.Body.Items = events
	return &out, nil
}

// Note is a remark on a record.
type Note struct {
	ID   uuid.UUID `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

type notesOutput struct {
	Body struct {
		Items []Note `json:"items"`
	}
}

func (k served) notes(ctx context.Context, in *ByID) (*notesOutput, error) {
	v := ViewOf(ctx)
	if err := k.s.Visible(ctx, k.d.Pool, v, in.Key()); err != nil {
		return nil, err
	}
	var out notesOutput
	out.Body.Items = []Note{}
	err := database.Read(ctx, k.d.Pool, v.Tenant, []database.Query{{SQL: `SELECT n.id, n.text, n.created_at, u.name FROM notes n JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.created_by
		WHERE n.tenant_id = $1 AND n.kind = $2 AND n.record_id = $3 ORDER BY n.created_at DESC LIMIT 200`, Args: []any{v.Tenant, k.s.Name, in.Key()}}},
		func(_ int, row [][]byte) error {
			n := Note{Text: string(row[1]), By: string(row[3])}
			n.ID, _ = uuid.ParseBytes(row[0])
			out.Body.Items = append(out.Body.Items, n)
			return json.Unmarshal(appendTime(nil, row[2]), &out.Body.Items[len(out.Body.Items)-1].At)
		})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

type noteInput struct {
	ByID
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
}

func (k served) addNote(ctx context.Context, in *noteInput) (*struct{}, error) {
	v := ViewOf(ctx)
	if err := k.s.Visible(ctx, k.d.Pool, v, in.Key()); err != nil {
		return nil, err
	}
	return nil, k.d.Write(ctx, func(tx database.Tx) error {
		if err := tx.Later(ctx, "INSERT INTO notes (tenant_id, id, kind, record_id, text, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tx.Tenant, uuid.Must(uuid.NewV7()), k.s.Name, in.Key(), in.Body.Text, tx.Now, tx.By.User); err != nil {
			return err
		}
		return WriteHistory(ctx, tx, k.s.Name, in.Key(), 0, "note", nil, map[string]any{})
	})
}

type revealInput struct {
	ByID
	Body struct {
		Field string `json:"field" minLength:"1" maxLength:"60"`
	}
}

// reveal shows one masked value to whoever holds the grant, and writes that down first.
func (k served) reveal(ctx context.Context, in *revealInput) (*struct {
	Body struct {
		Value string `json:"value"`
	}
}, error) {
	v := ViewOf(ctx)
	mine, err := k.d.Kinds.Mine(ctx, k.d.Pool, v, k.s)
	if err != nil {
		return nil, err
	}
	f, column := mine.by[in.Body.Field], "NULL"
	if f != nil && f.Personal && v.See(f) != access.Hidden {
		column = f.shown("t")
	}
	var out struct {
		Body struct {
			Value string `json:"value"`
		}
	}
	out.Body.Value, err = k.one(ctx, v, in.Key(), "reveal", column)
	switch {
	case err != nil:
		return nil, err
	case column == "NULL":
		return nil, ErrField.At("field")
	}
	err = k.d.Write(ctx, func(tx database.Tx) error {
		return WriteHistory(ctx, tx, k.s.Name, in.Key(), 0, "reveal", nil, map[string]any{f.Name: out.Body.Value})
	})
	return &out, err
}

// describe puts the schema of the kind's answers into the OpenAPI document: the handlers write JSON themselves.
func (k served) describe(api *rest.API) {
	one := k.s.schema()
	components := api.OpenAPI().Components.Schemas
	name := strings.ReplaceAll(strings.Title(strings.ReplaceAll(k.s.Name, "_", " ")), " ", "") //nolint:staticcheck // ASCII names
	components.Map()[name] = one
	ref := &huma.Schema{Ref: "#/components/schemas/" + name}
	set := func(path string, s *huma.Schema) {
		if item := api.OpenAPI().Paths["/"+k.s.Path+path]; item != nil && item.Get != nil {
			item.Get.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: s}}}
		}
	}
	set("/{id}", ref)
	set("", &huma.Schema{Type: huma.TypeObject, Required: []string{"items"}, Properties: map[string]*huma.Schema{
		"items": {Type: huma.TypeArray, Items: ref}, "next": {Type: huma.TypeString},
		"count": {Type: huma.TypeObject, Properties: map[string]*huma.Schema{"value": {Type: huma.TypeInteger}, "more": {Type: huma.TypeBoolean}}}}})
}

func (s *Spec) schema() *huma.Schema {
	out := &huma.Schema{Type: huma.TypeObject, Title: s.Label.En, Description: s.Label.Zh, Properties: map[string]*huma.Schema{}}
	for _, f := range s.Fields {
		p := &huma.Schema{Type: huma.TypeString, Description: f.Label.Zh + " / " + f.Label.En}
		switch f.Type {
		case Int:
			p.Type = huma.TypeInteger
		case Bool:
			p.Type = huma.TypeBoolean
		case JSON:
			p.Type = ""
		case ID, Ref:
			p.Format = "uuid"
		case Date:
			p.Format = "date"
		case Time:
			p.Format = "date-time"
		case Money:
			p.Pattern = `^-?[0-9]+\.[0-9]{2}$`
		case Choice:
			for _, o := range f.Options {
				p.Enum = append(p.Enum, o.Value)
			}
		}
		out.Properties[f.Name] = p
		if f.Type == Ref {
			out.Properties[f.TitleName()] = &huma.Schema{Type: huma.TypeString}
		}
	}
	for _, p := range s.parts {
		out.Properties[p.Name] = &huma.Schema{Type: huma.TypeArray, Items: p.spec.schema()}
	}
	return out
}
