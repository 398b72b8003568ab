account-title = Ihr Konto
account-name = Name
account-user-name = Benutzername
account-email = E-Mail-Adresse
account-sign-out = Abmelden
