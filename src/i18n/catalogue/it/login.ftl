login-title = Accedi
login-to-continue = per continuare su <strong>{ $client }</strong>
login-user-name = Nome utente o email
login-password = Password
login-submit = Accedi
login-cancel = Annulla

login-wrong = Il nome utente o la password non sono corretti. Controllali entrambi e riprova. Se il problema resta anche se non hai dubbi, usa un browser in cui hai già effettuato l’accesso oppure chiedi a chi gestisce questo server.
login-incomplete = Inserisci il nome utente e la password.
login-too-many-short = Troppi tentativi. Attendi { $wait }, poi riprova.
login-too-many = Troppi tentativi. Riprova tra { $wait }, oppure in un browser in cui hai già effettuato l’accesso. Chi gestisce questo server può sbloccare il tuo account.
login-busy = Il server è occupato in questo momento. Riprova tra poco.
