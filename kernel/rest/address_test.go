package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/rest"
)

func TestAddressBehindProxies(t *testing.T) {
	for _, c := range []struct{ name, proxies, said, want string }{
		{"NoProxyIsBelieved", "", "198.51.100.7", "0.0.0.0"},
		{"AnotherCallerIsNotBelieved", "10.0.0.0/8", "198.51.100.7", "0.0.0.0"},
		{"OurProxyIs", "0.0.0.0", "198.51.100.7", "198.51.100.7"},
		{"WhatTheCallerWroteIsNot", "0.0.0.0", "203.0.113.1, 198.51.100.7", "198.51.100.7"},
		{"ThroughTwoOfOurs", "0.0.0.0,10.0.0.0/8", "203.0.113.1, 198.51.100.7, 10.1.1.1", "198.51.100.7"},
		{"NoAddress", "0.0.0.0", "unknown", "0.0.0.0"},
		{"Nothing", "0.0.0.0", "", "0.0.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			proxies, err := rest.ParseNetworks(c.proxies)
			if err != nil {
				t.Fatal(err)
			}
			app, got := fiber.New(), ""
			rest.Register(rest.New(app, rest.Doors{Proxies: proxies}), rest.Operation{ID: "where", Method: http.MethodGet, Path: "/where", Permission: rest.Public},
				func(ctx context.Context, _ *struct{}) (*struct{}, error) {
					got = rest.RequestOf(ctx).Address
					return nil, nil
				})
			r := httptest.NewRequest(http.MethodGet, rest.Prefix+"/where", nil)
			r.Header.Set("X-Forwarded-For", c.said)
			res, err := app.Test(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestNetworks(t *testing.T) {
	for _, wrong := range []string{"10.0.0.0/33", "office", "10.0.0", "::1/129", "10.0.0.1,x"} {
		if _, err := rest.ParseNetworks(wrong); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
	networks, err := rest.ParseNetworks(" 192.0.2.0/24 , 2001:db8::1, ")
	if err != nil || len(networks) != 2 {
		t.Fatalf("%v, %v", networks, err)
	}
	for address, want := range map[string]bool{"192.0.2.77": true, "::ffff:192.0.2.77": true, "192.0.3.1": false, "2001:db8::1": true, "2001:db8::2": false, "": false} {
		if rest.InNetworks(address, networks) != want {
			t.Errorf("%q: want %v", address, want)
		}
	}
}
