package record

import "context"

type viewKey struct{}

// WithView puts the reader into ctx. The door does it for every call.
func WithView(ctx context.Context, v View) context.Context {
	return context.WithValue(ctx, viewKey{}, v)
}

// ViewOf returns the reader of ctx.
func ViewOf(ctx context.Context) View { v, _ := ctx.Value(viewKey{}).(View); return v }
