// A web application with go-oidc: sign in, show the claims, refresh, sign out. How it reaches the provider stands in
// provider.go, which `signet client create --for go-oidc` prints.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// session is what the application keeps of one browser.
type session struct {
	state, nonce, verifier string // of a sign-in under way
	claims                 map[string]any
	idToken                string
	token                  *oauth2.Token
}

type application struct {
	*signet
	mutex    sync.Mutex
	sessions map[string]*session
}

func main() {
	provider, err := discover(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	app := &application{signet: provider, sessions: map[string]*session{}}
	http.HandleFunc("GET /{$}", app.home)
	http.HandleFunc("GET /sign-in", app.signIn)
	http.HandleFunc("GET /callback", app.callback)
	http.HandleFunc("GET /refresh", app.refresh)
	http.HandleFunc("GET /sign-out", app.signOut)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func (app *application) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	s := app.session(r)
	if s == nil || s.claims == nil {
		fmt.Fprint(w, `<a id="sign-in" href="/sign-in">Sign in</a>`)
		return
	}
	claims, _ := json.MarshalIndent(s.claims, "", "  ")
	access := s.token.AccessToken
	fmt.Fprintf(w, `<pre>%s</pre><p>Access token …<span id="access-token">%s</span></p>
		<a id="refresh" href="/refresh">Refresh</a> <a id="sign-out" href="/sign-out">Sign out</a>`,
		html.EscapeString(string(claims)), html.EscapeString(access[max(0, len(access)-12):]))
}

func (app *application) signIn(w http.ResponseWriter, r *http.Request) {
	s := &session{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	app.begin(w, s)
	address := app.config.AuthCodeURL(s.state, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier))
	http.Redirect(w, r, address, http.StatusFound)
}

func (app *application) callback(w http.ResponseWriter, r *http.Request) {
	s := app.session(r)
	if s == nil || s.state == "" || r.FormValue("state") != s.state {
		http.Error(w, "this sign-in did not begin here", http.StatusBadRequest)
		return
	}
	if refusal := r.FormValue("error"); refusal != "" {
		http.Error(w, refusal+": "+r.FormValue("error_description"), http.StatusForbidden)
		return
	}
	signedIn, err := app.exchange(r.Context(), r.FormValue("code"), s)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	app.end(r)
	app.begin(w, signedIn)
	http.Redirect(w, r, "/", http.StatusFound)
}

// exchange redeems the code, and checks the ID token before anything in it is believed.
func (app *application) exchange(ctx context.Context, code string, s *session) (*session, error) {
	token, err := app.config.Exchange(ctx, code, oauth2.VerifierOption(s.verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := app.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != s.nonce {
		return nil, errors.New("the ID token is for another sign-in")
	}
	signedIn := &session{idToken: raw, token: token}
	return signedIn, idToken.Claims(&signedIn.claims)
}

// refresh asks for a new access token before the old one has ended, as oauth2 itself does afterwards.
func (app *application) refresh(w http.ResponseWriter, r *http.Request) {
	s := app.session(r)
	if s == nil || s.token == nil {
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	ended := &oauth2.Token{RefreshToken: s.token.RefreshToken}
	token, err := app.config.TokenSource(r.Context(), ended).Token()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	app.mutex.Lock()
	s.token = token
	app.mutex.Unlock()
	http.Redirect(w, r, "/", http.StatusFound)
}

// signOut ends the application's session, then the provider's (OpenID Connect RP-Initiated Logout).
func (app *application) signOut(w http.ResponseWriter, r *http.Request) {
	s := app.session(r)
	app.end(r)
	if s == nil || s.idToken == "" {
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	query := url.Values{
		"id_token_hint":            {s.idToken},
		"post_logout_redirect_uri": {os.Getenv("POST_LOGOUT_REDIRECT_URI")},
	}
	http.Redirect(w, r, app.endSession+"?"+query.Encode(), http.StatusFound)
}

// begin gives the browser a new session, under a name that nobody knew before.
func (app *application) begin(w http.ResponseWriter, s *session) {
	name := rand.Text()
	app.mutex.Lock()
	app.sessions[name] = s
	app.mutex.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (app *application) session(r *http.Request) *session {
	cookie, err := r.Cookie("session")
	if err != nil {
		return nil
	}
	app.mutex.Lock()
	defer app.mutex.Unlock()
	return app.sessions[cookie.Value]
}

func (app *application) end(r *http.Request) {
	if cookie, err := r.Cookie("session"); err == nil {
		app.mutex.Lock()
		delete(app.sessions, cookie.Value)
		app.mutex.Unlock()
	}
}
