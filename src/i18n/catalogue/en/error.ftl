### The pages that say what went wrong. What developers copy from them stays English.

error-code = Error
error-detail = Detail
error-request-id = Request id
error-for-developers = Details for the application’s developer
error-copy-all = Copy all of it into your message.
error-copy = Copy
error-copied = Copied.
error-copy-selected = Copy the selected text.
error-log-says-more = The server’s log says more under the request id.

error-authorization-title = Authorization error
error-authorization-text = The application sent a request that this server cannot answer. Tell the people who run it; the details below help them.
error-logout-title = Sign-out error
error-logout-text = The application sent a sign-out request that this server cannot read, so nobody was signed out. You can sign out on your account page.
error-too-many-title = Too many requests
error-too-many-text = Too many requests came from your network. Wait a minute, then try again.
error-too-large-title = Request too large
error-too-large-text = What your browser sent is larger than this server reads. Go back to the application and start again.
error-broke-off-title = The form did not arrive
error-broke-off-text = The connection broke off, or was too slow, while your browser sent the form. Go back and send it again.
error-busy-title = The server is busy
error-busy-text = The server could not answer in time. Wait a moment, then try again.
error-server-title = Something went wrong
error-server-text = The server failed. Try again in a moment; if it happens again, tell the people who run this server and give them the request id.
error-gone-title = This sign-in has ended
error-gone-text = It took too long, was finished already, or was begun in another browser. Go back to the application and start again.
error-cross-site-title = Request refused
error-cross-site-text = The form was not sent from this site. Go back to the application and start again.
error-not-found-title = Page not found
error-not-found-text = There is no page at this address.
