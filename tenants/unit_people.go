package tenants

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// Colleague is somebody with a posting today in a unit or below it.
type Colleague struct {
	UserID   uuid.UUID `json:"userId"`
	Name     string    `json:"name"`
	Login    string    `json:"login"`
	Status   string    `json:"status" enum:"active,disabled"`
	Title    string    `json:"title"`
	UnitID   uuid.UUID `json:"unitId"`
	UnitName string    `json:"unitName"`
}

// mostColleagues is how many a unit shows; the list of users is for more.
const mostColleagues = 500

// UNION ends it even in a tree that were a ring.
const colleaguesSQL = `WITH RECURSIVE below AS (
		SELECT id FROM org_units WHERE tenant_id = ? AND id = ?
		UNION SELECT o.id FROM below JOIN org_units o ON o.tenant_id = ? AND o.parent_id = below.id)
	SELECT u.id, u.name, u.login, u.status, p.title, o.id, o.name FROM below
	JOIN postings p ON p.tenant_id = ? AND p.unit_id = below.id JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
	JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
	WHERE p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date) ORDER BY o.id <> ?, o.code, u.name, p.id LIMIT ?`

// Colleagues lists who has a posting in a unit or below it today: those of the unit itself first, 500 at most. It returns rest.ErrMissing.
func (o *Org) Colleagues(ctx context.Context, a Actor, unit uuid.UUID) (list []Colleague, err error) {
	err = o.db.Read(ctx, a, func(tx Tx) (err error) {
		exists, err := tx.NewSelect().TableExpr("org_units").Where("tenant_id = ? AND id = ?", tx.Tenant, unit).Exists(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("people of unit %s: %w", unit, err)
		case !exists:
			return rest.ErrMissing
		}
		rows, err := tx.QueryContext(ctx, colleaguesSQL, tx.Tenant, unit, tx.Tenant, tx.Tenant, tx.today(), tx.today(), unit, mostColleagues)
		if err != nil {
			return fmt.Errorf("people of unit %s: %w", unit, err)
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		list = []Colleague{}
		for rows.Next() {
			var c Colleague
			if err := rows.Scan(&c.UserID, &c.Name, &c.Login, &c.Status, &c.Title, &c.UnitID, &c.UnitName); err != nil {
				return fmt.Errorf("people of unit %s: %w", unit, err)
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

type colleaguesOutput struct {
	Body struct {
		Items []Colleague `json:"items"`
	}
}

func (o *Org) colleagueRoute(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-unit-people", Method: http.MethodGet, Path: "/org-units/{id}/people", Permission: UserKind.Read, Summary: "Who works in an org unit or below it"},
		func(ctx context.Context, in *record.ByID) (*colleaguesOutput, error) {
			list, err := o.Colleagues(ctx, ActorOf(ctx), in.Key())
			out := &colleaguesOutput{}
			out.Body.Items = list
			return out, err
		})
}
