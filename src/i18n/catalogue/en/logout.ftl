### The pages of signing out.

logout-title = Sign out
logout-question = Sign out?

# $client (text): the application
logout-asks = <strong>{ $client }</strong> asks you to sign out.

# $service (text): the name of this server
logout-effect = This ends your session on { $service } in this browser.
logout-confirm = Sign out
logout-stay = Stay signed in

logout-done-title = Signed out

# $service (text): the name of this server
logout-done-text = Your session on { $service } has ended. On a shared computer, close the browser too.
logout-not-returned = The application asked to be returned to an address that it has not registered.
logout-sign-in-again = Sign in again
