### English. The person is "you". Short sentences that say what happened and what helps.
###
### application: what asks for a sign-in (client)        organization: what people belong to
### sign in, sign out: never "log in"                     session: what a sign-in begins
### allow, withdraw: what a person does with access       the people who run this server: its operators
### user name: two words                                  email: without a hyphen
###
### Typographic apostrophes (’).
