// ---- what `client create` printed ----

const view = document.getElementById('view')
const element = (tag, id, text, onclick) => view.append(Object.assign(document.createElement(tag), { id, textContent: text, onclick }))

function show(user) {
  view.replaceChildren()
  if (!user) return element('button', 'sign-in', 'Sign in', () => userManager.signinRedirect())
  element('pre', 'claims', JSON.stringify(user.profile, null, 2))
  element('p', 'access-token', user.access_token.slice(-12))
  element('button', 'refresh', 'Refresh', async () => show(await userManager.signinSilent()))
  element('button', 'sign-out', 'Sign out', () => userManager.signoutRedirect())
}

try {
  // After a sign-in the address has `state`; after a sign-out it has none, because none was sent.
  if (new URLSearchParams(location.search).has('state')) {
    await userManager.signinCallback()
    history.replaceState(null, '', location.pathname)
  }
  show(await userManager.getUser())
} catch (error) {
  element('p', 'error', `${error.error ?? error.name}: ${error.message}`)
}
