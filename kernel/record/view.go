package record

import (
	"context"
	"time"

	"forecourt/kernel/clock"
)

type (
	viewKey    struct{}
	enteredKey struct{}
)

// WithView puts the reader into ctx, and when they came. The door does it for every call.
func WithView(ctx context.Context, v View) context.Context {
	return context.WithValue(context.WithValue(ctx, enteredKey{}, clock.Now()), viewKey{}, v)
}

// ViewOf returns the reader of ctx.
func ViewOf(ctx context.Context) View { v, _ := ctx.Value(viewKey{}).(View); return v }

// tookOf returns the milliseconds since the call of ctx came through the door, or nil outside of one.
func tookOf(ctx context.Context) any {
	entered, ok := ctx.Value(enteredKey{}).(time.Time)
	if !ok {
		return nil
	}
	return clock.Now().Sub(entered).Milliseconds()
}
