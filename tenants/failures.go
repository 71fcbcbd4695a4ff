package tenants

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/fault"
	"forecourt/kernel/throttle"
)

const (
	// failuresFrom is how many refusals an address has in failuresWithin, over all accounts. An office behind one address that types
	// wrong now and then stays far below; ten guesses a second are at it after three seconds.
	failuresFrom   = 30
	failuresWithin = 5 * time.Minute
)

// ErrAddress refuses an address from which too many sign-ins failed.
var ErrAddress = fault.New(fault.TooMany, "session.address", "这个网络地址登录失败太多次，请 %d 分钟后再试", "Too many failed sign-ins from this address; try again in %d minutes")

// Failures counts refused sign-ins by address, at the doors of tenants and operators together. Who gets in is never counted.
type Failures struct{ limit *throttle.Limit }

// NewFailures counts in Redis for all replicas. client nil: for this process alone.
func NewFailures(client redis.UniversalClient) *Failures {
	return &Failures{throttle.New(client, "sign_in", failuresFrom, failuresWithin)}
}

// open returns ErrAddress for an address that failed too often.
func (f *Failures) open(ctx context.Context, address string) error {
	if wait := f.limit.Wait(ctx, neighborhood(address)); wait > 0 {
		return ErrAddress.With(int((wait + time.Minute - 1) / time.Minute)).After(wait)
	}
	return nil
}

// attempt runs a try to get in, unless its address failed too often. A refusal is counted, and never told sooner than refusedAfter.
func (f *Failures) attempt(ctx context.Context, address string, try func() (Entry, error)) (Entry, error) {
	tell := time.NewTimer(refusedAfter)
	defer tell.Stop()
	err := f.open(ctx, address)
	if err == nil {
		var e Entry
		if e, err = try(); err == nil {
			return e, nil
		}
		if guessed(err) {
			f.limit.Count(ctx, neighborhood(address))
		}
	}
	select {
	case <-tell.C:
	case <-ctx.Done():
	}
	return Entry{}, err
}

// guessed reports whether a refusal may be that of somebody who guesses.
func guessed(err error) bool {
	for _, f := range []error{ErrSignIn, ErrLocked, ErrCode, ErrChallenge, ErrOperator} {
		if errors.Is(err, f) {
			return true
		}
	}
	return false
}

// neighborhood is what counts as one address: of IPv6, the network that a single customer gets.
func neighborhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
