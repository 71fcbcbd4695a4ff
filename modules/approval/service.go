package approval

import (
	"context"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"forecourt/kernel/access"
	"forecourt/modules/approval/engine"
	"forecourt/policies"
	"forecourt/tenants"
)

// Notices tells people what concerns them; who stands in for somebody hears it too.
type Notices interface {
	Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error
}

// Grants answers what other people than whoever acts may do.
type Grants interface {
	Candidates(ctx context.Context, tx tenants.Tx, users []uuid.UUID) (map[uuid.UUID]*policies.Candidate, error)
}

// Service keeps flows and runs approvals.
type Service struct {
	db      *tenants.DB
	grants  Grants
	notices Notices
	matters []*matter

	flows    *lru.Cache[versionKey, *engine.Flow]    // published versions never change
	programs *lru.Cache[programKey, *engine.Program] // of one version of a tenant
	adopted  *lru.Cache[uuid.UUID, struct{}]         // tenants that have the shipped flows
}

type versionKey struct {
	tenant, flow uuid.UUID
	number       int
}

type programKey struct {
	tenant  uuid.UUID
	version int64
	subject string
}

// New makes the service. What it knows of documents comes with Join.
func New(db *tenants.DB, grants Grants, notices Notices) *Service {
	return &Service{db: db, grants: grants, notices: notices, matters: waiting(), flows: kept[versionKey, *engine.Flow](4000),
		programs: kept[programKey, *engine.Program](1000), adopted: kept[uuid.UUID, struct{}](10_000)}
}

func kept[K comparable, V any](n int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](n)
	if err != nil {
		panic(err) // n is positive
	}
	return c
}

// may reports whether a grant of the actor covers a company, or everything for uuid.Nil.
func may(tx tenants.Tx, p access.Permission, company uuid.UUID) (bool, error) {
	scope, err := tx.Can(p)
	if err != nil {
		return false, err
	}
	return scope.All || company != uuid.Nil && scope.Covers(company, uuid.Nil, uuid.Nil), nil
}
