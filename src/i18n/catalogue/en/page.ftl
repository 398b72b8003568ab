### What every page shares.

page-your-account = Your account

# $name (text): what the person is called
page-signed-in-as = Signed in as <strong>{ $name }</strong>

# $client (text): the application
page-return-to = Return to { $client }
page-language = Language
