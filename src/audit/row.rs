//! Owns which column each part of an event goes to; what has no column of its own goes into the metadata.

use serde_json::{Value, json};

use super::event::Event;
use crate::base::id::{ClientId, GrantId, UserId};

/// An event's columns beside its name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Row<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) client: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) grant: Option<&'a str>,
    pub(super) metadata: Value,
}

/// Takes an event apart.
pub(super) fn of(event: &Event) -> Row<'_> {
    let metadata = match metadata(event) {
        Value::Null => json!({}),
        metadata => metadata,
    };
    Row {
        metadata,
        ..subjects(event)
    }
}

fn metadata(event: &Event) -> Value {
    match event {
        Event::LoginSuccess { amr, .. } => json!({ "amr": amr }),
        Event::LoginFailure { reason, .. } => json!({ "reason": reason.name() }),
        Event::SessionEnded { reason, .. }
        | Event::SessionsEnded { reason, .. }
        | Event::GrantEnded { reason, .. } => json!({ "reason": reason }),
        Event::OrganizationSwitched { organization, .. } => json!({ "org_id": organization }),
        Event::RefreshReused {
            generation, current, ..
        } => {
            json!({ "generation": generation, "current": current })
        }
        Event::TokenRevoked { token, .. } => json!({ "jti": token }),
        Event::ConsentGranted { .. } | Event::ConsentWithdrawn { .. } => consent_metadata(event),
        Event::ResourceChanged { resource } => json!({ "resource": resource }),
        Event::UserDisabled { status, .. } => json!({ "status": status }),
        Event::UserRoleChanged { role, .. } => json!({ "role": role }),
        Event::UserTierChanged { tier, .. } => json!({ "tier": tier }),
        Event::OrganizationCreated { organization, .. }
        | Event::OrganizationSuspended { organization }
        | Event::OrganizationResumed { organization }
        | Event::OrganizationTokensRevoked { organization }
        | Event::OrganizationDeleted { organization }
        | Event::MemberRemoved { organization, .. } => json!({ "org_id": organization }),
        Event::OrganizationTierChanged { organization, tier } => {
            json!({ "org_id": organization, "tier": tier })
        }
        Event::OrganizationPlanChanged { organization, plan } => {
            json!({ "org_id": organization, "plan": plan })
        }
        Event::OrganizationUpdated { organization, what } => {
            json!({ "org_id": organization, "what": what })
        }
        Event::MemberInvited {
            organization, role, ..
        }
        | Event::MemberAdded {
            organization, role, ..
        }
        | Event::MemberRoleChanged {
            organization, role, ..
        } => {
            json!({ "org_id": organization, "org_role": role })
        }
        Event::InvitationCreated { .. }
        | Event::InvitationResent { .. }
        | Event::InvitationRevoked { .. }
        | Event::InvitationAccepted { .. }
        | Event::InvitationRejected { .. } => invitation_metadata(event),
        Event::DomainClaimed { .. }
        | Event::DomainVerified { .. }
        | Event::DomainLost { .. }
        | Event::DomainReleased { .. }
        | Event::DomainRoleChanged { .. } => domain_metadata(event),
        Event::WorkspaceCreated { .. }
        | Event::WorkspaceRenamed { .. }
        | Event::WorkspaceArchived { .. }
        | Event::WorkspaceUnarchived { .. }
        | Event::WorkspaceMemberAdded { .. }
        | Event::WorkspaceMemberRoleChanged { .. }
        | Event::WorkspaceMemberRemoved { .. }
        | Event::MemberWorkspaceCreationChanged { .. }
        | Event::ModulePermissionChanged { .. } => space_metadata(event),
        Event::HookChanged { .. } | Event::HookFailed { .. } | Event::HooksPreviewed { .. } => {
            hook_metadata(event)
        }
        Event::ServiceKeyCreated { key, name } | Event::ServiceKeyRotated { key, name } => {
            json!({ "service_key_id": key, "name": name })
        }
        Event::ServiceKeyRevoked { name } => json!({ "name": name }),
        Event::KeyCreated { key, algorithm } => json!({ "kid": key, "alg": algorithm }),
        Event::KeyActivated { key } | Event::KeyRetired { key } | Event::KeyRevoked { key } => {
            json!({ "kid": key })
        }
        Event::ServerKeyCreated { number } => json!({ "number": number }),
        Event::BackupEpochRaised { epoch } => json!({ "epoch": epoch }),
        _ => Value::Null,
    }
}

fn consent_metadata(event: &Event) -> Value {
    match event {
        Event::ConsentGranted { place, scopes, .. } => {
            json!({ "scopes": scopes, "org_id": place.organization, "resource": place.resource })
        }
        Event::ConsentWithdrawn {
            place: Some(place), ..
        } => json!({ "org_id": place.organization, "resource": place.resource }),
        _ => Value::Null,
    }
}

fn invitation_metadata(event: &Event) -> Value {
    match event {
        Event::InvitationCreated {
            organization,
            invitation,
            role,
        }
        | Event::InvitationResent {
            organization,
            invitation,
            role,
        } => json!({ "org_id": organization, "invitation_id": invitation, "org_role": role }),
        Event::InvitationRevoked {
            organization,
            invitation,
        }
        | Event::InvitationAccepted {
            organization,
            invitation,
            ..
        }
        | Event::InvitationRejected {
            organization,
            invitation,
            ..
        } => json!({ "org_id": organization, "invitation_id": invitation }),
        _ => Value::Null,
    }
}

fn domain_metadata(event: &Event) -> Value {
    match event {
        Event::DomainClaimed { organization, domain }
        | Event::DomainVerified { organization, domain }
        | Event::DomainLost { organization, domain }
        | Event::DomainReleased { organization, domain } => {
            json!({ "org_id": organization, "domain": domain })
        }
        Event::DomainRoleChanged {
            organization,
            domain,
            role,
        } => json!({ "org_id": organization, "domain": domain, "org_role": role }),
        _ => Value::Null,
    }
}

fn hook_metadata(event: &Event) -> Value {
    match event {
        Event::HookChanged { hook } => json!({ "hook": hook }),
        Event::HookFailed {
            hook,
            problem,
            on_failure,
            ..
        } => json!({ "hook": hook, "problem": problem, "on_failure": on_failure }),
        Event::HooksPreviewed {
            key, problem: None, ..
        } => json!({ "service_key_id": key }),
        Event::HooksPreviewed { key, problem, .. } => json!({ "service_key_id": key, "problem": problem }),
        _ => Value::Null,
    }
}

fn space_metadata(event: &Event) -> Value {
    match event {
        Event::WorkspaceCreated {
            organization,
            workspace,
        }
        | Event::WorkspaceRenamed {
            organization,
            workspace,
        }
        | Event::WorkspaceArchived {
            organization,
            workspace,
        }
        | Event::WorkspaceUnarchived {
            organization,
            workspace,
        } => json!({ "org_id": organization, "workspace_id": workspace }),
        Event::WorkspaceMemberAdded { workspace, role, .. }
        | Event::WorkspaceMemberRoleChanged { workspace, role, .. } => {
            json!({ "workspace_id": workspace, "workspace_role": role })
        }
        Event::WorkspaceMemberRemoved { workspace, .. } => json!({ "workspace_id": workspace }),
        Event::ModulePermissionChanged {
            organization,
            role,
            module,
            access,
        } => json!({ "org_id": organization, "org_role": role, "module": module, "access": access }),
        Event::MemberWorkspaceCreationChanged {
            organization,
            allowed,
            ..
        } => {
            json!({ "org_id": organization, "can_create_workspaces": allowed })
        }
        _ => Value::Null,
    }
}

fn subjects(event: &Event) -> Row<'_> {
    let mut row = Row::default();
    match event {
        Event::LoginSuccess { user, session, .. }
        | Event::SessionEnded { user, session, .. }
        | Event::OrganizationSwitched { user, session, .. } => {
            row.user = Some(user.as_str());
            row.session = Some(session.as_str());
        }
        Event::Logout {
            user,
            session,
            client,
        } => {
            row.user = Some(user.as_str());
            row.session = Some(session.as_str());
            row.client = client.as_ref().map(ClientId::as_str);
        }
        Event::LoginFailure { user, .. }
        | Event::AccountLocked { user }
        | Event::OrganizationCreated { user, .. } => row.user = user.as_ref().map(UserId::as_str),
        Event::CodeReplayed { client, user, grant }
        | Event::RefreshReused {
            client, user, grant, ..
        }
        | Event::RefreshReplayed { client, user, grant }
        | Event::GrantEnded {
            client, user, grant, ..
        } => {
            row.client = Some(client.as_str());
            row.user = Some(user.as_str());
            row.grant = Some(grant.as_str());
        }
        Event::TokenRevoked {
            client, user, grant, ..
        } => {
            row.client = Some(client.as_str());
            row.user = user.as_ref().map(UserId::as_str);
            row.grant = grant.as_ref().map(GrantId::as_str);
        }
        Event::ConsentGranted { user, client, .. } | Event::ConsentWithdrawn { user, client, .. } => {
            row.user = Some(user.as_str());
            row.client = Some(client.as_str());
        }
        Event::ClientCreated { client }
        | Event::ClientUpdated { client }
        | Event::ClientDisabled { client }
        | Event::ClientEnabled { client }
        | Event::ClientDeleted { client }
        | Event::ClientSecretRotated { client } => row.client = Some(client.as_str()),
        Event::HookFailed { client, user, .. } | Event::HooksPreviewed { client, user, .. } => {
            row.client = client.as_ref().map(ClientId::as_str);
            row.user = user.as_ref().map(UserId::as_str);
        }
        _ => row.user = person(event),
    }
    row
}

fn person(event: &Event) -> Option<&str> {
    match event {
        Event::SessionsEnded { user, .. }
        | Event::Registered { user }
        | Event::UserCreated { user }
        | Event::UserDisabled { user, .. }
        | Event::UserEnabled { user }
        | Event::UserDeleted { user }
        | Event::UserRoleChanged { user, .. }
        | Event::UserTierChanged { user, .. }
        | Event::PasswordChanged { user }
        | Event::AccountUnlocked { user }
        | Event::EmailVerified { user }
        | Event::EmailChanged { user }
        | Event::ProfileUpdated { user }
        | Event::MemberInvited { user, .. }
        | Event::MemberAdded { user, .. }
        | Event::MemberRoleChanged { user, .. }
        | Event::MemberWorkspaceCreationChanged { user, .. }
        | Event::MemberRemoved { user, .. }
        | Event::InvitationAccepted { user, .. }
        | Event::InvitationRejected { user, .. }
        | Event::WorkspaceMemberAdded { user, .. }
        | Event::WorkspaceMemberRoleChanged { user, .. }
        | Event::WorkspaceMemberRemoved { user, .. } => Some(user.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::OrganizationId;

    #[test]
    fn what_has_no_column_goes_into_the_metadata() {
        let event = Event::MemberAdded {
            organization: OrganizationId::from_text("o1"),
            user: UserId::from_text("u1"),
            role: "admin".to_owned(),
        };
        let row = of(&event);
        assert_eq!(row.user, Some("u1"));
        assert_eq!(row.metadata, json!({ "org_id": "o1", "org_role": "admin" }));
    }

    #[test]
    fn metadata_is_an_object_even_when_empty() {
        let event = Event::ClientDisabled {
            client: ClientId::from_text("c1"),
        };
        assert_eq!(of(&event).metadata, json!({}));
        assert_eq!(of(&event).client, Some("c1"));
    }
}
