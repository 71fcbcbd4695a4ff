package settings

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// Place is a unit whose values the reader may look at.
type Place struct {
	UnitID uuid.UUID       `json:"unitId"`
	Name   string          `json:"name"`
	Level  parameter.Level `json:"level" enum:"group,company"`
}

// List is every parameter as it stands in one place.
type List struct {
	UnitID uuid.UUID       `json:"unitId" doc:"The group or company that is shown"`
	Level  parameter.Level `json:"level" enum:"group,company"`
	Places []Place         `json:"places" doc:"What the reader may look at: the group first, then companies"`
	Items  []Setting       `json:"items" doc:"By section and key"`
}

// List reads every parameter as it stands in a company; uuid.Nil is the group for those who read all of it, and otherwise the
// actor's company. It returns ErrUnit or a denied fault.
func (s *Service) List(ctx context.Context, a tenants.Actor, unit uuid.UUID) (list List, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		reads, err := tx.Can("parameter:read")
		if err != nil {
			return err
		}
		if list.Places, err = places(ctx, tx, reads); err != nil {
			return err
		}
		if unit == uuid.Nil && !reads.All {
			if unit = a.Posting.Company; unit == uuid.Nil && len(list.Places) > 0 {
				unit = list.Places[0].UnitID
			}
		}
		p, err := placeOf(ctx, tx, reads, unit)
		if err != nil {
			return err
		}
		if p.unit == uuid.Nil && !reads.All {
			return ErrUnit.At("unit")
		}
		list.Level = p.level()
		list.UnitID = p.at(list.Level)
		list.Items, err = read(ctx, tx, p, parameter.Declared())
		return err
	})
	return list, err
}

func places(ctx context.Context, tx tenants.Tx, scope access.Scope) ([]Place, error) {
	out := []Place{}
	q := tx.NewSelect().TableExpr("org_units").ColumnExpr("id AS unit_id, name, kind AS level").Where("tenant_id = ? AND kind IN ('group', 'company')", tx.Tenant).OrderExpr("kind DESC, code")
	if !scope.All {
		q = q.Where("kind = 'company' AND id IN (?)", bun.List(append([]uuid.UUID{uuid.Nil}, scope.Companies...)))
	}
	return out, q.Scan(ctx, &out)
}

// read puts together what is declared, decided and holds in a place, and what the actor may decide there.
func read(ctx context.Context, tx tenants.Tx, p place, specs []*parameter.Spec) ([]Setting, error) {
	key := ""
	if len(specs) == 1 {
		key = specs[0].Key
	}
	rows, err := decided(ctx, tx, tx.Tenant, p, key)
	if err != nil {
		return nil, err
	}
	hold, err := holdings(ctx, tx, p.company(), specs)
	if err != nil {
		return nil, err
	}
	edits, err := tx.Can("parameter:edit")
	mayEdit := err == nil
	out := make([]Setting, 0, len(specs))
	for _, spec := range specs {
		s := settingOf(spec)
		for _, level := range parameter.Levels {
			if !spec.MayBeSet(level) || level == parameter.Company && p.unit == uuid.Nil {
				continue
			}
			step := stepOf(spec, level, rows[spec.Key][level])
			if level != parameter.Platform {
				unit := p.at(level)
				step.UnitID, step.UnitName = &unit, map[parameter.Level]string{parameter.Group: p.rootName, parameter.Company: p.unitName}[level]
				step.Editable = mayEdit && covers(edits, p, level) && s.heldAbove(level) == ""
			}
			s.Chain = append(s.Chain, step)
		}
		if spec.OnlyMore {
			var least int64
			decides := p.level()
			if !spec.MayBeSet(decides) {
				decides = spec.Lowest
			}
			if err := json.Unmarshal(s.above(decides), &least); err != nil {
				return nil, fmt.Errorf("least of %s: %w", spec.Key, err)
			}
			s.Least = &least
		}
		s.settle(hold[spec.Key].Level, hold[spec.Key].Value)
		out = append(out, s)
	}
	return out, nil
}

// covers reports whether a scope lets somebody decide at a level of a place.
func covers(scope access.Scope, p place, level parameter.Level) bool {
	return scope.All || level == parameter.Company && scope.Covers(p.unit, uuid.Nil, uuid.Nil)
}

func stepOf(spec *parameter.Spec, level parameter.Level, r row) Step {
	return Step{Level: level, Value: r.Value, Locked: r.Locked, Version: max(r.Version, 1), Lockable: spec.MayBeLocked(level)}
}
