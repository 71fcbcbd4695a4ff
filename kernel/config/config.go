// Package config reads the settings of one process from its environment. Everything a replica needs to work with servers
// of its own is here; without any setting the program runs on a private PostgreSQL and Redis.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"forecourt/kernel/rest"
	"forecourt/kernel/secret"
)

// Config is what one process was told.
type Config struct {
	// DatabaseURL is PostgreSQL as the application's role, which owns nothing and bypasses nothing. Empty: a private server.
	DatabaseURL string `env:"DATABASE_URL"`
	// DatabaseOwnerURL is PostgreSQL as the owner of the tables, past any pooler. Empty beside a DatabaseURL: this process
	// doesn't migrate.
	DatabaseOwnerURL string `env:"DATABASE_OWNER_URL"`
	// RedisURL is redis://, rediss:// or unix://. Empty: a private server.
	RedisURL string `env:"REDIS_URL"`
	// Addr is where the HTTP door listens. An empty host means every address of the machine.
	Addr string `env:"FORECOURT_ADDR" envDefault:"127.0.0.1:8080"`
	// OpsAddr is where probes and metrics are answered, for the machinery around the program and not for people. Empty: nowhere.
	OpsAddr string `env:"FORECOURT_OPS_ADDR"`
	// Drain is how long a process that is told to stop goes on answering while it says that it is not ready, so that whoever spreads
	// requests over the replicas hears of it.
	Drain time.Duration `env:"FORECOURT_DRAIN" envDefault:"0s"`
	// Data is the folder of the private servers and of uploaded files.
	Data string `env:"FORECOURT_DATA" envDefault:"./var"`
	// Demo fills an empty database with a dealer group to look at. Turn it off in production.
	Demo bool `env:"FORECOURT_DEMO" envDefault:"true"`
	// Secret is the key or, with commas between them, the keys under which secrets in the database are sealed, at least 32 characters each: the
	// first seals, all of them open. The same for all replicas. Empty beside a private PostgreSQL: a key in the folder of data.
	Secret string `env:"FORECOURT_SECRET"`
	// Proxies are the addresses or networks of the proxies before this program, whose X-Forwarded-For is believed.
	Proxies string `env:"FORECOURT_PROXIES"`
	// PrivateIssuers lets a group's identity provider be a server in a private network.
	PrivateIssuers bool `env:"FORECOURT_PRIVATE_ISSUERS"`
	// Connections is the most connections to PostgreSQL this process opens.
	Connections int `env:"FORECOURT_CONNECTIONS" envDefault:"16"`
}

// PrivatePostgres says that no database was named, so this process runs its own.
func (c Config) PrivatePostgres() bool { return c.DatabaseURL == "" }

// PrivateRedis says that no Redis was named, so this process runs its own.
func (c Config) PrivateRedis() bool { return c.RedisURL == "" }

// Keys are the keys of FORECOURT_SECRET.
func (c Config) Keys() []string {
	if c.Secret == "" {
		return nil
	}
	return strings.Split(c.Secret, ",")
}

// Load reads the environment. Its error is one line with every bad value by the name of its variable; a value that may
// hold a password is never repeated.
func Load() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err == nil {
		err = c.validate()
	}
	if err != nil {
		return Config{}, fmt.Errorf("settings: %s", oneLine(err))
	}
	return c, nil
}

func (c Config) validate() error {
	var wrong []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	check(hasScheme(c.DatabaseURL, "postgres", "postgresql"), "DATABASE_URL: want postgres://role@host/database")
	check(hasScheme(c.DatabaseOwnerURL, "postgres", "postgresql"), "DATABASE_OWNER_URL: want postgres://owner@host/database")
	check(c.DatabaseURL != "" || c.DatabaseOwnerURL == "", "DATABASE_OWNER_URL: set without DATABASE_URL; set both or none")
	check(hasScheme(c.RedisURL, "redis", "rediss", "unix"), "REDIS_URL: want redis://host:6379/0")
	_, port, err := net.SplitHostPort(c.Addr)
	check(err == nil && port != "", "FORECOURT_ADDR: %q is no address, want host:port", c.Addr)
	_, port, err = net.SplitHostPort(c.OpsAddr)
	check(c.OpsAddr == "" || err == nil && port != "", "FORECOURT_OPS_ADDR: %q is no address, want host:port", c.OpsAddr)
	check(c.Drain >= 0 && c.Drain <= time.Minute, "FORECOURT_DRAIN: %s is not between 0s and 1m", c.Drain)
	_, err = secret.New(c.Keys()...)
	check(err == nil, "FORECOURT_SECRET: want at least %d characters", secret.Least)
	_, err = rest.ParseNetworks(c.Proxies)
	check(err == nil, "FORECOURT_PROXIES: want addresses or networks such as 10.0.0.0/8, with commas between them")
	check(c.Connections >= 1 && c.Connections <= 1000, "FORECOURT_CONNECTIONS: %d is not between 1 and 1000", c.Connections)
	return errors.Join(wrong...)
}

func hasScheme(raw string, schemes ...string) bool {
	if raw == "" {
		return true
	}
	u, err := url.Parse(raw)
	return err == nil && slices.Contains(schemes, u.Scheme) && (u.Host != "" || u.Path != "")
}

// oneLine names the variable of a value that has the wrong type, where env names the field.
func oneLine(err error) string {
	var lines []string
	var all env.AggregateError
	if !errors.As(err, &all) {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	for _, e := range all.Errors {
		var wrong env.ParseError
		if !errors.As(e, &wrong) {
			lines = append(lines, e.Error())
			continue
		}
		name := wrong.Name
		if f, ok := reflect.TypeFor[Config]().FieldByName(name); ok {
			name = f.Tag.Get("env")
		}
		want := "a number"
		switch {
		case wrong.Type.Kind() == reflect.Bool:
			want = "true or false"
		case wrong.Type == reflect.TypeFor[time.Duration]():
			want = "a time such as 5s"
		}
		lines = append(lines, name+": want "+want)
	}
	return strings.Join(lines, "; ")
}
