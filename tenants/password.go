package tenants

import (
	"context"
	_ "embed" // the common passwords
	"fmt"
	"regexp"
	"strings"

	"github.com/alexedwards/argon2id"

	"forecourt/kernel/fault"
)

// Faults of what people sign in with.
var (
	ErrLoginForm = fault.New(fault.Invalid, "user.login_form", "登录名为 3 到 40 个小写字母、数字、点或横线", "A login has 3 to 40 small letters, digits, dots or dashes")
	ErrPassword  = fault.New(fault.Invalid, "user.password", "密码至少 8 位，不能与登录名相同，也不能是常见密码", "A password has at least 8 characters, is not the login and is not a common one")
)

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{2,39}$`)

// commonList is what people here choose first, of eight characters and more: what is shorter is refused anyway. One a line, in small letters.
//
//go:embed common_passwords.txt
var commonList string

var common = func() map[string]bool {
	set := map[string]bool{}
	for _, password := range strings.Fields(commonList) {
		set[password] = true
	}
	return set
}()

// checkSecret returns ErrLoginForm at login or ErrPassword at password.
func checkSecret(login, password string) error {
	switch {
	case !loginForm.MatchString(login):
		return ErrLoginForm.At("login")
	case len([]rune(password)) < 8 || len(password) > 200 || strings.EqualFold(login, password) || common[strings.ToLower(password)]:
		return ErrPassword.At("password")
	}
	return nil
}

// hashCost is how much a hash costs whoever guesses. Every hash carries its own, so that it can be raised later.
type hashCost argon2id.Params

var (
	// 19 MiB and two passes: the OWASP minimum for argon2id, 37 ms here.
	hashing = hashCost{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	cheap   = hashCost{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
)

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

func (c hashCost) hash(ctx context.Context, password string) (string, error) {
	release, err := slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, (*argon2id.Params)(&c))
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
