// A web application with Passport and its strategy for OpenID Connect.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

// ---- what `client create` printed ----

passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.authenticate('session'))

app.get('/', (req, res) => {
  const said = req.session.messages?.join(', ') ?? ''
  if (!req.user) return res.send(`<a id="sign-in" href="/sign-in">Sign in</a> <p>${said}</p>`)
  res.send(`<pre>${JSON.stringify(req.user, null, 2)}</pre>
    <a id="sign-out" href="/sign-out">Sign out</a> <a id="sign-out-at-signet" href="${signOutAtSignet}">… of signet too</a>`)
})

app.get('/sign-in', passport.authenticate('openidconnect'))
app.get('/callback', passport.authenticate('openidconnect', {
  successRedirect: '/', failureRedirect: '/', failureMessage: true,
}))
app.get('/sign-out', (req, res, next) => req.logout((error) => (error ? next(error) : res.redirect('/'))))

app.listen(process.env.PORT)
