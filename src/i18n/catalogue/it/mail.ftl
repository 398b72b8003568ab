mail-hello = Ciao,
mail-code = Oppure inserisci questo codice dove ti è stato chiesto:
mail-until = Il link è valido fino al { $time }.
mail-ignore = Se non l’hai chiesto tu, non devi fare nulla.
mail-not-you = Se non sei stato tu, scegli subito una nuova password.
mail-tell-us = Se non sei stato tu, avvisaci subito.
mail-browser = Browser: { $browser }
mail-automatic = { $product } ha inviato questo messaggio automaticamente.

mail-address-proof-subject = Conferma il tuo indirizzo email
mail-address-proof = Conferma che questo indirizzo email è tuo, così il tuo account su { $product } può usarlo.
mail-address-proof-action = Conferma l’indirizzo

mail-new-address-proof-subject = Conferma il tuo nuovo indirizzo email
mail-new-address-proof = D’ora in poi il tuo account su { $product } avrà questo indirizzo email. Conferma che è tuo.

mail-address-changed-subject = Il tuo indirizzo email è stato cambiato
mail-address-changed = Il { $time } l’indirizzo email del tuo account su { $product } è stato cambiato. Questo non gli appartiene più.

mail-password-reset-subject = Scegli una nuova password
mail-password-reset = Qualcuno, probabilmente tu, ha chiesto una nuova password per il tuo account su { $product }.
mail-password-reset-action = Scegli una nuova password

mail-password-changed-subject = La tua password è stata cambiata
mail-password-changed = Il { $time } la password del tuo account su { $product } è stata cambiata.

mail-new-device-subject = Nuovo accesso al tuo account
mail-new-device = Il { $time } qualcuno ha effettuato l’accesso al tuo account su { $product } da un browser mai usato prima.

mail-invitation-subject = Invito a { $organization }
mail-invitation = Hai ricevuto un invito a unirti a { $organization } su { $product }.
mail-invitation-from = { $inviter } ti invita a unirti a { $organization } su { $product }.
mail-invitation-action = Vedi l’invito
mail-invitation-ignore = Se non sai di che cosa si tratta, non devi fare nulla.

mail-account-help-subject = Aiuto con il tuo account
mail-account-help = Ci è stato chiesto di aiutarti a rientrare nel tuo account su { $product }. Questo link porta lì.
mail-account-help-action = Continua
mail-account-help-warning = Non dare questo link a nessuno, chiunque lo chieda.

mail-account-deleted-subject = Il tuo account è stato eliminato
mail-account-deleted = Il { $time } il tuo account su { $product } è stato eliminato.

mail-sign-up-attempt-subject = Hai già un account
mail-sign-up-attempt = Qualcuno, probabilmente tu, ha provato a creare un account su { $product } con questo indirizzo email. Ne hai già uno.
mail-sign-up-attempt-action = Accedi
mail-sign-up-attempt-forgotten = Se hai dimenticato la password, lì puoi sceglierne una nuova.

mail-test-subject = La posta funziona
mail-test = Questa è una prova: { $product } può inviare email.
