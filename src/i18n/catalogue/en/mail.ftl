### What mails say. A subject is one short line without a full stop.

mail-hello = Hello,
mail-code = Or type this code where you were asked for it:

# $time (text): a moment in words
mail-until = The link works until { $time }.
mail-ignore = If you did not ask for this, you need do nothing.
mail-not-you = If that was not you, choose a new password at once.
mail-tell-us = If that was not you, tell us at once.

# $browser (text): what the person signed in with
mail-browser = Browser: { $browser }

# $product (text): the name of the service
mail-automatic = { $product } sent this message by itself.

mail-address-proof-subject = Confirm your email address

# $product (text): the name of the service
mail-address-proof = Confirm that this email address is yours, so that your account at { $product } can use it.
mail-address-proof-action = Confirm the address

mail-new-address-proof-subject = Confirm your new email address

# $product (text): the name of the service
mail-new-address-proof = Your account at { $product } is to have this email address from now on. Confirm that it is yours.

mail-address-changed-subject = Your email address was changed

# $product (text): the name of the service
# $time (text): a moment in words
mail-address-changed = On { $time } the email address of your account at { $product } was changed. This one no longer belongs to it.

mail-password-reset-subject = Choose a new password

# $product (text): the name of the service
mail-password-reset = Somebody, most likely you, asked for a new password for your account at { $product }.
mail-password-reset-action = Choose a new password

mail-password-changed-subject = Your password was changed

# $product (text): the name of the service
# $time (text): a moment in words
mail-password-changed = On { $time } the password of your account at { $product } was changed.

mail-new-device-subject = New sign-in to your account

# $product (text): the name of the service
# $time (text): a moment in words
mail-new-device = On { $time } somebody signed in to your account at { $product } in a browser where nobody had before.

# $organization (text): its name
mail-invitation-subject = Invitation to { $organization }

# $organization (text): its name
# $product (text): the name of the service
mail-invitation = You are invited to join { $organization } at { $product }.

# $inviter (text): the name of a member
# $organization (text): its name
# $product (text): the name of the service
mail-invitation-from = { $inviter } invites you to join { $organization } at { $product }.
mail-invitation-action = Look at the invitation
mail-invitation-ignore = If you do not know who that is, you need do nothing.

mail-account-help-subject = Help with your account

# $product (text): the name of the service
mail-account-help = We were asked to help you back into your account at { $product }. This link leads there.
mail-account-help-action = Go on
mail-account-help-warning = Give this link to nobody, whoever asks for it.

mail-account-deleted-subject = Your account was deleted

# $product (text): the name of the service
# $time (text): a moment in words
mail-account-deleted = On { $time } your account at { $product } was deleted.

mail-sign-up-attempt-subject = You have an account already

# $product (text): the name of the service
mail-sign-up-attempt = Somebody, most likely you, tried to make an account at { $product } with this email address. You have one already.
mail-sign-up-attempt-action = Sign in
mail-sign-up-attempt-forgotten = If you have forgotten your password, you can choose a new one there.

mail-test-subject = Mail works

# $product (text): the name of the service
mail-test = This is a test: { $product } can send mail.
