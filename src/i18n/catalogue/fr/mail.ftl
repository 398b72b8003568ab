mail-hello = Bonjour,
mail-code = Ou saisissez ce code là où il vous a été demandé :
mail-until = Le lien est valable jusqu’au { $time }.
mail-ignore = Si vous n’avez rien demandé, vous n’avez rien à faire.
mail-not-you = Si ce n’était pas vous, choisissez immédiatement un nouveau mot de passe.
mail-tell-us = Si ce n’était pas vous, prévenez-nous immédiatement.
mail-browser = Navigateur : { $browser }
mail-automatic = Ce message a été envoyé automatiquement par { $product }.

mail-address-proof-subject = Confirmez votre adresse e-mail
mail-address-proof = Confirmez que cette adresse e-mail est la vôtre, afin que votre compte chez { $product } puisse l’utiliser.
mail-address-proof-action = Confirmer l’adresse

mail-new-address-proof-subject = Confirmez votre nouvelle adresse e-mail
mail-new-address-proof = Votre compte chez { $product } doit désormais avoir cette adresse e-mail. Confirmez qu’elle est la vôtre.

mail-address-changed-subject = Votre adresse e-mail a été modifiée
mail-address-changed = Le { $time }, l’adresse e-mail de votre compte chez { $product } a été modifiée. Celle-ci n’y est plus associée.

mail-password-reset-subject = Choisissez un nouveau mot de passe
mail-password-reset = Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte chez { $product }.
mail-password-reset-action = Choisir un nouveau mot de passe

mail-password-changed-subject = Votre mot de passe a été modifié
mail-password-changed = Le { $time }, le mot de passe de votre compte chez { $product } a été modifié.

mail-new-device-subject = Nouvelle connexion à votre compte
mail-new-device = Le { $time }, quelqu’un s’est connecté à votre compte chez { $product } dans un navigateur qui n’avait jamais servi à cela.

mail-invitation-subject = Invitation à rejoindre { $organization }
mail-invitation = Vous êtes invité à rejoindre { $organization } chez { $product }.
mail-invitation-from = { $inviter } vous invite à rejoindre { $organization } chez { $product }.
mail-invitation-action = Voir l’invitation
mail-invitation-ignore = Si cela ne vous dit rien, vous n’avez rien à faire.

mail-account-help-subject = Aide pour votre compte
mail-account-help = On nous a demandé de vous aider à retrouver l’accès à votre compte chez { $product }. Ce lien vous y mène.
mail-account-help-action = Continuer
mail-account-help-warning = Ne donnez ce lien à personne, quelle que soit la personne qui le demande.

mail-account-deleted-subject = Votre compte a été supprimé
mail-account-deleted = Le { $time }, votre compte chez { $product } a été supprimé.

mail-sign-up-attempt-subject = Vous avez déjà un compte
mail-sign-up-attempt = Quelqu’un, sans doute vous, a essayé de créer un compte chez { $product } avec cette adresse e-mail. Vous en avez déjà un.
mail-sign-up-attempt-action = Se connecter
mail-sign-up-attempt-forgotten = Si vous avez oublié votre mot de passe, vous pouvez en choisir un nouveau à cet endroit.

mail-test-subject = L’envoi d’e-mails fonctionne
mail-test = Ceci est un test : { $product } peut envoyer des e-mails.
