### The pages of an invitation to an organization.

invitation-title = Invitation

# $organization (text): its name
invitation-question = Join { $organization }?
invitation-organization = Organization
invitation-invited-by = Invited by

# $service (text): the name of this server
invitation-by-operator = The people who run { $service }
invitation-role = Your role there
invitation-open-until = Open until
invitation-join = Join
invitation-decline = Decline
invitation-your-choice = You join only if you say so here, and you can leave again.

invitation-none-title = No invitation here
invitation-none-text = No invitation waits in this browser. Open the link of the invitation again.
invitation-member-title = You are a member

# $role (text): the name of the role
invitation-member-text = You have joined already. Your role there is { $role }.
invitation-joined-title = You have joined

# $role (text): the name of the role
invitation-joined-text = Your role there is { $role }. If you came from an application, you can go back to it.
invitation-declined-title = You have declined
invitation-declined-text = Nothing has changed for your account. The invitation cannot be used any more.
invitation-refused-title = This invitation cannot be used
invitation-unknown = There is no such invitation. It may have been sent anew: look for a newer message.
invitation-for-another = It was sent to another address than the one of this account. Sign out, and sign in with the account of that address.
invitation-email-unproven = The address of your account is not proven yet. Prove it, then open the link of the invitation again.
invitation-inviter-gone = Whoever sent it may not give this role any more. Ask the organization for a new one.
invitation-suspended = The organization is suspended at present.
invitation-otherwise = You cannot join this organization at present.
invitation-used = It was used already.
invitation-was-declined = It was declined. If you want to join after all, ask for a new one.
invitation-revoked = It was taken back.
invitation-expired = Its time has passed. Ask for a new one.
