package tenants

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// 19 MiB and two passes: the OWASP minimum for argon2id, 37 ms here.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// slots bounds how many hashings run at once, so that a wave of sign-ins leaves room for everyone else.
var slots = make(chan struct{}, 2)

func slot(ctx context.Context) (release func(), err error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func hashPassword(ctx context.Context, password string) (string, error) {
	release, err := slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// nobody is compared when there is no such login, so that the answer takes as long as for a wrong password.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func passwordFits(ctx context.Context, password, hash string) (bool, error) {
	release, err := slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	fits, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return fits, nil
}
