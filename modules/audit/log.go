package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Item is one line of the log, as its reader may see it.
type Item struct {
	ID          uuid.UUID `json:"id"`
	At          time.Time `json:"at"`
	UserID      string    `json:"userId,omitempty" doc:"Absent: a worker of the product, or nobody who is known"`
	By          string    `json:"by"`
	Token       string    `json:"token,omitempty" doc:"The API token by whose means they did it"`
	Address     string    `json:"address"`
	session     string
	Operation   string          `json:"operation"`
	Action      fault.Text      `json:"action"`
	Kind        string          `json:"kind"`
	KindLabel   fault.Text      `json:"kindLabel"`
	RecordID    string          `json:"recordId" doc:"Empty for what concerns a list, such as an export"`
	RecordTitle string          `json:"recordTitle,omitempty" doc:"Only of a record that the reader may see"`
	Path        string          `json:"path,omitempty" doc:"Where the web shows the kind"`
	Version     int             `json:"version"`
	Changes     []record.Change `json:"changes"`
	Took        *int            `json:"took,omitempty" doc:"Milliseconds from the entry of the request to this line"`
}

// Ask is what the log is asked for. An empty field asks for nothing.
type Ask struct {
	User, Record          uuid.UUID
	Kind, Action, Address string
	From, To              time.Time
	Cursor                string
	Limit                 int
}

// Page is one page of the log, newest first.
type Page struct {
	Items []Item `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Log reads a page. Whoever holds history:read for less than the group reads what the people of their companies did, and all that
// happened to one record that they may see. It returns rest.ErrDenied, or record.ErrCursor at the cursor.
func (s *Service) Log(ctx context.Context, a tenants.Actor, v record.View, in Ask) (*Page, error) {
	scope, err := a.Can(record.ReadHistory)
	if err != nil {
		return nil, err
	}
	q := question{tenant: a.Tenant.ID, user: in.User, record: in.Record, kind: in.Kind, action: in.Action, address: in.Address, from: in.From, to: in.To, limit: in.Limit}
	if q.after, err = readPlace(in.Cursor); err != nil {
		return nil, err
	}
	if q.limited = !scope.All && !s.sees(ctx, v, in); q.limited {
		if q.people, err = s.people(ctx, a, scope); err != nil {
			return nil, err
		}
		if in.User != uuid.Nil {
			if !slices.Contains(q.people, in.User) {
				return &Page{Items: []Item{}}, nil
			}
			q.limited = false // all that is asked for is theirs
		}
	}
	return s.page(ctx, a, v, q)
}

// sees reports whether all that is asked for is the history of one record that the reader may see.
func (s *Service) sees(ctx context.Context, v record.View, in Ask) bool {
	k := s.kinds.Kind(in.Kind)
	return k != nil && in.Record != uuid.Nil && k.Visible(ctx, s.db.Pool(), v, in.Record) == nil
}

// people are those who hold or held a posting in the companies or departments of scope, and the reader.
func (s *Service) people(ctx context.Context, a tenants.Actor, scope access.Scope) ([]uuid.UUID, error) {
	out := []uuid.UUID{a.User}
	q := database.Query{SQL: `SELECT DISTINCT p.user_id FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		WHERE p.tenant_id = $1 AND p.user_id <> $2 AND (u.company_id = ANY($3) OR u.id = ANY($4))`,
		Args: []any{a.Tenant.ID, a.User, append([]uuid.UUID{}, scope.Companies...), append([]uuid.UUID{}, scope.Departments...)}}
	err := database.Read(ctx, s.db.Pool(), a.Tenant.ID, []database.Query{q}, func(_ int, row [][]byte) error {
		u, err := uuid.ParseBytes(row[0])
		out = append(out, u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("people of the log: %w", err)
	}
	return out, nil
}

func (s *Service) page(ctx context.Context, a tenants.Actor, v record.View, q question) (*Page, error) {
	page := &Page{Items: make([]Item, 0, q.limit)}
	lines := make([]*record.Line, 0, q.limit)
	err := database.Read(ctx, s.db.Pool(), a.Tenant.ID, []database.Query{s.query(q)}, func(_ int, row [][]byte) error {
		if len(lines) == q.limit {
			last := page.Items[q.limit-1]
			next, err := json.Marshal(place{last.At, last.ID})
			page.Next = base64.RawURLEncoding.EncodeToString(next)
			return err
		}
		item, line, err := s.read(row)
		page.Items, lines = append(page.Items, item), append(lines, line)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if err := s.kinds.Show(ctx, s.db.Pool(), v, lines); err != nil {
		return nil, fmt.Errorf("words of the log: %w", err)
	}
	for i, l := range lines {
		if err := s.fill(&page.Items[i], l, v.Language); err != nil {
			return nil, err
		}
	}
	return page, s.name(ctx, a, page.Items)
}

// read takes a row of columns.
func (s *Service) read(row [][]byte) (i Item, l *record.Line, err error) {
	i = Item{UserID: string(row[2]), Address: string(row[3]), Operation: string(row[4]), Kind: string(row[6]), KindLabel: s.labelOf(string(row[6])), RecordID: string(row[7]), session: string(row[12])}
	l = &record.Line{Kind: i.Kind, Action: string(row[5]), Was: append([]byte{}, row[9]...), Now: append([]byte{}, row[10]...)}
	if i.At, err = time.Parse("2006-01-02 15:04:05.999999-07", string(row[0])); err != nil {
		return i, l, err
	}
	i.At = i.At.UTC()
	if i.ID, err = uuid.ParseBytes(row[1]); err != nil {
		return i, l, err
	}
	if l.Record, err = uuid.ParseBytes(row[7]); err != nil {
		return i, l, err
	}
	if i.Version, err = strconv.Atoi(string(row[8])); err != nil {
		return i, l, err
	}
	if row[11] != nil {
		took, err := strconv.Atoi(string(row[11]))
		i.Took = &took
		return i, l, err
	}
	return i, l, nil
}

// fill puts the words of a line into its item.
func (s *Service) fill(i *Item, l *record.Line, language string) (err error) {
	if l.Record == uuid.Nil {
		i.RecordID = ""
	}
	k := s.kinds.Kind(l.Kind)
	if k == nil {
		w := others[l.Kind]
		i.Action = plain(l.Action)
		if text, ok := w.actions[l.Action]; ok {
			i.Action = text
		}
		i.Changes, err = w.changes(l.Was, l.Now, language)
		s.nameKinds(i.Changes, language)
		return err
	}
	i.Action, i.RecordTitle, i.Changes = l.Label, l.Title, l.Changes
	if k.Path != "" {
		i.Path = "/" + k.Path
	}
	if w, ok := beside[l.Kind]; ok && l.Title != "" {
		more, err := w.changes(l.Was, l.Now, language)
		i.Changes = append(i.Changes, more...)
		return err
	}
	return nil
}

// nameKinds puts the words of a kind of record where a line names it.
func (s *Service) nameKinds(changes []record.Change, language string) {
	for i, c := range changes {
		if c.Field != "kind" {
			continue
		}
		for _, side := range []*json.RawMessage{&changes[i].Was, &changes[i].Now} {
			var code string
			if json.Unmarshal(*side, &code) != nil || s.kinds.Kind(code) == nil {
				continue
			}
			if said, err := json.Marshal(s.kinds.Kind(code).Label.In(language)); err == nil {
				*side = said
			}
		}
	}
}

// name puts the names of people, and of the tokens that acted for them, to their ids.
func (s *Service) name(ctx context.Context, a tenants.Actor, items []Item) error {
	names := map[string]string{}
	ids, sessions := []string{}, []string{}
	for _, i := range items {
		if i.session != "" {
			sessions = append(sessions, i.session)
		}
		if _, ok := names[i.UserID]; !ok && i.UserID != "" {
			names[i.UserID], ids = "", append(ids, i.UserID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	q := database.Query{SQL: "SELECT id, name FROM users WHERE tenant_id = $1 AND id = ANY($2)", Args: []any{a.Tenant.ID, ids}}
	tokens := map[string]string{}
	by := database.Query{SQL: "SELECT id, name FROM api_tokens WHERE tenant_id = $1 AND id = ANY($2)", Args: []any{a.Tenant.ID, sessions}}
	err := database.Read(ctx, s.db.Pool(), a.Tenant.ID, []database.Query{q, by}, func(n int, row [][]byte) error {
		[]map[string]string{names, tokens}[n][string(row[0])] = string(row[1])
		return nil
	})
	if err != nil {
		return fmt.Errorf("names of the log: %w", err)
	}
	for i := range items {
		items[i].By, items[i].Token = names[items[i].UserID], tokens[items[i].session]
	}
	return nil
}

func readPlace(cursor string) (*place, error) {
	if cursor == "" {
		return nil, nil
	}
	var p place
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || p.At.IsZero() || p.At.Year() < 1900 || p.At.Year() > 2199 {
		return nil, record.ErrCursor.At("cursor").Because(err)
	}
	return &p, nil
}
