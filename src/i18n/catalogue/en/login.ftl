### The sign-in page.

login-title = Sign in

# $client (text): the application
login-to-continue = to continue to <strong>{ $client }</strong>
login-user-name = User name or email
login-password = Password
login-submit = Sign in
login-cancel = Cancel

login-wrong = The user name or password is not right. Check both and try again. If it stays so although you are sure, use a browser in which you have signed in before, or ask whoever runs this server.
login-incomplete = Enter your user name and your password.

# $wait (text): a time in words
login-too-many-short = Too many attempts. Wait { $wait }, then try again.

# $wait (text): a time in words
login-too-many = Too many attempts. Try again in { $wait }, or in a browser in which you have signed in before. Whoever runs this server can unlock your account.
login-busy = The server is busy at the moment. Try again shortly.
