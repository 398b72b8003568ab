// A web application with Auth.js for Express, which brings its own sign-in and sign-out pages below /auth.
import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'

// ---- what `client create` printed ----

const app = express()
app.set('trust proxy', true)
app.use('/auth', ExpressAuth(authConfig))

app.get('/', async (req, res) => {
  const session = await getSession(req, authConfig)
  if (!session) return res.send('<a id="sign-in" href="/auth/signin">Sign in</a>')
  res.send(`<pre>${JSON.stringify(session, null, 2)}</pre>
    <a id="sign-out" href="/auth/signout">Sign out</a> <a id="sign-out-at-signet" href="${signOutAtSignet}">… of signet too</a>`)
})

app.listen(process.env.PORT)
