package record

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/rest"
)

// Saved is what every write answers: the record as it stands now.
type Saved struct {
	ID      uuid.UUID `json:"id"`
	Number  string    `json:"number"`
	Version int       `json:"version"`
	Status  string    `json:"status" doc:"Empty for a kind without states"`
}

type saved struct{ Body Saved }

// Router registers what people do to the records of one kind, one line an operation. A is who acts, which the kernel does not
// know.
type Router[T, A any] struct {
	api   *rest.API
	kind  *Kind[T]
	actor func(context.Context) A
	state func(*T) string
	id    string
	needs access.Permission
}

// NewRouter makes the router of a kind; actor tells who acts under a context. Answers carry the field "status", if there is one.
func NewRouter[T, A any](api *rest.API, k *Kind[T], actor func(context.Context) A) Router[T, A] {
	state := func(*T) string { return "" }
	if f := k.by["status"]; f != nil {
		state = func(m *T) string { return reflect.ValueOf(m).Elem().FieldByIndex(f.index).String() }
	}
	return Router[T, A]{api: api, kind: k, actor: actor, state: state}
}

// Answers takes the status of answers from state, for a kind whose field has another name.
func (r Router[T, A]) Answers(state func(*T) string) Router[T, A] { r.state = state; return r }

// Named gives the operation that follows an id of its own, instead of verb-kind.
func (r Router[T, A]) Named(id string) Router[T, A] { r.id = id; return r }

// Needs gives the operation that follows a permission of its own, instead of that of the state table or kind:verb.
func (r Router[T, A]) Needs(p access.Permission) Router[T, A] { r.needs = p; return r }

func (r Router[T, A]) operation(method, path, verb, summary string) rest.Operation {
	op := rest.Operation{Zh: r.kind.actionLabel(verb).Zh + "：" + r.kind.Label.Zh, ID: verb + "-" + strings.ReplaceAll(r.kind.Name, "_", "-"), Method: method, Path: "/" + r.kind.Path + path,
		Permission: access.Permission(r.kind.Name + ":" + verb), Summary: summary}
	if r.id != "" {
		op.ID = r.id
	}
	if r.needs != "" {
		op.Permission = r.needs
	}
	return op
}

// step is the operation of an action. One that the state table leaves to other documents has no permission, and is refused at start-up.
func (r Router[T, A]) step(action, summary string) rest.Operation {
	op := r.operation(http.MethodPost, "/{id}/"+action, action, summary)
	if r.kind.Approval(action) != nil {
		op.Body = takeChoices
	}
	if r.kind.machine == nil || r.needs != "" {
		return op
	}
	for _, a := range r.kind.machine.All() {
		if a.Name == action {
			op.Permission = a.Permission
		}
	}
	return op
}

func (r Router[T, A]) answer(m *T, err error) (*saved, error) {
	if err != nil {
		return nil, err
	}
	b := baseOf(m)
	return &saved{Saved{b.ID, b.Number, b.Version, r.state(m)}}, nil
}

// Create registers POST /{path}: verb says how a record of the kind comes to be, and the permission is kind:verb.
func Create[T, A, In any](r Router[T, A], verb, summary string, do func(context.Context, A, In) (*T, error)) {
	op := r.operation(http.MethodPost, "", verb, summary)
	op.Status = http.StatusCreated
	op.Body = takeOwn(r.kind.Name)
	rest.NameBody[In](r.api, op)
	rest.Register(r.api, op, func(ctx context.Context, in *struct{ Body In }) (*saved, error) {
		return r.answer(do(ctx, r.actor(ctx), in.Body))
	})
}

// Edit registers PATCH /{path}/{id} of the version in If-Match, with the permission kind:edit.
func Edit[T, A, In any](r Router[T, A], summary string, do func(context.Context, A, uuid.UUID, int, In) (*T, error)) {
	op := r.operation(http.MethodPatch, "/{id}", "edit", summary)
	op.Body = takeOwn(r.kind.Name)
	change(r, op, do)
}

// Act registers POST /{path}/{id}/{action} of the version in If-Match, for an action that asks nothing.
func Act[T, A any, S ~string](r Router[T, A], action S, summary string, do func(context.Context, A, uuid.UUID, int) (*T, error)) {
	rest.Register(r.api, r.step(string(action), summary), func(ctx context.Context, in *struct {
		ByID
		rest.Version
	}) (*saved, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return r.answer(do(ctx, r.actor(ctx), in.Key(), version))
	})
}

// Ask registers Act for an action whose dialog asks for something: In is the body, a pointer when it may be left out.
func Ask[T, A, In any, S ~string](r Router[T, A], action S, summary string, do func(context.Context, A, uuid.UUID, int, In) (*T, error)) {
	change(r, r.step(string(action), summary), do)
}

func change[T, A, In any](r Router[T, A], op rest.Operation, do func(context.Context, A, uuid.UUID, int, In) (*T, error)) {
	rest.NameBody[In](r.api, op)
	rest.Register(r.api, op, func(ctx context.Context, in *struct {
		ByID
		rest.Version
		Body In
	}) (*saved, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		givenTo(ctx, in.Key())
		return r.answer(do(ctx, r.actor(ctx), in.Key(), version, in.Body))
	})
}
