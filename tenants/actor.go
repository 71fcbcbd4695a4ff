package tenants

import "context"

type actorKey struct{}

// WithActor puts the actor of a call into ctx.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf returns who acts under ctx. Without one it is the zero Actor, whose tenant has no rows.
func ActorOf(ctx context.Context) Actor { a, _ := ctx.Value(actorKey{}).(Actor); return a }
