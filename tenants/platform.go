package tenants

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// Faults of the platform.
var (
	ErrTenantCode = fault.New(fault.Conflict, "tenant.code_taken", "账套编码已存在", "This code is taken")
	ErrTenantForm = fault.New(fault.Invalid, "tenant.code_form", "编码为 3 到 31 个小写字母、数字或横线，以字母开头", "A code has 3 to 31 small letters, digits or dashes and begins with a letter")
	ErrOperator   = fault.New(fault.Unauthenticated, "operator.wrong", "登录名或密码不对", "Login or password is wrong")
	codeForm      = regexp.MustCompile(`^[a-z][a-z0-9-]{2,30}$`)
)

// Platform is the desk of the operators: it opens and suspends tenants, and has no way to their business.
type Platform struct {
	db    *DB
	org   *Org
	seeds []func(context.Context, Tx) error
}

// NewPlatform makes the desk. seeds are run in every new tenant.
func NewPlatform(db *DB, org *Org, seeds ...func(context.Context, Tx) error) *Platform {
	return &Platform{db, org, seeds}
}

type operatorKey struct{}

// CreateOperator adds an operator, unless the login exists.
func (p *Platform) CreateOperator(ctx context.Context, login, name, password string) error {
	if err := checkSecret(login, password); err != nil {
		return err
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return p.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO operators (id, login, name, password_hash) VALUES (?, ?, ?, ?) ON CONFLICT (login) DO NOTHING", id.New(), login, name, hash)
		return err
	})
}

// OpenInput describes a new tenant and its first administrator.
type OpenInput struct {
	Code, Name    string
	StartDate     clock.Day
	Demo          bool
	Administrator UserInput
}

// Open makes a tenant with its root unit, the shipped roles and an administrator, in one transaction of that tenant. It
// returns ErrTenantCode, ErrTenantForm, ErrLoginForm or ErrPassword.
func (p *Platform) Open(ctx context.Context, in OpenInput) (Tenant, error) {
	if !codeForm.MatchString(in.Code) {
		return Tenant{}, ErrTenantForm.At("code")
	}
	if err := checkSecret(in.Administrator.Login, in.Administrator.Password); err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			return Tenant{}, f.At("administrator." + f.Field)
		}
		return Tenant{}, err
	}
	hash, err := hashPassword(ctx, in.Administrator.Password)
	if err != nil {
		return Tenant{}, err
	}
	t := Tenant{ID: id.New(), Code: in.Code, Name: in.Name, Status: "active", Demo: in.Demo, Zone: clock.China}
	err = p.db.Do(ctx, Worker(t, "open_tenant"), func(tx Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO tenants (id, code, name, start_date, demo) VALUES (?, ?, ?, ?, ?)", t.ID, t.Code, t.Name, string(in.StartDate), t.Demo); err != nil {
			if database.Violates(err, "tenants_code") {
				return ErrTenantCode.At("code")
			}
			return fmt.Errorf("open tenant: %w", err)
		}
		for _, seed := range p.seeds {
			if err := seed(ctx, tx); err != nil {
				return err
			}
		}
		root, user := id.New(), id.New()
		if err := insertUnit(ctx, tx, root, uuid.Nil, UnitInput{Kind: "group", Code: "0", Name: in.Name}); err != nil {
			return err
		}
		if err := insertUser(ctx, tx, user, in.Administrator, hash); err != nil {
			return err
		}
		if err := p.org.insertPosting(ctx, tx, id.New(), PostingInput{user, root, "集团管理员", []string{"group_administrator"}}); err != nil {
			return err
		}
		return p.log(ctx, tx, "open_tenant", map[string]any{"code": t.Code, "name": t.Name})
	})
	return t, err
}

func (p *Platform) log(ctx context.Context, tx bun.IDB, action string, detail map[string]any) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	operator, _ := ctx.Value(operatorKey{}).(uuid.UUID)
	_, err = tx.ExecContext(ctx, "INSERT INTO operator_log (id, operator_id, action, detail, address) VALUES (?, ?, ?, ?, ?)", id.New(), null(operator), action, string(b), rest.RequestOf(ctx).Address)
	return err
}

// SetStatus suspends or resumes a tenant.
func (p *Platform) SetStatus(ctx context.Context, tenant uuid.UUID, status string) error {
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE tenants SET status = ?, version = version + 1, changed_at = clock_timestamp() WHERE id = ? AND status <> 'closed'", status, tenant)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return rest.ErrMissing.Because(err)
		}
		return p.log(ctx, tx, status, map[string]any{"tenant": tenant})
	})
	if err == nil {
		p.org.stale(tenant)
	}
	return err
}

// Enter lets an operator in. It is the Operator door of rest.
func (p *Platform) Enter(ctx context.Context, r rest.Request) (context.Context, error) {
	if r.Token == "" {
		return ctx, rest.ErrUnauthenticated
	}
	if r.ByCookie && r.Writes && subtle.ConstantTimeCompare([]byte(r.CSRF), []byte(csrfOf(r.Token))) != 1 {
		return ctx, ErrCSRF
	}
	sum := sha256.Sum256([]byte(r.Token))
	var operator uuid.UUID
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT operator_id FROM operator_sessions WHERE token_hash = ? AND expires_at > now()", sum[:]).Scan(&operator)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return ctx, rest.ErrUnauthenticated
	}
	return context.WithValue(ctx, operatorKey{}, operator), err
}

type operatorInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Mode     string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type operatorOutput struct {
	Body struct {
		Token string `json:"token,omitempty"`
		Name  string `json:"name"`
		CSRF  string `json:"csrf,omitempty"`
	}
}

// TenantInfo is a tenant as operators see it.
type TenantInfo struct {
	ID        uuid.UUID `json:"id"`
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Status    string    `json:"status"`
	StartDate clock.Day `json:"startDate"`
	CreatedAt time.Time `json:"createdAt"`
}

type openBody struct {
	Body struct {
		Code          string    `json:"code" minLength:"3" maxLength:"31"`
		Name          string    `json:"name" minLength:"1" maxLength:"60"`
		StartDate     clock.Day `json:"startDate"`
		Administrator struct {
			Login    string `json:"login" minLength:"3" maxLength:"40"`
			Name     string `json:"name" minLength:"1" maxLength:"60"`
			Password string `json:"password" minLength:"8" maxLength:"200"`
		} `json:"administrator"`
	}
}

// Routes registers the operators' own door and desk.
func (p *Platform) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "operator-sign-in", Method: http.MethodPost, Path: "/platform/session", Permission: rest.Public, Summary: "Sign in as an operator of the platform"}, p.signIn)
	rest.Register(api, rest.Operation{ID: "operator-me", Method: http.MethodGet, Path: "/platform/session", Permission: rest.Operator, Summary: "Which operator one is"}, p.me)
	rest.Register(api, rest.Operation{ID: "operator-sign-out", Method: http.MethodDelete, Path: "/platform/session", Permission: rest.Operator, Summary: "Sign out"}, p.signOut)
	rest.Register(api, rest.Operation{ID: "list-tenants", Method: http.MethodGet, Path: "/platform/tenants", Permission: rest.Operator, Summary: "All tenants"}, p.list)
	rest.Register(api, rest.Operation{ID: "open-tenant", Method: http.MethodPost, Path: "/platform/tenants", Permission: rest.Operator, Status: 201, Summary: "Open a tenant"},
		func(ctx context.Context, in *openBody) (*createdOutput, error) {
			b := in.Body
			t, err := p.Open(ctx, OpenInput{Code: b.Code, Name: b.Name, StartDate: b.StartDate, Administrator: UserInput{b.Administrator.Login, b.Administrator.Name, b.Administrator.Password}})
			return created(t.ID, err)
		})
	for action, status := range map[string]string{"suspend": "suspended", "resume": "active"} {
		rest.Register(api, rest.Operation{ID: action + "-tenant", Method: http.MethodPost, Path: "/platform/tenants/{id}/" + action, Permission: rest.Operator, Summary: "Set the status of a tenant"},
			func(ctx context.Context, in *record.ByID) (*struct{}, error) {
				return nil, p.SetStatus(ctx, in.Key(), status)
			})
	}
}

func (p *Platform) signIn(ctx context.Context, in *operatorInput) (*operatorOutput, error) {
	hash, name := nobody, ""
	var operator uuid.UUID
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT id, name, password_hash FROM operators WHERE login = ?", in.Body.Login).Scan(&operator, &name, &hash)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	fits, err := passwordFits(ctx, in.Body.Password, hash)
	if err != nil {
		return nil, err
	}
	if !fits || operator == uuid.Nil {
		return nil, ErrOperator
	}
	token, sum, err := newToken(operator)
	if err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, operatorKey{}, operator)
	err = p.db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO operator_sessions (token_hash, operator_id, address, expires_at) VALUES (?, ?, ?, now() + interval '8 hours')", sum, operator, rest.RequestOf(ctx).Address); err != nil {
			return err
		}
		return p.log(ctx, tx, "sign_in", map[string]any{})
	})
	if err != nil {
		return nil, err
	}
	out := &operatorOutput{}
	out.Body.Name = name
	if in.Body.Mode == "bearer" {
		out.Body.Token = token
		return out, nil
	}
	out.Body.CSRF = csrfOf(token)
	expires := time.Now().Add(8 * time.Hour)
	rest.SetCookie(ctx, rest.OperatorCookie, token, expires, false)
	rest.SetCookie(ctx, rest.OperatorCSRF, out.Body.CSRF, expires, true)
	return out, nil
}

func (p *Platform) me(ctx context.Context, _ *struct{}) (*operatorOutput, error) {
	out := &operatorOutput{}
	operator, _ := ctx.Value(operatorKey{}).(uuid.UUID)
	if r := rest.RequestOf(ctx); r.ByCookie {
		out.Body.CSRF = csrfOf(r.Token)
	}
	return out, p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT name FROM operators WHERE id = ?", operator).Scan(&out.Body.Name)
	})
}

func (p *Platform) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	sum := sha256.Sum256([]byte(rest.RequestOf(ctx).Token))
	rest.SetCookie(ctx, rest.OperatorCookie, "", time.Unix(0, 0), false)
	rest.SetCookie(ctx, rest.OperatorCSRF, "", time.Unix(0, 0), true)
	return nil, p.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM operator_sessions WHERE token_hash = ?", sum[:])
		return err
	})
}

func (p *Platform) list(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Items []TenantInfo `json:"items"`
	}
}, error) {
	var out struct {
		Body struct {
			Items []TenantInfo `json:"items"`
		}
	}
	out.Body.Items = []TenantInfo{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT id, code, name, status, start_date, created_at FROM tenants ORDER BY created_at DESC LIMIT 1000")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var t TenantInfo
			if err := rows.Scan(&t.ID, &t.Code, &t.Name, &t.Status, &t.StartDate, &t.CreatedAt); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, t)
		}
		return rows.Err()
	})
	return &out, err
}
