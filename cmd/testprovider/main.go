// Command testprovider is a small OpenID Connect provider for the stories in Chromium: discovery, authorization by a page of its own,
// tokens with PKCE, and its keys, over TLS under a certificate that it makes and writes where it is told:
//
//	go run ./cmd/testprovider 127.0.0.1:18491 certificate.pem
//
// Whoever signs in there says who they are and what is to be wrong with the token, so that a story can see each refusal.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"forecourt/kernel/clock"
)

// The one client that the provider knows.
const (
	clientID     = "forecourt"
	clientSecret = "a secret between the two"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: testprovider ADDRESS CERTIFICATE")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "testprovider:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address, certificate string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	cert, err := selfSigned(host)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(certificate), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o644); err != nil {
		return err
	}
	p, err := newProvider("https://" + address)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: address, Handler: p.routes(), ReadHeaderTimeout: 5 * time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServeTLS("", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// selfSigned is a certificate for one address, trusted by whoever is given it.
func selfSigned(host string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := clock.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "testprovider"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(host)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// provider keeps the codes that it gave until they are redeemed.
type provider struct {
	issuer       string
	key, foreign *rsa.PrivateKey // only key is published
	mu           sync.Mutex
	codes        map[string]consent
}

// consent is what a code stands for: who signed in, to what question, and what is to be wrong with the answer.
type consent struct {
	asked       url.Values
	who, spoilt string
}

func newProvider(issuer string) (*provider, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	return &provider{issuer: issuer, key: key, foreign: foreign, codes: map[string]consent{}}, err
}

func (p *provider) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /authorize", p.decide)
	mux.HandleFunc("POST /token", p.token)
	return mux
}

func (p *provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token", "jwks_uri": p.issuer + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	})
}

func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": b64(p.key.N.Bytes()), "e": b64(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>统一身份平台</title>
<h1>统一身份平台</h1>
<form method="post">
<p><label>工号 <input name="who" required autofocus></label>
<p><label>令牌 <select name="spoilt">
<option value="">正确</option><option value="nonce">别次登录的 nonce</option><option value="expired">已过期</option><option value="signature">别人的签名</option>
<option value="audience">别的客户端</option><option value="silent">不签发</option><option value="nameless">没有账号</option></select></label>
<p><button name="answer" value="yes">同意</button> <button name="answer" value="no" formnovalidate>拒绝</button>
</form>`))

// authorize asks whoever comes who they are; a question without PKCE or a nonce is not this program's.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var b bytes.Buffer
	if err := page.Execute(&b, nil); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(b.Bytes())
}

// decide sends whoever answered back to where they came from.
func (p *provider) decide(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back := url.Values{"state": {asked.Get("state")}}
	if r.PostFormValue("answer") == "yes" {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = consent{asked, r.PostFormValue("who"), r.PostFormValue("spoilt")}
		p.mu.Unlock()
		back.Set("code", code)
	} else {
		back.Set("error", "access_denied")
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

// token redeems a code once, for the client that it was given to and with the verifier of its question.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if ok { // both are encoded in that header, as RFC 6749 wants
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != clientID || secret != clientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	given, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || b64(sum[:]) != given.asked.Get("code_challenge") || r.PostFormValue("redirect_uri") != given.asked.Get("redirect_uri") {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	if given.spoilt == "silent" {
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": "temporarily_unavailable"})
		return
	}
	signed, err := p.sign(given)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": signed})
}

// sign makes the token, with what is to be wrong about it.
func (p *provider) sign(c consent) (string, error) {
	now := clock.Now()
	claims := map[string]any{"iss": p.issuer, "aud": clientID, "sub": "id of " + c.who, "preferred_username": c.who, "nonce": c.asked.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	key := p.key
	switch c.spoilt {
	case "nonce":
		claims["nonce"] = rand.Text()
	case "expired":
		claims["iat"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix()
	case "signature":
		key = p.foreign
	case "audience":
		claims["aud"] = "another"
	case "nameless":
		delete(claims, "preferred_username")
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	head := b64([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(head))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return head + "." + b64(sig), err
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
