package config_test

import (
	"os"
	"strings"
	"testing"

	"forecourt/kernel/config"
)

func clear(t *testing.T) {
	t.Helper()
	for _, name := range []string{"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "FORECOURT_ADDR", "FORECOURT_DATA", "FORECOURT_DEMO", "FORECOURT_CONNECTIONS", "FORECOURT_SECRET", "FORECOURT_PROXIES", "FORECOURT_PRIVATE_ISSUERS", "FORECOURT_OPS_ADDR", "FORECOURT_DRAIN"} {
		t.Setenv(name, "") // puts the old value back afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Run("NothingSetIsPrivateServers", func(t *testing.T) {
		clear(t)
		got, err := config.Load()
		want := config.Config{Addr: "127.0.0.1:8080", Data: "./var", Demo: true, Connections: 16}
		if err != nil || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
		if !got.PrivatePostgres() || !got.PrivateRedis() {
			t.Fatal("want private servers")
		}
	})

	t.Run("EverythingSet", func(t *testing.T) {
		clear(t)
		t.Setenv("DATABASE_URL", "postgres://app:pw@db/forecourt")
		t.Setenv("DATABASE_OWNER_URL", "postgres://owner:pw@db/forecourt")
		t.Setenv("REDIS_URL", "unix:///run/redis.sock?db=2")
		t.Setenv("FORECOURT_ADDR", ":9000")
		t.Setenv("FORECOURT_DEMO", "false")
		t.Setenv("FORECOURT_CONNECTIONS", "64")
		got, err := config.Load()
		if err != nil || got.Demo || got.Connections != 64 || got.Addr != ":9000" || got.PrivatePostgres() || got.PrivateRedis() {
			t.Fatalf("got %+v, %v", got, err)
		}
	})

	for _, c := range []struct{ name, variable, value, want string }{
		{"NumberIsText", "FORECOURT_CONNECTIONS", "many", "FORECOURT_CONNECTIONS: want a number"},
		{"NumberTooSmall", "FORECOURT_CONNECTIONS", "0", "FORECOURT_CONNECTIONS: 0 is not between 1 and 1000"},
		{"ShortKey", "FORECOURT_SECRET", "secret", "FORECOURT_SECRET: want at least 32"},
		{"ShortSecondKey", "FORECOURT_SECRET", "0123456789abcdef0123456789abcdef,secret", "FORECOURT_SECRET: want at least 32"},
		{"NoNetwork", "FORECOURT_PROXIES", "10.0.0.0/8,secret", "FORECOURT_PROXIES:"},
		{"SwitchIsText", "FORECOURT_DEMO", "perhaps", "FORECOURT_DEMO: want true or false"},
		{"AddressWithoutPort", "FORECOURT_ADDR", "localhost", "FORECOURT_ADDR:"},
		{"OpsAddressWithoutPort", "FORECOURT_OPS_ADDR", "localhost", "FORECOURT_OPS_ADDR:"},
		{"DrainIsText", "FORECOURT_DRAIN", "soon", "FORECOURT_DRAIN: want a time such as 5s"},
		{"DrainTooLong", "FORECOURT_DRAIN", "1h", "FORECOURT_DRAIN: 1h0m0s is not between"},
		{"OtherDatabase", "DATABASE_URL", "mysql://root:secret@db/x", "DATABASE_URL: want postgres://"},
		{"OwnerAlone", "DATABASE_OWNER_URL", "postgres://owner:secret@db/x", "DATABASE_OWNER_URL: set without DATABASE_URL"},
		{"RedisWithoutScheme", "REDIS_URL", "cache:6379", "REDIS_URL: want redis://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clear(t)
			t.Setenv(c.variable, c.value)
			_, err := config.Load()
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
				t.Fatalf("got %v, want one line with %q and no password", err, c.want)
			}
		})
	}
}
