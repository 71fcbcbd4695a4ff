// Package notice tells a person what happened that concerns them: a line under the bell, live when they are signed in.
package notice

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Touched is the kind under which a new notice is announced; its id is the person's.
const Touched = "notice"

// Service writes and reads notices.
type Service struct{ db *tenants.DB }

// New makes the service.
func New(db *tenants.DB) *Service { return &Service{db} }

// Tell writes a notice for user about a record, within the change that it is about; while user is away, their deputy gets it too.
func (s *Service) Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error {
	if user == uuid.Nil || user == tx.Actor.User {
		return nil // nobody is told of what they did themselves
	}
	if err := write(ctx, tx, user, zh, en, kind, record); err != nil {
		return err
	}
	deputy, err := tenants.DeputyOf(ctx, tx, user)
	if err != nil || deputy == uuid.Nil || deputy == tx.Actor.User {
		return err
	}
	return write(ctx, tx, deputy, "（代理）"+zh, "(As deputy) "+en, kind, record)
}

func write(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error {
	tx.Touch(Touched, user)
	return tx.Later(ctx, "INSERT INTO notices (tenant_id, id, user_id, text_zh, text_en, kind, record_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, id.New(), user, zh, en, kind, record, tx.Now)
}

// Notice is one line under the bell.
type Notice struct {
	ID        uuid.UUID       `json:"id"`
	Text      fault.Text      `json:"text"`
	Kind      string          `json:"kind"`
	RecordID  uuid.UUID       `json:"recordId"`
	CreatedAt json.RawMessage `json:"createdAt"`
	ReadAt    json.RawMessage `json:"readAt,omitempty"`
}

type listOutput struct {
	Body struct {
		Items  []Notice `json:"items"`
		Unread int      `json:"unread"`
	}
}

const most = 50

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-notices", Method: http.MethodGet, Path: "/notices", Permission: rest.SignedIn, Summary: "One's own notices, newest first"}, s.list)
	rest.Register(api, rest.Operation{ID: "read-notices", Method: http.MethodPost, Path: "/notices/read", Permission: rest.SignedIn, Summary: "Mark one's notices as read"}, s.read)
}

// The count is of all unread ones, also of those beyond the list.
const (
	listSQL = `SELECT id, text_zh, text_en, kind, record_id, to_json(created_at AT TIME ZONE 'UTC'), to_json(read_at AT TIME ZONE 'UTC') FROM notices
		WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3`
	countSQL = "SELECT count(*) FROM notices WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL"
)

func (s *Service) list(ctx context.Context, _ *struct{}) (*listOutput, error) {
	a := tenants.ActorOf(ctx)
	var out listOutput
	out.Body.Items = []Notice{}
	queries := []database.Query{{SQL: listSQL, Args: []any{a.Tenant.ID, a.User, most}}, {SQL: countSQL, Args: []any{a.Tenant.ID, a.User}}}
	err := database.Read(ctx, s.db.Pool(), a.Tenant.ID, queries, func(query int, row [][]byte) (err error) {
		if query == 1 {
			out.Body.Unread, err = strconv.Atoi(string(row[0]))
			return err
		}
		n, err := noticeOf(row)
		out.Body.Items = append(out.Body.Items, n)
		return err
	})
	return &out, err
}

// noticeOf reads a row of listSQL.
func noticeOf(row [][]byte) (n Notice, err error) {
	n = Notice{Text: fault.Text{Zh: string(row[1]), En: string(row[2])}, Kind: string(row[3]), CreatedAt: utc(row[5]), ReadAt: utc(row[6])}
	if n.ID, err = uuid.ParseBytes(row[0]); err != nil {
		return n, err
	}
	n.RecordID, err = uuid.ParseBytes(row[4])
	return n, err
}

// utc adds the Z that to_json leaves out of a time without zone.
func utc(b []byte) json.RawMessage {
	if len(b) < 2 {
		return nil
	}
	return append(append(json.RawMessage{}, b[:len(b)-1]...), 'Z', '"')
}

type readInput struct {
	Body struct {
		IDs []string `json:"ids" minItems:"1" maxItems:"200" format:"uuid" maxLength:"36"`
	}
}

func (s *Service) read(ctx context.Context, in *readInput) (*struct{}, error) {
	ids := make([]uuid.UUID, 0, len(in.Body.IDs))
	for _, text := range in.Body.IDs {
		u, err := uuid.Parse(text)
		if err != nil {
			return nil, errID.At("ids").Because(err)
		}
		ids = append(ids, u)
	}
	return nil, s.db.Do(ctx, tenants.ActorOf(ctx), func(tx tenants.Tx) error { return mark(ctx, tx, ids, tx.Now) })
}

var errID = fault.New(fault.Invalid, "notice.id", "标识格式不对", "This is no valid id")
