// Package transfer lets a tenant leave with everything: one file of all its rows and uploads, read as of one instant; the way of
// that file into another installation; and the erasure of what stays behind, with a certificate. Which tables a tenant has is
// asked of the database itself, so a table that a later release adds joins by itself.
package transfer

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/file"
	"forecourt/tenants"
)

// Why a transfer is refused.
var (
	// ErrDamaged says that an export file is not what its manifest says. The error names the part.
	ErrDamaged = errors.New("the file is damaged or was changed by hand")
	// ErrSchema says that the file comes from another release.
	ErrSchema = errors.New("the file has another schema than this installation")
	// ErrExists says that the tenant, or another one of its code, is here already.
	ErrExists = errors.New("the tenant is here already")
	// ErrPlatform says that rows of the platform that the tenant refers to have other rows in their place here.
	ErrPlatform = errors.New("the platform has other rows in the place of those that the tenant refers to")
	// ErrPlan says that the plan of the tenant is not sold here.
	ErrPlan = errors.New("this installation has no plan with the code of the tenant's")
	// ErrInUse refuses to erase a tenant that is not suspended.
	ErrInUse = errors.New("suspend the tenant first")
)

// format is the version of the file's own form.
const format = 1

// leftOut are the tables that an export does not hold, each with its reason.
var leftOut = map[string]string{
	"sessions":           "sign-ins are good for one installation; everybody signs in again with their password",
	"support_sessions":   "support enters one installation; what it did is in the history",
	"support_grants":     "a consent to support was given to the operators of one installation; the history says who gave it",
	"sign_in_challenges": "a challenge is good for minutes and one installation",
	"second_steps":       "secrets are sealed with the key of one installation; everybody sets up their second step again",
	"recovery_codes":     "they go with the second step",
	"identity_providers": "the client's secret is sealed with the key of one installation; the group's administrator sets it up again",
	"api_tokens":         "a program's token is good for one installation",
	"usage_days":         "what the operators of one installation counted",
	"quota_counters":     "made again from the files that are there",
	"idempotency":        "keys of requests that were answered are good for a week and one installation",
}

// Manifest says what an export holds. It is the last part of the file, so a broken export has none.
type Manifest struct {
	Format   int        `json:"format"`
	Schema   string     `json:"schema"` // number of the last migration
	At       time.Time  `json:"at"`     // everything is as of this instant
	Tenant   Identity   `json:"tenant"`
	Since    string     `json:"since"` // the day of the oldest line of history
	Tables   []Part     `json:"tables"`
	Platform []Part     `json:"platform"` // rows of the platform that the tenant refers to
	Files    []Content  `json:"files"`
	LeftOut  []Omission `json:"leftOut"`
}

// Identity names a tenant.
type Identity struct {
	ID   uuid.UUID `json:"id"`
	Code string    `json:"code"`
	Name string    `json:"name"`
}

// Part is a table: its rows as JSON, one a line.
type Part struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the lines
}

// Content is an uploaded file. One that the database names and the disk has lost is Missing, and has no part in the export.
type Content struct {
	ID      uuid.UUID `json:"id"`
	Size    int64     `json:"size"`
	SHA256  string    `json:"sha256"`
	Missing bool      `json:"missing,omitempty"`
}

// Omission is a table that is not in the export.
type Omission struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

const (
	manifestName = "manifest.json"
	ownTable     = "tenants"
)

func tablePart(name string) string    { return "tables/" + name + ".jsonl" }
func platformPart(name string) string { return "platform/" + name + ".jsonl" }
func filePart(id uuid.UUID) string    { return "files/" + id.String() }

// Service moves tenants in and out.
type Service struct {
	db    *tenants.DB
	files *file.Folder
}

// New makes the service. Erase needs a db that is connected as the owner of the tables; everything else works under row security.
func New(db *tenants.DB, files *file.Folder) *Service { return &Service{db, files} }
