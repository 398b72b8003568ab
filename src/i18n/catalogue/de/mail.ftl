mail-hello = Guten Tag,
mail-code = Oder geben Sie diesen Code dort ein, wo Sie danach gefragt wurden:
mail-until = Der Link gilt bis zum { $time }.
mail-ignore = Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun.
mail-not-you = Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort.
mail-tell-us = Wenn Sie das nicht waren, melden Sie sich sofort bei uns.
mail-browser = Browser: { $browser }
mail-automatic = Diese Nachricht wurde von { $product } automatisch gesendet.

mail-address-proof-subject = Bestätigen Sie Ihre E-Mail-Adresse
mail-address-proof = Bestätigen Sie, dass diese E-Mail-Adresse Ihnen gehört, damit Ihr Konto bei { $product } sie verwenden kann.
mail-address-proof-action = Adresse bestätigen

mail-new-address-proof-subject = Bestätigen Sie Ihre neue E-Mail-Adresse
mail-new-address-proof = Ihr Konto bei { $product } soll künftig diese E-Mail-Adresse haben. Bestätigen Sie, dass sie Ihnen gehört.

mail-address-changed-subject = Ihre E-Mail-Adresse wurde geändert
mail-address-changed = Am { $time } wurde die E-Mail-Adresse Ihres Kontos bei { $product } geändert. Diese Adresse gehört nicht mehr dazu.

mail-password-reset-subject = Wählen Sie ein neues Passwort
mail-password-reset = Jemand, vermutlich Sie, hat für Ihr Konto bei { $product } ein neues Passwort angefordert.
mail-password-reset-action = Neues Passwort wählen

mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed = Am { $time } wurde das Passwort Ihres Kontos bei { $product } geändert.

mail-new-device-subject = Neue Anmeldung bei Ihrem Konto
mail-new-device = Am { $time } hat sich jemand bei Ihrem Konto bei { $product } in einem Browser angemeldet, der dafür bisher nicht verwendet wurde.

mail-invitation-subject = Einladung zu { $organization }
mail-invitation = Sie sind eingeladen, { $organization } bei { $product } beizutreten.
mail-invitation-from = { $inviter } lädt Sie ein, { $organization } bei { $product } beizutreten.
mail-invitation-action = Einladung ansehen
mail-invitation-ignore = Wenn Ihnen das nichts sagt, brauchen Sie nichts zu tun.

mail-account-help-subject = Hilfe mit Ihrem Konto
mail-account-help = Wir wurden gebeten, Ihnen wieder in Ihr Konto bei { $product } zu helfen. Dieser Link führt dorthin.
mail-account-help-action = Weiter
mail-account-help-warning = Geben Sie diesen Link niemandem, wer auch immer danach fragt.

mail-account-deleted-subject = Ihr Konto wurde gelöscht
mail-account-deleted = Am { $time } wurde Ihr Konto bei { $product } gelöscht.

mail-sign-up-attempt-subject = Sie haben bereits ein Konto
mail-sign-up-attempt = Jemand, vermutlich Sie, wollte mit dieser E-Mail-Adresse ein Konto bei { $product } anlegen. Sie haben bereits eines.
mail-sign-up-attempt-action = Anmelden
mail-sign-up-attempt-forgotten = Wenn Sie Ihr Passwort vergessen haben, können Sie dort ein neues wählen.

mail-test-subject = E-Mail funktioniert
mail-test = Dies ist ein Test: { $product } kann E-Mails senden.
