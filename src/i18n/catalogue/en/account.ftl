### The account page.

account-title = Your account
account-name = Name
account-user-name = User name
account-email = Email
account-sign-out = Sign out
