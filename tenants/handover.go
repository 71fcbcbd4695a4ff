package tenants

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of handing over.
var (
	ErrSuccessor   = fault.New(fault.Invalid, "handover.successor", "接手人不存在、已停用，或就是本人", "The successor does not exist, is disabled, or is the person themselves")
	ErrElsewhere   = fault.New(fault.Invalid, "handover.elsewhere", "接手人在「%s」没有任职", "The successor has no posting in %s")
	ErrNothingHeld = fault.New(fault.Conflict, "handover.nothing", "没有需要交接的工作", "There is nothing to hand over")
	ErrKind        = fault.New(fault.Invalid, "handover.kind", "这类工作不能交接", "This kind of work is not handed over")
)

// Successor is who takes over one kind of work.
type Successor struct {
	Kind string
	User uuid.UUID
}

// HandoverInput says who takes over the work of a user.
type HandoverInput struct {
	User      uuid.UUID
	Successor uuid.UUID   // of every kind that Kinds does not name
	Kinds     []Successor // by kind
	Disable   bool        // and end the user's access
}

// mayHandOver returns what of a user's work the actor hands over: all of it, or that in their companies.
func (o *Org) mayHandOver(ctx context.Context, tx Tx, user uuid.UUID) (h record.Held, scope access.Scope, err error) {
	if scope, err = tx.Can("user:manage"); err != nil {
		return h, scope, err
	}
	if err := userExists(ctx, tx, user); err != nil {
		return h, scope, err
	}
	h = record.Held{Owner: user}
	if !scope.All {
		h.Companies = append([]uuid.UUID{}, scope.Companies...)
	}
	return h, scope, o.mayManage(ctx, tx, user, false)
}

// HandoverPreview counts the work that a user would hand over. It returns ErrNoUser, ErrBeyond or a denied fault.
func (o *Org) HandoverPreview(ctx context.Context, a Actor, user uuid.UUID) ([]Amount, error) {
	out := []Amount{}
	err := o.db.Read(ctx, a, func(tx Tx) error {
		h, _, err := o.mayHandOver(ctx, tx, user)
		if err != nil {
			return err
		}
		for _, e := range o.joined.Estates {
			if !e.Personal() {
				continue
			}
			n, _, err := e.Count(ctx, tx, h)
			if err != nil {
				return err
			}
			out = append(out, Amount{e.Kind(), e.Label(), n})
		}
		return nil
	})
	return out, err
}

// HandOver gives a user's open work to their successors in one transaction: every record gets a line of history, every successor
// one notice. What is closed stays theirs. It returns ErrNoUser, ErrBeyond, ErrOwn, ErrSuccessor, ErrElsewhere, ErrKind, ErrNothingHeld
// unless the user is disabled with it, or the errors of DisableUser.
func (o *Org) HandOver(ctx context.Context, a Actor, in HandoverInput) (moved []Amount, err error) {
	if in.Disable && in.User == a.User {
		return nil, ErrOwn
	}
	err = o.change(ctx, a, func(tx Tx) error {
		moved = []Amount{}
		hand := func() (err error) { moved, err = o.handOver(ctx, tx, in); return err }
		if !in.Disable {
			return hand()
		}
		return KeepingAdministrators(ctx, tx, func() error {
			if err := hand(); err != nil {
				return err
			}
			if err := o.setStatus(ctx, tx, in.User, "disable", "active", "disabled", ErrDisabled); err != nil {
				return err
			}
			return tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tx.Tenant, in.User)
		})
	})
	return moved, err
}

func (o *Org) handOver(ctx context.Context, tx Tx, in HandoverInput) ([]Amount, error) {
	h, scope, err := o.mayHandOver(ctx, tx, in.User)
	if err != nil {
		return nil, err
	}
	for i, k := range in.Kinds {
		if !slices.ContainsFunc(o.joined.Estates, func(e Estate) bool { return e.Personal() && e.Kind() == k.Kind }) {
			return nil, ErrKind.At(fmt.Sprintf("kinds[%d].kind", i))
		}
	}
	version, err := raise(ctx, tx, in.User)
	if err != nil {
		return nil, err
	}
	got, moved, total := map[uuid.UUID][]fault.Text{}, []Amount{}, 0
	for _, e := range o.joined.Estates {
		if !e.Personal() {
			continue
		}
		to, field := in.of(e.Kind())
		n, companies, err := e.Count(ctx, tx, h)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			if err := o.succeeds(ctx, tx, scope, in.User, to, companies, field); err != nil {
				return nil, err
			}
			if n, err = e.Move(ctx, tx, h, to, "take_over"); err != nil {
				return nil, err
			}
			label := e.Label()
			got[to] = append(got[to], fault.Text{Zh: fmt.Sprintf("%s %d", label.Zh, n), En: fmt.Sprintf("%s: %d", label.En, n)})
		}
		moved, total = append(moved, Amount{e.Kind(), e.Label(), n}), total+n
	}
	if total == 0 && !in.Disable {
		return nil, ErrNothingHeld
	}
	now := map[string]any{}
	for _, m := range moved {
		if m.Count > 0 {
			now[m.Kind] = m.Count
		}
	}
	if err := record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "hand_over", nil, now); err != nil {
		return nil, err
	}
	return moved, o.tellSuccessors(ctx, tx, in.User, got)
}

// of returns who takes over a kind, and the field that named them.
func (in HandoverInput) of(kind string) (user uuid.UUID, field string) {
	for i, k := range in.Kinds {
		if k.Kind == kind {
			return k.User, fmt.Sprintf("kinds[%d].successorId", i)
		}
	}
	return in.Successor, "successorId"
}

// succeeds returns a fault unless to is an active person of the actor's, other than the one who leaves, with a posting in every one
// of the companies or above them.
func (o *Org) succeeds(ctx context.Context, tx Tx, scope access.Scope, user, to uuid.UUID, companies []uuid.UUID, field string) error {
	active, err := tx.NewSelect().TableExpr("users").Where("tenant_id = ? AND id = ? AND status = 'active'", tx.Tenant, to).Exists(ctx)
	if err != nil {
		return fmt.Errorf("successor %s: %w", to, err)
	}
	if !active || to == user {
		return ErrSuccessor.At(field)
	}
	held, err := PostingsOf(ctx, tx, to)
	if err != nil {
		return err
	}
	for _, c := range companies {
		there := slices.ContainsFunc(held, func(p Posting) bool { return p.Company == c || p.Company == uuid.Nil })
		if there && (scope.All || scope.Covers(c, uuid.Nil, uuid.Nil)) {
			continue
		}
		var name string
		if err := tx.NewSelect().TableExpr("org_units").ColumnExpr("name").Where("tenant_id = ? AND id = ?", tx.Tenant, c).Scan(ctx, &name); err != nil {
			return fmt.Errorf("company %s: %w", c, err)
		}
		return ErrElsewhere.With(name).At(field)
	}
	return nil
}

func (o *Org) tellSuccessors(ctx context.Context, tx Tx, user uuid.UUID, got map[uuid.UUID][]fault.Text) error {
	if o.joined.Notices == nil || len(got) == 0 {
		return nil
	}
	var name string
	if err := tx.NewSelect().TableExpr("users").ColumnExpr("name").Where("tenant_id = ? AND id = ?", tx.Tenant, user).Scan(ctx, &name); err != nil {
		return fmt.Errorf("user %s: %w", user, err)
	}
	for to, what := range got {
		zh, en := make([]string, len(what)), make([]string, len(what))
		for i, w := range what {
			zh[i], en[i] = w.Zh, w.En
		}
		if err := o.joined.Notices.Tell(ctx, tx, to, name+"的工作已交接给你："+strings.Join(zh, "、"), "You take over from "+name+": "+strings.Join(en, ", "), UserKind.Name, user); err != nil {
			return err
		}
	}
	return nil
}
