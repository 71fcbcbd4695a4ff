package visit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// ErrClosed refuses changes of a visit that is over.
var ErrClosed = fault.New(fault.Conflict, "visit.closed", "接待已结束，不能再修改", "This visit is closed and cannot be changed")

// EditInput is what changes; a field that is absent stays, an empty text clears.
type EditInput struct {
	Mode      *string    `json:"mode,omitempty" enum:"call,walk_in"`
	At        *time.Time `json:"at,omitempty"`
	Name      *string    `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Mobile    *string    `json:"mobile,omitempty" maxLength:"30"`
	PartySize *int       `json:"partySize,omitempty" minimum:"1" maximum:"100"`
	ModelID   *string    `json:"modelId,omitempty" maxLength:"36"`
	Source    *string    `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	Note      *string    `json:"note,omitempty" maxLength:"2000"`
}

// Edit changes a visit that is not closed. Another mobile finds or makes another customer. It returns record.ErrMissing,
// record.ErrStale, ErrClosed, ErrFuture, record.ErrTarget at modelId, or a denied fault.
func (s *Service) Edit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in EditInput) (*Visit, error) {
	var v *Visit
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, "visit:edit", id, version); err != nil {
			return err
		}
		if v.Status == StatusClosed {
			return ErrClosed
		}
		before := *v
		mobile := v.Mobile
		put(&v.Mode, in.Mode)
		put(&v.PartySize, in.PartySize)
		put(&v.Source, in.Source)
		put(&v.Note, in.Note)
		if in.Name != nil {
			v.Name = strings.TrimSpace(*in.Name)
		}
		if in.At != nil {
			v.At = in.At.UTC()
		}
		if in.ModelID != nil {
			if err := s.setModel(ctx, tx, v, *in.ModelID); err != nil {
				return err
			}
		}
		if in.Mobile != nil && (mobile == "" || *in.Mobile != record.MaskMobile(mobile)) { // a form sends back the mask that it was shown
			mobile = *in.Mobile
		}
		if mobile != before.Mobile || !v.At.Equal(before.At) {
			v.CustomerID = uuid.Nil
			if err := s.identify(ctx, tx, v, mobile, uuid.Nil); err != nil {
				return err
			}
		}
		return Kind.Save(ctx, tx.Tx, &before, v, "edit")
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func put[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
