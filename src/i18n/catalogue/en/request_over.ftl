### The page for whoever comes back to a sign-in that is over.

request-over-answered-title = You have answered already
request-over-answered-text = This request was answered, and the application was told.
request-over-late-title = This sign-in took too long
request-over-late-text = The application asked a while ago, and waits no longer. Start again there.

# $client (text): the application
request-over-return = Return to <strong>{ $client }</strong> where you started it.
