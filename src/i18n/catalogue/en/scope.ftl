### What a scope lets an application do. In the list of the consent page each completes "It would be able to".

scope-openid = Know who you are when you sign in
scope-profile = See your profile: your name, picture and similar details
scope-email = See your email address
scope-address = See your postal address
scope-phone = See your phone number
scope-organizations = See which organizations you belong to, and your role there
scope-modules = See which parts of your organization you may use
scope-groups = See your organization, and your roles in it and in its workspaces
scope-roles = See your roles
scope-consents = See what you allowed applications, and withdraw it
scope-any-organization = Switch between your organizations
