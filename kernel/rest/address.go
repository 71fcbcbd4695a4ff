package rest

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ParseNetwork reads "10.1.0.0/16" or a single address.
func ParseNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}

// ParseNetworks reads networks with commas between them.
func ParseNetworks(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for text := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		p, err := ParseNetwork(text)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// InNetworks reports whether an address, as a Request has it, is in one of them.
func InNetworks(address string, networks []netip.Prefix) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range networks {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// addressOf returns who called. What a proxy of ours says of its caller is believed, and what that one says only if it is ours too:
// anybody can write the header.
func addressOf(c *fiber.Ctx, proxies []netip.Prefix) string {
	address := c.IP()
	if len(proxies) == 0 {
		return address
	}
	said := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(said) - 1; i >= 0 && InNetworks(address, proxies); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			break
		}
		address = a.Unmap().String()
	}
	return address
}
