package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// PreviewInput is what a role would become; absent, that half stays.
type PreviewInput struct {
	Grants []Grant     `json:"grants,omitempty" maxItems:"500"`
	Fields []FieldRule `json:"fields,omitempty" maxItems:"200"`
}

// Affected is somebody for whom something would change, in one of their postings.
type Affected struct {
	UserID  uuid.UUID      `json:"userId"`
	Name    string         `json:"name"`
	Posting string         `json:"posting" doc:"Unit and title"`
	Grants  []GrantChange  `json:"grants"`
	Fields  []FieldChanged `json:"fields"`
}

// GrantChange is a permission that somebody would gain, lose or hold with another scope. Empty: none.
type GrantChange struct {
	Permission string `json:"permission"`
	Was        string `json:"was"`
	Now        string `json:"now"`
}

// FieldChanged is a protected field that somebody would see otherwise.
type FieldChanged struct {
	Kind  string `json:"kind"`
	Field string `json:"field"`
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// Preview is what a change of a role would mean.
type Preview struct {
	Holders int        `json:"holders" doc:"How many people have the role now"`
	Items   []Affected `json:"items"`
}

// errTakenBack ends a preview: nothing of it stays.
var errTakenBack = errors.New("only a preview")

// Preview tells for whom what would change, and refuses what saving would refuse. It is the change itself, taken back. It returns what
// SetGrants and SetFields return.
func (s *Service) Preview(ctx context.Context, a tenants.Actor, role string, in PreviewInput) (*Preview, error) {
	out := &Preview{Items: []Affected{}}
	err := s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		if _, err := lockRole(ctx, tx, role); err != nil {
			return err
		}
		before, err := load(ctx, tx, 0)
		if err != nil {
			return err
		}
		people, err := holders(ctx, tx, role)
		if err != nil {
			return err
		}
		was, err := before.setsOf(ctx, tx, people)
		if err != nil {
			return err
		}
		err = tenants.KeepingAdministrators(ctx, tx, func() error {
			if in.Grants != nil {
				if _, err := s.replaceGrants(ctx, tx, role, in.Grants); err != nil {
					return err
				}
			}
			if in.Fields == nil {
				return nil
			}
			_, err := s.replaceFields(ctx, tx, role, in.Fields)
			return err
		})
		if err != nil {
			return err
		}
		after, err := load(ctx, tx, 0)
		if err != nil {
			return err
		}
		now, err := after.setsOf(ctx, tx, people)
		if err != nil {
			return err
		}
		fields, err := s.kinds.Protected(ctx, tx.Tx)
		if err != nil {
			return err
		}
		out.Items = compare(fields, people, was, now)
		out.Holders = len(slices.CompactFunc(slices.Clone(people), func(a, b holder) bool { return a.user == b.user }))
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return out, nil
	}
	return nil, err
}

// holder is somebody in one of their postings of today.
type holder struct {
	user    uuid.UUID
	name    string
	posting tenants.Posting
}

// holders returns whoever has a role: by a posting, by a user group in each of their postings, or by a role that has it.
func holders(ctx context.Context, tx tenants.Tx, role string) ([]holder, error) {
	var users []struct {
		ID   uuid.UUID
		Name string
	}
	err := tx.NewRaw(`WITH RECURSIVE held (subject) AS (
			SELECT ?::text UNION SELECT r.v0 FROM held h JOIN policy_rules r ON r.tenant_id = ? AND r.ptype = 'g' AND r.v1 = h.subject)
		SELECT u.id, u.name FROM users u WHERE u.tenant_id = ? AND u.status = 'active' AND (
			EXISTS (SELECT FROM postings p WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id AND 'posting:' || p.id IN (SELECT subject FROM held))
			OR EXISTS (SELECT FROM user_group_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND 'group:' || m.group_id IN (SELECT subject FROM held)))
		ORDER BY u.name, u.id`, role, tx.Tenant, tx.Tenant).Scan(ctx, &users)
	if err != nil {
		return nil, fmt.Errorf("holders of %s: %w", role, err)
	}
	var out []holder
	for _, u := range users {
		postings, err := tenants.PostingsOf(ctx, tx, u.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range postings {
			out = append(out, holder{u.ID, u.Name, p})
		}
	}
	return out, nil
}

func (p *policy) setsOf(ctx context.Context, tx tenants.Tx, people []holder) ([]*access.Set, error) {
	out := make([]*access.Set, len(people))
	for i, h := range people {
		posting := h.posting
		set, err := p.compile(ctx, tx, h.user, &posting)
		if err != nil {
			return nil, err
		}
		out[i] = set
	}
	return out, nil
}

func compare(fields []record.ProtectedField, people []holder, was, now []*access.Set) []Affected {
	out := []Affected{}
	for i, h := range people {
		x := Affected{UserID: h.user, Name: h.name, Posting: h.posting.UnitName + " " + h.posting.Title, Grants: []GrantChange{}, Fields: []FieldChanged{}}
		all := maps.Clone(was[i].Levels)
		maps.Copy(all, now[i].Levels)
		for _, p := range slices.Sorted(maps.Keys(all)) {
			if b, a := was[i].Levels[p], now[i].Levels[p]; b != a {
				x.Grants = append(x.Grants, GrantChange{string(p), b, a})
			}
		}
		for _, f := range fields {
			if b, a := seenBy(was[i], f), seenBy(now[i], f); b != a {
				x.Fields = append(x.Fields, FieldChanged{f.Kind, f.Field, b, a})
			}
		}
		if len(x.Grants)+len(x.Fields) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// seenBy is the visibility of a field in words of the API, the declared default where no rule speaks.
func seenBy(set *access.Set, f record.ProtectedField) string {
	v, ruled := set.Fields[f.Kind+"."+f.Field]
	if !ruled {
		return f.Default
	}
	for word, is := range visibilities {
		if is == v {
			return word
		}
	}
	return f.Default
}
