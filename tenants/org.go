package tenants

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/event"
	"forecourt/kernel/fault"
)

func text(zh, en string) fault.Text { return fault.Text{Zh: zh, En: en} }

// ErrBeyond keeps an administrator of a company within it, and within their own rights.
var ErrBeyond = fault.New(fault.Denied, "user.beyond", "不能授予自己没有的权限，也不能管理其他公司", "You cannot give what you do not hold, nor manage another company")

// ErrOwn leaves what somebody is and may do to others, whatever rights they have themselves.
var ErrOwn = fault.New(fault.Conflict, "user.own", "不能对自己做这项操作，请另一位管理员办理", "Nobody does this to themselves; ask another administrator")

// ErrNoRole says that the tenant has no such role.
var ErrNoRole = fault.New(fault.Invalid, "user.no_role", "角色不存在：%s", "There is no such role: %s")

// Roles is what this package needs of policies.
type Roles interface {
	// Give gives roles to "posting:<id>" or "group:<id>". It returns ErrNoRole.
	Give(ctx context.Context, tx Tx, subject string, roles ...string) error
	// Take takes roles from a subject that has them.
	Take(ctx context.Context, tx Tx, subject string, roles ...string) error
	// Assignable reports whether the actor, who manages the users of a company, may give a role at a place in it. It returns ErrNoRole.
	Assignable(ctx context.Context, tx Tx, role string, at Posting) (bool, error)
	// Holds reports whether the actor themselves may do all that role would allow at a place. It returns ErrNoRole.
	Holds(ctx context.Context, tx Tx, role string, at Posting) (bool, error)
	// Outranks reports whether the actor may act for user: all that user may do is given by companies, or held by the actor too.
	Outranks(ctx context.Context, tx Tx, user uuid.UUID) (bool, error)
}

// Org builds the tree, people and postings of a tenant.
type Org struct {
	db      *DB
	roles   Roles
	stale   func(uuid.UUID)
	hashing hashCost
	joined  Joined
}

// NewOrg makes the service. stale is told after every change of what somebody may do.
func NewOrg(db *DB, roles Roles, stale func(uuid.UUID)) *Org {
	return &Org{db: db, roles: roles, stale: stale, hashing: hashing}
}

// WithCheapPasswords is o with a hashing that keeps nobody out, for tests that make many users.
func (o *Org) WithCheapPasswords() *Org { c := *o; c.hashing = cheap; return &c }

// Bump raises the tenant's version in tx: every process drops what it kept of its actors.
func Bump(ctx context.Context, tx Tx) error {
	return tx.Later(ctx, "UPDATE tenants SET version = version + 1, changed_at = clock_timestamp() WHERE id = ?", tx.Tenant)
}

// PeopleChanged is the event of every change of what people may do or where they stand: accounts, postings, roles, groups, the tree.
const PeopleChanged = "people.changed"

// TellPeopleChanged publishes PeopleChanged.
func TellPeopleChanged(ctx context.Context, tx Tx) error {
	return event.Publish(ctx, tx.Tx, PeopleChanged, struct{}{})
}

// change runs fn, bumps the tenant, and tells and announces it.
func (o *Org) change(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	err := o.db.Do(ctx, a, func(tx Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if err := TellPeopleChanged(ctx, tx); err != nil {
			return err
		}
		return Bump(ctx, tx)
	})
	if err == nil {
		o.stale(a.Tenant.ID)
	}
	return err
}

// today is the tenant's day, by which postings begin and end.
func (t Tx) today() string { return string(clock.DayOf(t.Now, t.Zone)) }
