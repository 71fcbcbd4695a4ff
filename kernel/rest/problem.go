package rest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"forecourt/kernel/fault"
)

// Faults that any operation can answer with.
var (
	ErrUnauthenticated = fault.New(fault.Unauthenticated, "rest.unauthenticated", "请先登录", "Sign in first")
	ErrDenied          = fault.New(fault.Denied, "rest.denied", "没有权限，请联系管理员", "You have no permission for this; ask your administrator")
	ErrMissing         = fault.New(fault.Missing, "rest.missing", "记录不存在，或不在你的权限范围内", "This record does not exist, or you may not see it")
	ErrVersionNeeded   = fault.New(fault.VersionNeeded, "rest.version_needed", "请在 If-Match 中给出记录的版本", "Give the record's version in If-Match")
	ErrVersion         = fault.New(fault.Invalid, "rest.version", "If-Match 应为记录的版本号", "If-Match is the number of the record's version")
	ErrNul             = fault.New(fault.Invalid, "rest.nul", "内容含有不允许的字符", "The text holds a character that is not allowed")
	errDatabaseValue   = fault.New(fault.Invalid, "rest.value", "内容不符合要求，请检查后再提交", "A value is not acceptable; check it and send again")
	errReference       = fault.New(fault.Invalid, "rest.reference", "引用的记录不存在", "A record that is referred to does not exist")
	errTaken           = fault.New(fault.Conflict, "rest.taken", "已存在相同的记录", "The same record exists already")
	errTimeout         = fault.New(fault.Unavailable, "rest.timeout", "处理超时，请稍后再试", "This took too long; try again")
	errExhausted       = fault.New(fault.Unavailable, "rest.exhausted", "服务器空间或资源不足，内容没有保存，请联系系统管理员", "The server has run out of space or resources; nothing was saved. Tell whoever runs it")
	errInternal        = fault.New(fault.Unavailable, "rest.internal", "系统出错，已记录，请稍后再试", "Something went wrong here and was logged; try again")
)

var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Unauthenticated: 401, fault.Denied: 403, fault.Missing: 404, fault.Conflict: 409,
	fault.Stale: 412, fault.VersionNeeded: 428, fault.TooLarge: 413, fault.TooMany: 429, fault.Unavailable: 503}

// Problem is an RFC 9457 document.
type Problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Errors []ProblemField `json:"errors,omitempty"`
	Text   *fault.Text    `json:"text,omitempty" doc:"Only of a closure: what the operators say, in both languages"`
	Until  *time.Time     `json:"until,omitempty" doc:"Only of a closure: when it should be over"`
	wait   time.Duration
}

// ProblemField is one mistake at one field.
type ProblemField struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the text for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders says when to try again.
func (p *Problem) GetHeaders() http.Header {
	if p.wait <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(p.wait.Seconds())))}}
}

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var titles = map[int]fault.Text{
	400: {Zh: "请求有误", En: "Bad request"}, 401: {Zh: "未登录", En: "Not signed in"}, 403: {Zh: "没有权限", En: "Not allowed"},
	404: {Zh: "不存在", En: "Not found"}, 405: {Zh: "不支持的操作", En: "Method not allowed"}, 406: {Zh: "不支持的格式", En: "Not acceptable"},
	408: {Zh: "请求超时", En: "Request timeout"}, 409: {Zh: "有冲突", En: "Conflict"}, 412: {Zh: "已被他人修改", En: "Changed by someone else"},
	413: {Zh: "内容太大", En: "Too large"}, 415: {Zh: "不支持的格式", En: "Unsupported format"}, 422: {Zh: "内容有误", En: "Invalid content"},
	428: {Zh: "缺少版本", En: "Version needed"}, 429: {Zh: "请求太频繁", En: "Too many requests"}, 500: {Zh: "系统出错", En: "Internal error"}, 503: {Zh: "暂时不可用", En: "Unavailable"},
}

// problem turns an error of a use case into its document. What is no fault is logged, and its text stays here.
func problem(ctx context.Context, err error) *Problem {
	var done *Problem
	if errors.As(err, &done) {
		return done
	}
	lang := LanguageOf(ctx)
	var f *fault.Fault
	if !errors.As(err, &f) {
		f = translate(ctx, err)
	}
	status := statuses[f.Kind]
	if errors.Is(f, errInternal) {
		status = 500
	}
	p := &Problem{Type: "about:blank", Title: titles[status].In(lang), Status: status, Detail: f.Message(lang), Code: f.Code, wait: f.Wait}
	for _, x := range append([]*fault.Fault{f}, f.More...) {
		if x.Field != "" {
			p.Errors = append(p.Errors, ProblemField{x.Field, x.Code, x.Message(lang)})
		}
	}
	return p
}

func translate(ctx context.Context, err error) *fault.Fault {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "23503":
			return errReference.Because(err)
		case pg.Code == "23505":
			return errTaken.Because(err)
		case strings.HasPrefix(pg.Code, "22"), pg.Code == "23514":
			slog.WarnContext(ctx, "value refused by the database", "operation", OperationOf(ctx), "error", err)
			return errDatabaseValue.Because(err)
		case strings.HasPrefix(pg.Code, "53"): // disk, memory or connections are used up
			slog.ErrorContext(ctx, "operation failed", "operation", OperationOf(ctx), "error", err)
			return errExhausted.Because(err)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errTimeout.Because(err)
	}
	slog.ErrorContext(ctx, "operation failed", "operation", OperationOf(ctx), "error", err)
	return errInternal.Because(err)
}

// write sends p outside of Huma's own path.
func write(c *fiber.Ctx, p *Problem) {
	b, err := json.Marshal(p)
	if err != nil {
		c.Status(fiber.StatusInternalServerError)
		return
	}
	c.Status(p.Status).Set("Content-Type", "application/problem+json")
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	_ = c.Send(b)
}

// Fail writes err as a problem document, for handlers that Huma does not serve.
func Fail(c *fiber.Ctx, err error) error {
	ctx := context.WithValue(c.UserContext(), languageKey, language(c.Get("Accept-Language")))
	var fe *fiber.Error
	if errors.As(err, &fe) {
		write(c, plain(fe.Code, LanguageOf(ctx)))
		return nil
	}
	write(c, problem(ctx, err))
	return nil
}

func plain(status int, lang string) *Problem {
	title := titles[status].In(lang)
	if title == "" {
		title = http.StatusText(status)
	}
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: title, Code: "rest." + strconv.Itoa(status)}
}

// problemOf is Huma's own refusals, of a body or parameter that does not fit its schema.
func problemOf(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
	lang := "zh"
	if hc != nil {
		lang = language(hc.Header("Accept-Language"))
	}
	p := plain(status, lang)
	if status == http.StatusBadRequest {
		p.Status, p.Title = 422, titles[422].In(lang)
	}
	for _, err := range errs {
		var p2 *Problem
		if errors.As(err, &p2) {
			return p2
		}
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, ProblemField{fieldOf(d.Location, d.Message), "rest.schema", schemaMessage(d.Message, lang)})
		}
	}
	if len(p.Errors) > 0 {
		p.Code, p.Detail = p.Errors[0].Code, p.Errors[0].Message
	} else if msg != "" && lang == "en" {
		p.Detail = msg
	}
	return p
}

func fieldOf(location, message string) string {
	place := location
	for _, prefix := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(location, prefix); ok && (rest == "" || rest[0] == '.') {
			place = strings.TrimPrefix(rest, ".")
		}
	}
	switch name := missing(message); {
	case name == "":
	case place == "":
		return name
	default:
		return place + "." + name
	}
	if place == "" {
		return location
	}
	return place
}

// Version reads If-Match: "3".
type Version struct {
	IfMatch string `header:"If-Match" maxLength:"20" doc:"The record's version, from its ETag"`
}

// Want returns the version, or ErrVersionNeeded or ErrVersion.
func (v Version) Want() (int, error) {
	if v.IfMatch == "" {
		return 0, ErrVersionNeeded.At("If-Match")
	}
	n, err := strconv.Atoi(strings.Trim(v.IfMatch, `"`))
	if err != nil || n < 1 {
		return 0, ErrVersion.At("If-Match")
	}
	return n, nil
}
