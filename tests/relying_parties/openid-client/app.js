// A web application with openid-client 6: sign in, show the claims, refresh, sign out.
import express from 'express'
import session from 'express-session'

// ---- what `client create` printed ----

const { REDIRECT_URI, POST_LOGOUT_REDIRECT_URI, SCOPE } = process.env
const app = express()
app.use(session({ secret: client.randomState(), resave: false, saveUninitialized: false }))

app.get('/', (req, res) => {
  const { claims, tokens } = req.session
  if (!claims) return res.send('<a id="sign-in" href="/sign-in">Sign in</a>')
  res.send(`<pre>${JSON.stringify(claims, null, 2)}</pre>
    <p>Access token …<span id="access-token">${tokens.access_token.slice(-12)}</span></p>
    <a id="refresh" href="/refresh">Refresh</a> <a id="sign-out" href="/sign-out">Sign out</a>`)
})

app.get('/sign-in', async (req, res) => {
  req.session.code_verifier = client.randomPKCECodeVerifier()
  res.redirect(client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(req.session.code_verifier),
    code_challenge_method: 'S256',
  }).href)
})

app.get('/callback', async (req, res) => {
  const url = new URL(req.originalUrl, REDIRECT_URI)
  const pkceCodeVerifier = req.session.code_verifier
  const tokens = await client.authorizationCodeGrant(config, url, { pkceCodeVerifier, idTokenExpected: true })
  req.session.tokens = tokens
  req.session.claims = tokens.claims()
  res.redirect('/')
})

app.get('/refresh', async (req, res) => {
  const { refresh_token, id_token } = req.session.tokens
  req.session.tokens = { id_token, refresh_token, ...await client.refreshTokenGrant(config, refresh_token) }
  res.redirect('/')
})

app.get('/sign-out', (req, res) => {
  const { id_token } = req.session.tokens
  req.session.destroy(() => res.redirect(client.buildEndSessionUrl(config, {
    id_token_hint: id_token,
    post_logout_redirect_uri: POST_LOGOUT_REDIRECT_URI,
  }).href))
})

app.use((error, req, res, next) => res.status(400).send(`${error.error ?? error.code}: ${error.error_description ?? error.message}`))
app.listen(process.env.PORT)
