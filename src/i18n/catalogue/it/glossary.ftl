### Italiano. Si dà del tu, come fanno i grandi fornitori. Apostrofo tipografico (’).
###
### application: applicazione             organization: organizzazione
### sign in, sign out: accedere, uscire   session: sessione
### allow, withdraw: consentire, revocare the people who run this server: chi gestisce questo server
### account: account                      user name: nome utente
### email address: indirizzo email        password: password
### request id: identificativo della richiesta
### workspace: area di lavoro
