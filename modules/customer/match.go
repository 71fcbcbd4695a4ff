package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Match returns the customer of the group with this mobile, or nil. It returns ErrMobile for what is no mobile.
func (s *Service) Match(ctx context.Context, tx tenants.Tx, mobile string) (*Customer, error) {
	mobile, err := normalMobile(mobile)
	if err != nil {
		return nil, err
	}
	return by(ctx, tx, "mobile", mobile)
}

// by finds the one customer of the group whose unique column holds value, or nil.
func by(ctx context.Context, tx tenants.Tx, column, value string) (*Customer, error) {
	var found uuid.UUID
	err := tx.NewSelect().TableExpr("customers").ColumnExpr("id").Where("tenant_id = ? AND "+column+" = ?", tx.Tenant, value).Scan(ctx, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("match customer: %w", err)
	}
	return Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, found)
}

// Matched is a customer of the group as somebody may know of it who may not read it.
type Matched struct {
	ID      uuid.UUID `json:"id"`
	Number  string    `json:"number"`
	Name    string    `json:"name"`
	Owner   string    `json:"owner" doc:"Who looks after the customer; empty: nobody"`
	Visible bool      `json:"visible" doc:"Whether the asker may open it"`
}

// FindMatches tells whether the group knows a mobile, and who looks after its customer. It returns ErrMobile or a denied fault.
func (s *Service) FindMatches(ctx context.Context, a tenants.Actor, mobile string) ([]Matched, error) {
	found := []Matched{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("customer:create"); err != nil {
			return err
		}
		c, err := s.Match(ctx, tx, mobile)
		if err != nil || c == nil {
			return err
		}
		m := Matched{ID: c.ID, Number: c.Number, Name: c.Name}
		// The own company's consultant before the one of the first contact.
		err = tx.NewRaw(`SELECT coalesce((SELECT u.name FROM customer_relations r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.owner_id
				WHERE r.tenant_id = ?0 AND r.customer_id = ?1 AND r.company_id = ?2), (SELECT name FROM users WHERE tenant_id = ?0 AND id = ?3), '')`,
			tx.Tenant, c.ID, a.Posting.Company, c.OwnerID).Scan(ctx, &m.Owner)
		if err != nil {
			return fmt.Errorf("owner of customer %s: %w", c.ID, err)
		}
		switch err := s.Exists(ctx, tx, c.ID, ""); {
		case err == nil:
			m.Visible = true
		case !errors.Is(err, record.ErrTarget):
			return err
		}
		found = append(found, m)
		return nil
	})
	return found, err
}

// Exists reports whether the actor may read the customer: for references in a body. It returns record.ErrTarget at field.
func (s *Service) Exists(ctx context.Context, tx tenants.Tx, id uuid.UUID, field string) error {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return record.ErrTarget.At(field).Because(err)
	}
	return Kind.Exists(ctx, tx.Tx, scope, id, field)
}

// Info is what other documents need of a customer.
type Info struct {
	ID     uuid.UUID
	Number string
	Name   string
	Mobile string
	Type   string
}

// Info reads a customer that the actor may read. It returns record.ErrTarget for every other id.
func (s *Service) Info(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Info, error) {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return Info{}, record.ErrTarget.Because(err)
	}
	c, err := Kind.Peek(ctx, tx.Tx, scope, id)
	if errors.Is(err, record.ErrMissing) {
		return Info{}, record.ErrTarget.Because(err)
	}
	if err != nil {
		return Info{}, err
	}
	return Info{c.ID, c.Number, c.Name, c.Mobile, string(c.Type)}, nil
}
