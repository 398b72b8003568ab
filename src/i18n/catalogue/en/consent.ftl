### The page that asks whether an application may.

consent-title = Allow access
consent-question = Allow access?

# $client (text): the application
consent-asks = <strong>{ $client }</strong> asks for access to your account.
consent-would = It would be able to

# $name (text): a scope or a resource, as the application calls it
consent-use = Use <code>{ $name }</code>

# $organization (text): its name
consent-in-organization = Act for you in the organization <strong>{ $organization }</strong>
consent-in-active = Act for you in whichever organization is active
consent-away = <strong>Also while you are away.</strong> The access stays when you sign out, until you withdraw it.
consent-allow = Allow
consent-deny = Do not allow

# $destination (text): a host, or an application on this machine
consent-return = Either way you return to { $destination }.
