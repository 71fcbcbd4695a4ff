package main

import (
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/rest"
	"forecourt/web"
)

// serveWeb answers everything that is not the API with the embedded web: assets by name, every other path with the page.
func serveWeb(app *fiber.App) error {
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return err
	}
	app.Use(func(c *fiber.Ctx) error {
		p := strings.TrimPrefix(path.Clean(c.Path()), "/")
		if strings.HasPrefix(c.Path(), rest.Prefix) || c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			return fiber.ErrNotFound
		}
		c.Set("X-Content-Type-Options", "nosniff")
		c.Set("Referrer-Policy", "same-origin")
		c.Set("X-Frame-Options", "DENY")
		if p == "" || path.Ext(p) == "" {
			c.Set("Cache-Control", "no-cache")
			return send(c, dist, "index.html")
		}
		if strings.HasPrefix(p, "assets/") {
			c.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			c.Set("Cache-Control", "no-cache")
		}
		return send(c, dist, p)
	})
	return nil
}

// send answers with the smallest form of a file that the browser takes.
func send(c *fiber.Ctx, dist fs.FS, name string) error {
	c.Type(strings.TrimPrefix(path.Ext(name), "."), "utf-8")
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		c.Set("Content-Type", t)
	}
	c.Vary("Accept-Encoding")
	for _, e := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !strings.Contains(c.Get("Accept-Encoding"), e.encoding) {
			continue
		}
		if b, err := fs.ReadFile(dist, name+e.suffix); err == nil {
			c.Set("Content-Encoding", e.encoding)
			return c.Send(b)
		}
	}
	b, err := fs.ReadFile(dist, name)
	if err != nil {
		if name == "index.html" {
			return c.Status(fiber.StatusServiceUnavailable).SendString("The web was not built: run make build")
		}
		c.Set("Cache-Control", "no-store")
		return fiber.ErrNotFound
	}
	return c.Send(b)
}
