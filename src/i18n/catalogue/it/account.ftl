account-title = Il tuo account
account-name = Nome
account-user-name = Nome utente
account-email = Indirizzo email
account-sign-out = Esci
