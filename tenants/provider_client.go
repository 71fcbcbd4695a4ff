package tenants

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of asking a provider.
var (
	ErrIssuer = fault.New(fault.Invalid, "identity_provider.issuer", "连不上这个地址，或它不是 OpenID Connect 服务", "This address does not answer, or is no OpenID Connect provider")
	ErrClient = fault.New(fault.Invalid, "identity_provider.client", "对方不认可客户端 ID 或密钥", "The provider does not accept the client ID or its secret")
	errInside = errors.New("an address of a private network: set FORECOURT_PRIVATE_ISSUERS to allow it")
)

const (
	providerPatience = 10 * time.Second
	// providerKnown is how long what a provider says of itself is believed.
	providerKnown = 10 * time.Minute
	// providerSays is how many bytes a provider may answer.
	providerSays = 1 << 20
)

// ProviderClient is how identity providers are asked. Their address is chosen by a group's administrator, so it must not lead into
// the network that this program runs in, unless the installation says that providers are there.
func ProviderClient(inside bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !inside && !public(to.Addr().Unmap()) {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Timeout:   providerPatience,
		Transport: brief{&http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // to wherever else: it was not asked for
		},
	}
}

var carrier = netip.MustParsePrefix("100.64.0.0/10")

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !carrier.Contains(a)
}

// brief reads no more of an answer than a provider has to say.
type brief struct{ http.RoundTripper }

// RoundTrip asks, and bounds the answer.
func (b brief) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, providerSays), res.Body}
	}
	return res, err
}

// issuers keeps what providers say of themselves.
type issuers struct {
	client *http.Client
	mu     sync.Mutex
	known  map[string]issuer
}

type issuer struct {
	provider *oidc.Provider
	until    time.Time
}

// mostIssuers is how many are kept; beyond it all are forgotten, and asked again.
const mostIssuers = 1000

// find returns a provider by its issuer. It returns ErrIssuer at issuer.
func (i *issuers) find(ctx context.Context, name string) (*oidc.Provider, error) {
	i.mu.Lock()
	found, ok := i.known[name]
	i.mu.Unlock()
	if ok && clock.Now().Before(found.until) {
		return found.provider, nil
	}
	p, err := oidc.NewProvider(i.context(ctx), name)
	if err != nil {
		return nil, ErrIssuer.At("issuer").Because(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil || len(i.known) >= mostIssuers {
		i.known = map[string]issuer{}
	}
	i.known[name] = issuer{p, clock.Now().Add(providerKnown)}
	return p, nil
}

// endpointOf is where a provider is asked, and how it wants to hear the client's secret. Where the provider does not say how, both
// ways are tried: but a second try brings a code that the first one may have used up, and hides why it was refused.
func endpointOf(p *oidc.Provider) oauth2.Endpoint {
	e := p.Endpoint()
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := p.Claims(&says); err != nil {
		return e
	}
	switch {
	case slices.Contains(says.Methods, "client_secret_basic"):
		e.AuthStyle = oauth2.AuthStyleInHeader
	case slices.Contains(says.Methods, "client_secret_post"):
		e.AuthStyle = oauth2.AuthStyleInParams
	}
	return e
}

func (i *issuers) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, i.client)
}

// TestProvider asks the provider that an input names whether it is there and knows the client. The actor decides for the group. It
// returns ErrIssuer, ErrClient, what EditProvider returns, or a denied fault.
func (s *Sessions) TestProvider(ctx context.Context, a Actor, in ProviderInput) error {
	if err := in.check(); err != nil {
		return err
	}
	var key string
	err := s.db.Read(ctx, a, func(tx Tx) error {
		if err := decidesIdentity(tx); err != nil {
			return err
		}
		was, err := provider(ctx, tx)
		if err != nil {
			return err
		}
		sealed, err := s.secretFor(tx, was, in)
		if err != nil {
			return err
		}
		plain, err := s.box.Open(sealed, providerAt(tx.Tenant))
		key = string(plain)
		return err
	})
	if err != nil {
		return err
	}
	p, err := s.issuers.find(ctx, in.Issuer)
	if err != nil {
		return err
	}
	// A code that was never given is refused either way: for itself where the client is known, for the client where it is not.
	config := oauth2.Config{ClientID: in.ClientID, ClientSecret: key, Endpoint: endpointOf(p), RedirectURL: in.Issuer}
	_, err = config.Exchange(s.issuers.context(ctx), "test", oauth2.VerifierOption(oauth2.GenerateVerifier()))
	var answer *oauth2.RetrieveError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &answer):
		return ErrIssuer.At("issuer").Because(err)
	case answer.ErrorCode == "invalid_client" || answer.ErrorCode == "unauthorized_client" || answer.Response.StatusCode == http.StatusUnauthorized:
		return ErrClient.At("clientSecret").Because(err)
	case answer.Response.StatusCode >= http.StatusInternalServerError:
		return ErrIssuer.At("issuer").Because(fmt.Errorf("token endpoint: %w", err))
	}
	return nil
}
