package audit

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of what the log is asked for.
var (
	ErrID   = fault.New(fault.Invalid, "audit.id", "标识格式不对", "This is no valid id")
	ErrTime = fault.New(fault.Invalid, "audit.time", "应为时间，如 2026-11-24T05:00:00Z，在 1900 至 2199 年之间", "This is a time such as 2026-11-24T05:00:00Z, between 1900 and 2199")
	ErrSpan = fault.New(fault.Invalid, "audit.span", "结束时间早于开始时间", "The end is before the beginning")
)

type logQuery struct {
	User    string `query:"user" maxLength:"36" doc:"Who did it: an id"`
	Kind    string `query:"kind" maxLength:"60"`
	Record  string `query:"record" maxLength:"36" doc:"What it was done to: an id"`
	Action  string `query:"action" maxLength:"60"`
	Address string `query:"address" maxLength:"60"`
	From    string `query:"from" maxLength:"40" doc:"RFC 3339; the first moment"`
	To      string `query:"to" maxLength:"40" doc:"RFC 3339; the moment after the last"`
	Cursor  string `query:"cursor" maxLength:"200"`
	Limit   int    `query:"limit" default:"50" minimum:"1" maximum:"100"`
}

type logOutput struct{ Body *Page }

type wordsOutput struct {
	Body struct {
		Items []Known `json:"items"`
		Kept  Kept    `json:"kept"`
	}
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "read-log", Method: http.MethodGet, Path: "/log", Permission: record.ReadHistory, Summary: "The system log, newest first"},
		func(ctx context.Context, in *logQuery) (*logOutput, error) {
			ask, err := in.ask()
			if err != nil {
				return nil, err
			}
			page, err := s.Log(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx), ask)
			return &logOutput{page}, err
		})
	rest.Register(api, rest.Operation{ID: "read-log-words", Method: http.MethodGet, Path: "/log/words", Permission: record.ReadHistory, Summary: "The kinds and actions that the log knows, and from when on it is kept"},
		func(ctx context.Context, _ *struct{}) (out *wordsOutput, err error) {
			out = &wordsOutput{}
			out.Body.Items = s.Words()
			out.Body.Kept, err = s.Kept(ctx, tenants.ActorOf(ctx))
			return out, err
		})
}

// ask reads the parameters and names every one that is wrong.
func (in *logQuery) ask() (Ask, error) {
	out := Ask{Kind: in.Kind, Action: in.Action, Address: in.Address, Cursor: in.Cursor, Limit: in.Limit}
	var wrong []*fault.Fault
	id := func(name, text string) (u uuid.UUID) {
		var err error
		if text == "" {
			return uuid.Nil
		}
		if u, err = uuid.Parse(text); err != nil || len(text) != 36 {
			wrong = append(wrong, ErrID.At(name))
		}
		return u
	}
	moment := func(name, text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil || t.Year() < 1900 || t.Year() > 2199 {
			wrong = append(wrong, ErrTime.At(name))
		}
		return t
	}
	out.User, out.Record = id("user", in.User), id("record", in.Record)
	out.From, out.To = moment("from", in.From), moment("to", in.To)
	if len(wrong) == 0 && !out.From.IsZero() && !out.To.IsZero() && out.To.Before(out.From) {
		wrong = append(wrong, ErrSpan.At("to"))
	}
	return out, fault.Join(wrong...)
}
