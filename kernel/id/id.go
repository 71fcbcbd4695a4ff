// Package id makes the keys of records: UUIDs of version 7, which sort by the time they were made.
package id

import "github.com/google/uuid"

// New returns a fresh key. It panics only when the machine has no randomness left.
func New() uuid.UUID { return uuid.Must(uuid.NewV7()) }
