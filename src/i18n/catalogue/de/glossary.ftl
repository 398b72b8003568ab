### Deutsch. Anrede: Sie. Typografische Zeichen (’ „ “), Gedankenstriche sparsam.
###
### application: Anwendung                organization: Organisation
### sign in, sign out: anmelden, abmelden session: Sitzung
### allow, withdraw: erlauben, widerrufen the people who run this server: die Betreiber
### account: Konto                        user name: Benutzername
### email address: E-Mail-Adresse         password: Passwort
### request id: Anfragenummer             workspace: Arbeitsbereich
