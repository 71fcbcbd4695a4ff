package rest

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

// RetryAfter says in the answer of ctx when another try makes sense, in whole seconds and at least one.
func RetryAfter(ctx context.Context, d time.Duration) {
	if c, ok := ctx.Value(fiberKey).(*fiber.Ctx); ok {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(d.Round(time.Second)/time.Second))))
	}
}
