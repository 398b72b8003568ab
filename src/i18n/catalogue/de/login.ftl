login-title = Anmelden
login-to-continue = um fortzufahren zu <strong>{ $client }</strong>
login-user-name = Benutzername oder E-Mail-Adresse
login-password = Passwort
login-submit = Anmelden
login-cancel = Abbrechen

login-wrong = Benutzername oder Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es erneut. Wenn es dabei bleibt, obwohl Sie sicher sind, verwenden Sie einen Browser, in dem Sie sich schon einmal angemeldet haben, oder fragen Sie die Betreiber dieses Servers.
login-incomplete = Geben Sie Ihren Benutzernamen und Ihr Passwort ein.
login-too-many-short = Zu viele Versuche. Warten Sie { $wait } und versuchen Sie es dann erneut.
login-too-many = Zu viele Versuche. Versuchen Sie es in { $wait } erneut, oder in einem Browser, in dem Sie sich schon einmal angemeldet haben. Die Betreiber dieses Servers können Ihr Konto entsperren.
login-busy = Der Server ist im Moment ausgelastet. Versuchen Sie es in Kürze erneut.
