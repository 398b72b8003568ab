// A web application with express-openid-connect, which brings /login, /logout and /callback.
import express from 'express'
import openid from 'express-openid-connect'

const { auth, requiresAuth } = openid
const app = express()

// ---- what `client create` printed ----

app.get('/', (req, res) => {
  if (!req.oidc.isAuthenticated()) return res.send('<a id="sign-in" href="/login">Sign in</a>')
  res.send(`<pre>${JSON.stringify(req.oidc.user, null, 2)}</pre>
    <p>Access token …<span id="access-token">${req.oidc.accessToken.access_token.slice(-12)}</span></p>
    <a id="refresh" href="/refresh">Refresh</a> <a id="sign-out" href="/logout">Sign out</a>`)
})

app.get('/refresh', requiresAuth(), async (req, res) => {
  await req.oidc.accessToken.refresh()
  res.redirect('/')
})

app.listen(process.env.PORT)
