account-title = Votre compte
account-name = Nom
account-user-name = Nom d’utilisateur
account-email = Adresse e-mail
account-sign-out = Se déconnecter
