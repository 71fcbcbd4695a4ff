// Package rest is the door: Huma operations on Fiber, each with its permission; faults become problem documents here and
// nowhere else.
package rest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Permissions that are no grants.
const (
	Public   access.Permission = "public"    // nobody needs to sign in
	SignedIn access.Permission = "signed_in" // any user of a tenant
	Operator access.Permission = "operator"  // the platform's own staff, at their own door
)

// Request is what a door needs to know of a call.
type Request struct {
	Token    string // from the cookie or the bearer header
	CSRF     string
	ByCookie bool
	Writes   bool
	Personal bool // the operation is for a person who signed in, not for a program in their name
	Address  string
	Agent    string
	Path     string // below Prefix, with its ids
}

// Doors let people in. Both return the context of who came, or a fault.
type Doors struct {
	Tenant   func(ctx context.Context, r Request) (context.Context, error)
	Operator func(ctx context.Context, r Request) (context.Context, error)
	Allow    func(ctx context.Context, p access.Permission) error
	Answers  Answers
	Shut     func() *Closure                                 // nil: no such thing; nil from it: open
	Proxies  []netip.Prefix                                  // before this program; what they say of their callers is believed
	Seen     func(op string, status int, took time.Duration) // nil: nobody counts
}

// API registers operations.
type API struct {
	huma.API
	App         *fiber.App
	doors       Doors
	permissions map[string]access.Permission
	titles      map[string]fault.Text
	schemas     schemas
}

// Operation declares one call.
type Operation struct {
	ID         string
	Method     string
	Path       string // below Prefix
	Permission access.Permission
	Summary    string
	Zh         string // the summary in Chinese, for logs and monitors; empty: policies knows it
	Status     int    // of success; 0: 200, or 204 without a body
	MaxBody    int64
	Errors     []int
	Personal   bool // only for a person who signed in, never for an API token
	Unkept     bool // its answer holds a secret: an Idempotency-Key does not keep it
	// Body takes its part out of a JSON body before the schema is checked: what a tenant added is in no schema.
	Body func(ctx context.Context, body []byte) (context.Context, []byte)
}

const (
	maxBody = 1 << 20
	timeout = 30 * time.Second
)

// New makes the API on a Fiber app.
func New(app *fiber.App, doors Doors) *API {
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = problemOf
	cfg := huma.DefaultConfig("Forecourt 车枢", "1")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	names := schemas{map[reflect.Type]string{}, map[string]int{}}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", names.name)
	cfg.CreateHooks = nil // no $schema links in bodies
	cfg.Servers = []*huma.Server{{URL: Prefix}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"cookie": {Type: "apiKey", In: "cookie", Name: SessionCookie},
		"bearer": {Type: "http", Scheme: "bearer"},
	}
	a := &API{API: humafiber.NewWithGroup(app, app.Group(Prefix), cfg), App: app, doors: doors, permissions: map[string]access.Permission{}, titles: map[string]fault.Text{}, schemas: names}
	app.Get(Prefix+"/openapi.json", func(c *fiber.Ctx) error { return c.JSON(a.OpenAPI()) })
	return a
}

// schemas names the schemas of bodies. Two modules may both have an editInput: the second becomes EditInput2, in the order of
// registration, which is that of the list of modules.
type schemas struct {
	names map[reflect.Type]string
	taken map[string]int
}

func (s schemas) name(t reflect.Type, hint string) string {
	t = pointed(t)
	if name, ok := s.names[t]; ok {
		return name
	}
	return s.give(t, huma.DefaultSchemaNamer(t, hint))
}

func (s schemas) give(t reflect.Type, name string) string {
	s.taken[name]++
	if n := s.taken[name]; n > 1 {
		name += strconv.Itoa(n)
	}
	s.names[t] = name
	return name
}

func pointed(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// NameBody names the body B after the first operation that takes it: create-contract gives Create-contractRequest. Every module
// has an EditInput, and EditInput4 would tell nobody whose it is.
func NameBody[B any](a *API, o Operation) {
	if t := pointed(reflect.TypeFor[B]()); a.schemas.names[t] == "" {
		a.schemas.give(t, huma.DefaultSchemaNamer(reflect.TypeFor[struct{}](), o.ID+"Request"))
	}
}

// Permissions returns the permission of every operation, by its id.
func (a *API) Permissions() map[string]access.Permission { return a.permissions }

// Titles returns what every operation does, by its id; Chinese is empty where the operation itself does not say it.
func (a *API) Titles() map[string]fault.Text { return a.titles }

type key int

const (
	operationKey key = iota
	answerKey
	languageKey
	requestKey
	fiberKey
)

// OperationOf returns the id of the operation that ctx serves, or "".
func OperationOf(ctx context.Context) string { s, _ := ctx.Value(operationKey).(string); return s }

// LanguageOf returns "zh" or "en".
func LanguageOf(ctx context.Context) string {
	if s, _ := ctx.Value(languageKey).(string); s == "en" {
		return s
	}
	return "zh"
}

// RequestOf returns the call that ctx serves.
func RequestOf(ctx context.Context) Request { r, _ := ctx.Value(requestKey).(Request); return r }

// Register adds an operation. It panics at start-up when the operation names no permission or its id is taken.
func Register[I, O any](a *API, o Operation, handle func(ctx context.Context, in *I) (*O, error)) {
	if o.Permission == "" || o.ID == "" {
		panic(fmt.Sprintf("operation %s %s %q: no permission or no id", o.Method, o.Path, o.ID))
	}
	if _, taken := a.permissions[o.ID]; taken {
		panic("operation " + o.ID + ": declared twice")
	}
	a.permissions[o.ID], a.titles[o.ID] = o.Permission, fault.Text{Zh: o.Zh, En: o.Summary}
	if o.MaxBody == 0 {
		o.MaxBody = maxBody
	}
	op := huma.Operation{OperationID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, DefaultStatus: o.Status, MaxBodyBytes: o.MaxBody,
		Errors: append([]int{401, 403, 404, 409, 412, 422, 428}, o.Errors...), Extensions: map[string]any{"x-permission": string(o.Permission)},
		Tags: []string{strings.Trim(strings.SplitN(o.Path+"/", "/", 3)[1], "{}")}}
	if o.Permission != Public {
		op.Security = []map[string][]string{{"cookie": {}}, {"bearer": {}}}
	}
	op.Middlewares = huma.Middlewares{a.enter(o)}
	huma.Register(a.API, op, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return out, nil
	})
}

// enter lets the caller in before the body is read.
func (a *API) enter(o Operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(hc)
		if seen, began := a.doors.Seen, clock.Now(); seen != nil {
			defer func() { seen(o.ID, c.Response().StatusCode(), clock.Now().Sub(began)) }()
		}
		r := requestOf(c, o, a.doors.Proxies)
		ctx := context.WithValue(hc.Context(), operationKey, o.ID)
		ctx = context.WithValue(ctx, languageKey, language(hc.Header("Accept-Language")))
		ctx = context.WithValue(ctx, requestKey, r)
		ctx = context.WithValue(ctx, fiberKey, c)
		if shut := a.shut(o); shut != nil {
			c.Set("Retry-After", shut.retryAfter())
			write(c, shut.problem(LanguageOf(ctx)))
			return
		}
		var err error
		switch o.Permission {
		case Public:
		case Operator:
			ctx, err = a.doors.Operator(ctx, r)
		default:
			ctx, err = a.doors.Tenant(ctx, r)
			if err == nil && o.Permission != SignedIn {
				err = a.doors.Allow(ctx, o.Permission)
			}
		}
		if err == nil && !cleanText(c) {
			err = ErrNul
		}
		if err != nil {
			write(c, problem(ctx, err))
			return
		}
		if o.Body != nil {
			next = o.before(c, next)
		}
		hc = huma.WithContext(hc, ctx)
		k := c.Get("Idempotency-Key")
		if o.Method != http.MethodPost || k == "" || o.Permission == Public || o.Permission == Operator {
			next(hc)
			return
		}
		a.once(hc, c, k, o.Unkept, next)
	}
}

// before gives the body to whoever takes a part of it, once the request is known by its whole body.
func (o Operation) before(c *fiber.Ctx, next func(huma.Context)) func(huma.Context) {
	return func(hc huma.Context) {
		if !strings.HasPrefix(c.Get("Content-Type"), "multipart/") && int64(len(c.Body())) <= o.MaxBody {
			ctx, body := o.Body(hc.Context(), c.Body())
			c.Request().SetBody(body)
			hc = huma.WithContext(hc, ctx)
		}
		next(hc)
	}
}

// SessionCookie and OperatorCookie carry the token; the CSRF cookies can be read by the page.
const (
	SessionCookie  = "fc_session"
	CSRFCookie     = "fc_csrf"
	OperatorCookie = "fc_operator"
	OperatorCSRF   = "fc_operator_csrf"
	ProviderCookie = "fc_provider" // kept while a person is at their identity provider
)

func requestOf(c *fiber.Ctx, o Operation, proxies []netip.Prefix) Request {
	r := Request{Address: addressOf(c, proxies), Agent: strings.Clone(c.Get("User-Agent")), CSRF: strings.Clone(c.Get("X-CSRF-Token")), Writes: o.Method != http.MethodGet, Personal: o.Personal, Path: strings.TrimPrefix(strings.Clone(c.Path()), Prefix)}
	if token, ok := strings.CutPrefix(c.Get("Authorization"), "Bearer "); ok {
		r.Token = strings.Clone(token)
		return r
	}
	name := SessionCookie
	if o.Permission == Operator {
		name = OperatorCookie
	}
	r.Token, r.ByCookie = strings.Clone(c.Cookies(name)), true
	return r
}

func language(header string) string {
	if strings.HasPrefix(strings.ToLower(header), "en") {
		return "en"
	}
	return "zh"
}

// cleanText refuses the one character that PostgreSQL's text cannot hold, wherever it hides.
func cleanText(c *fiber.Ctx) bool {
	if strings.Contains(string(c.Request().URI().QueryString()), "%00") {
		return false
	}
	if strings.HasPrefix(c.Get("Content-Type"), "multipart/") {
		return true
	}
	return !strings.Contains(string(c.Body()), `\u0000`)
}

func requestHash(c *fiber.Ctx, op string) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %s\n", op, c.OriginalURL())
	_, _ = h.Write(c.Body())
	return h.Sum(nil)
}
