package rest

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Cookie returns what the caller of ctx keeps under a name.
func Cookie(ctx context.Context, name string) string {
	if c, ok := ctx.Value(fiberKey).(*fiber.Ctx); ok {
		return strings.Clone(c.Cookies(name))
	}
	return ""
}

// SetCookie adds a cookie to the answer of ctx. Huma joins two cookies of one response wrongly, so they go past it. A
// readable cookie can be read by the page; expires in the past removes it.
func SetCookie(ctx context.Context, name, value string, expires time.Time, readable bool) {
	c, ok := ctx.Value(fiberKey).(*fiber.Ctx)
	if !ok {
		return
	}
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", Expires: expires, HTTPOnly: !readable, Secure: c.Protocol() == "https", SameSite: fiber.CookieSameSiteLaxMode})
}
