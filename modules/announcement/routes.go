package announcement

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type body struct {
	Level string `json:"level" enum:"info,warning"`
	Title struct {
		Zh string `json:"zh" minLength:"1" maxLength:"80"`
		En string `json:"en" minLength:"1" maxLength:"80"`
	} `json:"title"`
	Text    tenants.BothTexts `json:"text"`
	From    time.Time         `json:"from"`
	To      time.Time         `json:"to"`
	Tenants []string          `json:"tenants,omitempty" maxItems:"1000" format:"uuid" maxLength:"36" doc:"Absent or empty: all"`
}

// parse reads ids between commas; an empty text holds none.
func parse(ids string) ([]uuid.UUID, error) {
	out := []uuid.UUID{}
	for part := range strings.SplitSeq(ids, ",") {
		if part == "" {
			continue
		}
		u, err := uuid.Parse(part)
		if err != nil {
			return nil, fmt.Errorf("tenants of an announcement: %w", err)
		}
		out = append(out, u)
	}
	return out, nil
}

func (b body) announcement() (Announcement, error) {
	a := Announcement{Level: b.Level, Title: fault.Text(b.Title), Text: fault.Text(b.Text), From: b.From, To: b.To}
	for i, text := range b.Tenants {
		u, err := uuid.Parse(text)
		if err != nil {
			return a, ErrTenant.At(fmt.Sprintf("tenants[%d]", i)).Because(err)
		}
		a.Tenants = append(a.Tenants, u)
	}
	return a, nil
}

type createInput struct{ Body body }

type editInput struct {
	record.ByID
	rest.Version
	Body body
}

type endInput struct {
	record.ByID
	rest.Version
}

type listOutput struct {
	Body struct {
		Items []Announcement `json:"items"`
	}
}

type createdOutput struct {
	Body struct {
		ID uuid.UUID `json:"id"`
	}
}

// Routes registers the operators' desk and the banner.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-current-announcements", Method: http.MethodGet, Path: "/announcements", Permission: rest.SignedIn, Summary: "What the platform announces now and one has not dismissed"},
		func(ctx context.Context, _ *struct{}) (*listOutput, error) {
			return list(s.Current(ctx, tenants.ActorOf(ctx)))
		})
	rest.Register(api, rest.Operation{ID: "dismiss-announcement", Method: http.MethodPost, Path: "/announcements/{id}/dismiss", Permission: rest.SignedIn, Summary: "Read; it comes back when it is changed"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.Dismiss(ctx, tenants.ActorOf(ctx), in.Key())
		})
	rest.Register(api, rest.Operation{ID: "list-announcements", Method: http.MethodGet, Path: "/platform/announcements", Permission: rest.Operator, Summary: "The newest 200 announcements"},
		func(ctx context.Context, _ *struct{}) (*listOutput, error) { return list(s.All(ctx)) })
	rest.Register(api, rest.Operation{ID: "create-announcement", Method: http.MethodPost, Path: "/platform/announcements", Permission: rest.Operator, Status: 201, Summary: "Announce something"},
		func(ctx context.Context, in *createInput) (*createdOutput, error) {
			a, err := in.Body.announcement()
			if err != nil {
				return nil, err
			}
			out := &createdOutput{}
			out.Body.ID, err = s.Create(ctx, a)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "edit-announcement", Method: http.MethodPut, Path: "/platform/announcements/{id}", Permission: rest.Operator, Summary: "Change an announcement; whoever dismissed it reads it again"},
		func(ctx context.Context, in *editInput) (*struct{}, error) {
			a, err := in.Body.announcement()
			if err != nil {
				return nil, err
			}
			a.ID = in.Key()
			if a.Version, err = in.Want(); err != nil {
				return nil, err
			}
			return nil, s.Edit(ctx, a)
		})
	rest.Register(api, rest.Operation{ID: "end-announcement", Method: http.MethodPost, Path: "/platform/announcements/{id}/end", Permission: rest.Operator, Summary: "End an announcement now"},
		func(ctx context.Context, in *endInput) (*struct{}, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return nil, s.End(ctx, in.Key(), version)
		})
}

func list(items []Announcement, err error) (*listOutput, error) {
	out := &listOutput{}
	out.Body.Items = items
	return out, err
}
