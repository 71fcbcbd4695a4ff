package rest

import (
	"bytes"
	"context"
	"log/slog"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// Faults of Idempotency-Key.
var (
	ErrAnswered = fault.New(fault.Conflict, "rest.in_progress", "相同的请求正在处理或已处理，请查看结果", "The same request is under way or done; look at its result")
	ErrKeyUsed  = fault.New(fault.Invalid, "rest.key_used", "这个 Idempotency-Key 已用于另一个请求", "This Idempotency-Key was used for another request")
	ErrKeySize  = fault.New(fault.Invalid, "rest.key_size", "Idempotency-Key 为 8 到 80 个字符", "An Idempotency-Key has 8 to 80 characters")
)

// Answer is what a request with a key was answered. Status 0: the work is done, its answer was not kept.
type Answer struct {
	Request []byte
	Status  int
	Body    []byte
}

// Answers keeps the answers of the caller of ctx.
type Answers interface {
	Find(ctx context.Context, key string) (*Answer, error) // nil: this key has done nothing yet
	Store(ctx context.Context, key string, status int, body []byte) error
}

type remembered struct {
	key     string
	request []byte
}

// once answers a request with a key: from what is kept, or by doing the work. The answer of an unkept operation is told once.
func (a *API) once(hc huma.Context, c *fiber.Ctx, k string, unkept bool, next func(huma.Context)) {
	ctx := hc.Context()
	if len(k) < 8 || len(k) > 80 {
		write(c, problem(ctx, ErrKeySize.At("Idempotency-Key")))
		return
	}
	k = strings.Clone(k)
	hash := requestHash(c, OperationOf(ctx))
	kept, err := a.doors.Answers.Find(ctx, k)
	switch {
	case err != nil:
	case kept != nil && !bytes.Equal(kept.Request, hash):
		err = ErrKeyUsed.At("Idempotency-Key")
	case kept != nil && kept.Status == 0:
		err = ErrAnswered
	case kept != nil:
		c.Status(kept.Status).Set("Content-Type", "application/json")
		c.Set("Idempotent-Replay", "true")
		_ = c.Send(kept.Body)
		return
	}
	if err != nil {
		write(c, problem(ctx, err))
		return
	}
	next(huma.WithContext(hc, context.WithValue(ctx, answerKey, remembered{k, hash})))
	if status := c.Response().StatusCode(); status < 300 && !unkept {
		if err := a.doors.Answers.Store(ctx, k, status, bytes.Clone(c.Response().Body())); err != nil {
			slog.Warn("answer not kept", "operation", OperationOf(ctx), "error", err)
		}
	}
}

// Remember writes the request's key in the transaction of its work, so that the same key never works twice.
func Remember(ctx context.Context, tx database.Tx) error {
	r, ok := ctx.Value(answerKey).(remembered)
	if !ok {
		return nil
	}
	return tx.Later(ctx, "INSERT INTO idempotency (tenant_id, user_id, key, request) VALUES (?, ?, ?, ?)", tx.Tenant, tx.By.User, r.key, r.request)
}

// Forget gives a context whose transactions do not write the request's key: for work beside the request's own.
func Forget(ctx context.Context) context.Context { return context.WithValue(ctx, answerKey, nil) }
