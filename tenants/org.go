package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

func text(zh, en string) fault.Text { return fault.Text{Zh: zh, En: en} }

// Faults of building an organisation.
var (
	ErrUnitCode   = fault.New(fault.Conflict, "org.code_taken", "组织编码已存在", "This code is taken")
	ErrParent     = fault.New(fault.Invalid, "org.parent", "上级组织不存在，或不能在它下面建立这种组织", "The parent does not exist, or cannot hold a unit of this kind")
	ErrLogin      = fault.New(fault.Conflict, "user.login_taken", "登录名已存在", "This login is taken")
	ErrLoginForm  = fault.New(fault.Invalid, "user.login_form", "登录名为 3 到 40 个小写字母、数字、点或横线", "A login has 3 to 40 small letters, digits, dots or dashes")
	ErrPassword   = fault.New(fault.Invalid, "user.password", "密码至少 8 位，不能与登录名相同，也不能是常见密码", "A password has at least 8 characters, is not the login and is not a common one")
	ErrNoUser     = fault.New(fault.Missing, "user.missing", "用户不存在", "There is no such user")
	ErrNoRole     = fault.New(fault.Invalid, "user.no_role", "角色不存在：%s", "There is no such role: %s")
	ErrBeyond     = fault.New(fault.Denied, "user.beyond", "不能授予自己没有的权限，也不能管理其他公司", "You cannot give what you do not hold, nor manage another company")
	loginForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{2,39}$`)
	commonSecrets = []string{"12345678", "123456789", "1234567890", "password", "qwertyui", "11111111", "88888888", "00000000", "iloveyou", "abcd1234"}
)

// Roles is what this package needs of policies: which roles exist, giving them, and whether an actor holds all of one.
type Roles interface {
	Seed(ctx context.Context, tx Tx) error
	Give(ctx context.Context, tx Tx, subject string, roles ...string) error
	Holds(ctx context.Context, tx Tx, role string) (bool, error)
}

// Org builds the tree, people and postings of a tenant.
type Org struct {
	db    *DB
	roles Roles
	stale func(uuid.UUID)
}

// NewOrg makes the service. stale is told after every change of what somebody may do.
func NewOrg(db *DB, roles Roles, stale func(uuid.UUID)) *Org { return &Org{db, roles, stale} }

// Bump raises the tenant's version in tx: every replica drops what it kept of its actors.
func Bump(ctx context.Context, tx Tx) error {
	return tx.Later(ctx, "UPDATE tenants SET version = version + 1, changed_at = clock_timestamp() WHERE id = ?", tx.Tenant)
}

// change runs fn, bumps the tenant and announces it.
func (o *Org) change(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	err := o.db.Do(ctx, a, func(tx Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return Bump(ctx, tx)
	})
	if err == nil {
		o.stale(a.Tenant.ID)
	}
	return err
}

// UnitInput describes a new unit.
type UnitInput struct {
	Parent     uuid.UUID // uuid.Nil: the root
	Kind       string
	Code, Name string
}

var mayHold = map[string][]string{"group": {"region", "company", "department"}, "region": {"region", "company"}, "company": {"department"}, "department": {"team"}}

// AddUnit adds a unit below its parent. It returns ErrParent, ErrUnitCode or a denied fault.
func (o *Org) AddUnit(ctx context.Context, a Actor, in UnitInput) (unit uuid.UUID, err error) {
	unit = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		company := uuid.Nil
		if in.Kind != "group" {
			if company, err = parentOf(ctx, tx, in); err != nil {
				return err
			}
		}
		scope, err := tx.Can("org:manage")
		if err != nil {
			return err
		}
		if !scope.All && !scope.Covers(company, uuid.Nil, uuid.Nil) {
			return ErrBeyond.At("parentId")
		}
		return insertUnit(ctx, tx, unit, company, in)
	})
	return unit, err
}

func parentOf(ctx context.Context, tx Tx, in UnitInput) (company uuid.UUID, err error) {
	var kind string
	var c uuid.NullUUID
	err = tx.QueryRowContext(ctx, "SELECT kind, company_id FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'open'", tx.Tenant, in.Parent).Scan(&kind, &c)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !contains(mayHold[kind], in.Kind) {
		return uuid.Nil, ErrParent.At("parentId")
	}
	return c.UUID, err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func insertUnit(ctx context.Context, tx Tx, unit, company uuid.UUID, in UnitInput) error {
	if in.Kind == "company" {
		company = unit
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO org_units (tenant_id, id, parent_id, company_id, kind, code, name) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, unit, null(in.Parent), null(company), in.Kind, in.Code, in.Name)
	if database.Violates(err, "org_units_code") {
		return ErrUnitCode.At("code")
	}
	if err != nil {
		return fmt.Errorf("add unit %s: %w", in.Code, err)
	}
	return record.WriteHistory(ctx, tx.Tx, UnitKind.Name, unit, 1, "create", nil, map[string]any{"name": in.Name, "code": in.Code, "kind": in.Kind})
}

func null(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u
}

// UserInput describes a new user.
type UserInput struct{ Login, Name, Password string }

// AddUser adds a user without any posting. It returns ErrLogin, ErrLoginForm or ErrPassword.
func (o *Org) AddUser(ctx context.Context, a Actor, in UserInput) (user uuid.UUID, err error) {
	if err := checkSecret(in.Login, in.Password); err != nil {
		return uuid.Nil, err
	}
	hash, err := hashPassword(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	user = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		if _, err := tx.Can("user:manage"); err != nil {
			return err
		}
		return insertUser(ctx, tx, user, in, hash)
	})
	return user, err
}

func checkSecret(login, password string) error {
	switch {
	case !loginForm.MatchString(login):
		return ErrLoginForm.At("login")
	case len([]rune(password)) < 8 || len(password) > 200 || strings.EqualFold(login, password) || contains(commonSecrets, strings.ToLower(password)):
		return ErrPassword.At("password")
	}
	return nil
}

func insertUser(ctx context.Context, tx Tx, user uuid.UUID, in UserInput, hash string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES (?, ?, ?, ?, ?)", tx.Tenant, user, in.Login, in.Name, hash)
	if database.Violates(err, "users_login") {
		return ErrLogin.At("login")
	}
	if err != nil {
		return fmt.Errorf("add user %s: %w", in.Login, err)
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, 1, "create", nil, map[string]any{"login": in.Login, "name": in.Name})
}

// PostingInput places a user.
type PostingInput struct {
	User, Unit uuid.UUID
	Title      string
	Roles      []string
}

// AddPosting places a user in a unit with roles. Whoever is not of the whole group can give only roles they hold
// themselves, and only in their companies: ErrBeyond.
func (o *Org) AddPosting(ctx context.Context, a Actor, in PostingInput) (posting uuid.UUID, err error) {
	posting = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user:manage")
		if err != nil {
			return err
		}
		var company uuid.NullUUID
		err = tx.QueryRowContext(ctx, "SELECT company_id FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'open'", tx.Tenant, in.Unit).Scan(&company)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrParent.At("unitId")
		}
		if err != nil {
			return fmt.Errorf("unit of posting: %w", err)
		}
		if err := o.mayGive(ctx, tx, scope.All, scope.Covers(company.UUID, uuid.Nil, uuid.Nil), in.Roles); err != nil {
			return err
		}
		return o.insertPosting(ctx, tx, posting, in)
	})
	return posting, err
}

func (o *Org) mayGive(ctx context.Context, tx Tx, all, here bool, roles []string) error {
	if all {
		return nil
	}
	if !here {
		return ErrBeyond.At("unitId")
	}
	for _, r := range roles {
		holds, err := o.roles.Holds(ctx, tx, r)
		if err != nil {
			return err
		}
		if !holds {
			return ErrBeyond.At("roles")
		}
	}
	return nil
}

func (o *Org) insertPosting(ctx context.Context, tx Tx, posting uuid.UUID, in PostingInput) error {
	r, err := tx.ExecContext(ctx, "INSERT INTO postings (tenant_id, id, user_id, unit_id, title) SELECT tenant_id, ?, id, ?, ? FROM users WHERE tenant_id = ? AND id = ?",
		posting, in.Unit, in.Title, tx.Tenant, in.User)
	if err != nil {
		return fmt.Errorf("add posting: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return ErrNoUser.Because(err)
	}
	if err := o.roles.Give(ctx, tx, "posting:"+posting.String(), in.Roles...); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, 1, "add_posting", nil, map[string]any{"unitId": in.Unit, "title": in.Title, "roles": in.Roles})
}

// DisableUser ends a user's access at once: their sessions go with it.
func (o *Org) DisableUser(ctx context.Context, a Actor, user uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user:manage")
		if err != nil {
			return err
		}
		if user == a.User {
			return ErrBeyond
		}
		if !scope.All {
			if err := inCompanies(ctx, tx, user, scope.Companies); err != nil {
				return err
			}
		}
		r, err := tx.ExecContext(ctx, "UPDATE users SET status = 'disabled', version = version + 1 WHERE tenant_id = ? AND id = ?", tx.Tenant, user)
		if err != nil {
			return fmt.Errorf("disable user: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return ErrNoUser.Because(err)
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, 1, "disable", map[string]any{"status": "active"}, map[string]any{"status": "disabled"})
	})
}

// inCompanies refuses a user who has a posting outside of companies: their other company decides about them too.
func inCompanies(ctx context.Context, tx Tx, user uuid.UUID, companies []uuid.UUID) error {
	rows, err := tx.QueryContext(ctx, "SELECT u.company_id FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id WHERE p.tenant_id = ? AND p.user_id = ?", tx.Tenant, user)
	if err != nil {
		return fmt.Errorf("postings of user: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := false
	for rows.Next() {
		var c uuid.NullUUID
		if err := rows.Scan(&c); err != nil {
			return fmt.Errorf("postings of user: %w", err)
		}
		found = true
		inside := false
		for _, x := range companies {
			inside = inside || x == c.UUID
		}
		if !inside {
			return ErrBeyond
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("postings of user: %w", err)
	}
	if !found {
		return ErrBeyond
	}
	return nil
}
