//! What is stored of each event: whoever reads the table relies on these names and fields.

use super::*;
use crate::base::id::{
    ClientId, GrantId, InvitationId, JobId, KeyId, OrganizationId, ServiceKeyId, SessionId, TokenId, UserId,
    WorkspaceId,
};

/// Name, user, client, session, grant, metadata.
fn told(event: &impl Event) -> String {
    let entry = event.entry();
    let columns = [
        entry.user.map(UserId::as_str),
        entry.client.map(ClientId::as_str),
        entry.session.map(SessionId::as_str),
        entry.grant.map(GrantId::as_str),
    ];
    let columns = columns.map(|column| column.unwrap_or("-"));
    format!("{} {} {}", entry.name, columns.join(" "), entry.metadata)
}

fn user() -> UserId {
    UserId::from_text("u1")
}

fn client() -> ClientId {
    ClientId::from_text("c1")
}

fn session() -> SessionId {
    SessionId::from_text("s1")
}

fn grant() -> GrantId {
    GrantId::from_text("g1")
}

fn organization() -> OrganizationId {
    OrganizationId::from_text("o1")
}

fn invitation() -> InvitationId {
    InvitationId::from_text("i1")
}

fn workspace() -> WorkspaceId {
    WorkspaceId::from_text("w1")
}

fn key() -> ServiceKeyId {
    ServiceKeyId::from_text("k1")
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn sign_ins() -> Vec<String> {
    vec![
        told(&LoginEvent::Success {
            user: user(),
            session: session(),
            amr: vec![text("pwd")],
        }),
        told(&LoginEvent::Failure {
            user: Some(user()),
            reason: LoginFailureReason::WrongPassword,
        }),
        told(&LoginEvent::Failure {
            user: None,
            reason: LoginFailureReason::UnknownIdentifier,
        }),
        told(&LoginEvent::AccountLocked { user: Some(user()) }),
        told(&LoginEvent::AccountLocked { user: None }),
        told(&LoginEvent::AccountUnlocked { user: user() }),
        told(&SessionEvent::Logout {
            user: user(),
            session: session(),
            client: Some(client()),
        }),
        told(&SessionEvent::Logout {
            user: user(),
            session: session(),
            client: None,
        }),
        told(&SessionEvent::AllEnded {
            user: user(),
            reason: "password_changed",
        }),
    ]
}

fn grants() -> Vec<String> {
    vec![
        told(&GrantEvent::CodeReplayed {
            client: client(),
            user: user(),
            grant: grant(),
        }),
        told(&GrantEvent::RefreshReused {
            client: client(),
            user: user(),
            grant: grant(),
            generation: 1,
            current: 3,
        }),
        told(&GrantEvent::RefreshReplayed {
            client: client(),
            user: user(),
            grant: grant(),
        }),
        told(&GrantEvent::TokenRevoked {
            client: client(),
            user: Some(user()),
            grant: Some(grant()),
            token: Some(TokenId::from_text("t1")),
        }),
        told(&GrantEvent::TokenRevoked {
            client: client(),
            user: None,
            grant: None,
            token: None,
        }),
        told(&ConsentEvent::Granted {
            user: user(),
            client: client(),
            place: ConsentedPlace {
                organization: Some(organization()),
                resource: Some(text("https://api.example")),
            },
            scopes: vec![text("openid")],
        }),
        told(&ConsentEvent::Withdrawn {
            user: user(),
            client: client(),
            place: Some(ConsentedPlace {
                organization: None,
                resource: None,
            }),
        }),
        told(&ConsentEvent::Withdrawn {
            user: user(),
            client: client(),
            place: None,
        }),
    ]
}

fn registrations() -> Vec<String> {
    vec![
        told(&ClientEvent::Created { client: client() }),
        told(&ClientEvent::Updated { client: client() }),
        told(&ClientEvent::Disabled { client: client() }),
        told(&ClientEvent::Enabled { client: client() }),
        told(&ClientEvent::Deleted { client: client() }),
        told(&ClientEvent::SecretRotated { client: client() }),
        told(&ResourceEvent::Changed {
            resource: text("https://api.example"),
        }),
        told(&UserEvent::Registered { user: user() }),
        told(&UserEvent::Created { user: user() }),
        told(&UserEvent::Disabled {
            user: user(),
            status: "banned",
        }),
        told(&UserEvent::Enabled { user: user() }),
        told(&UserEvent::Deleted { user: user() }),
        told(&UserEvent::RoleChanged {
            user: user(),
            role: "admin",
        }),
        told(&UserEvent::TierChanged {
            user: user(),
            tier: "beta",
        }),
        told(&UserEvent::PasswordChanged { user: user() }),
        told(&UserEvent::EmailVerified { user: user() }),
        told(&UserEvent::EmailChanged { user: user() }),
        told(&UserEvent::ProfileUpdated { user: user() }),
    ]
}

fn organizations() -> Vec<String> {
    vec![
        told(&OrganizationEvent::Created {
            organization: organization(),
            user: Some(user()),
        }),
        told(&OrganizationEvent::Created {
            organization: organization(),
            user: None,
        }),
        told(&OrganizationEvent::Updated {
            organization: organization(),
            what: "slug",
        }),
        told(&OrganizationEvent::PlanChanged {
            organization: organization(),
            plan: Some("pro"),
        }),
        told(&OrganizationEvent::TierChanged {
            organization: organization(),
            tier: None,
        }),
        told(&OrganizationEvent::Suspended {
            organization: organization(),
        }),
        told(&OrganizationEvent::Resumed {
            organization: organization(),
        }),
        told(&OrganizationEvent::TokensRevoked {
            organization: organization(),
        }),
        told(&OrganizationEvent::Deleted {
            organization: organization(),
        }),
        told(&MemberEvent::Invited {
            organization: organization(),
            user: user(),
            role: text("admin"),
        }),
        told(&MemberEvent::Added {
            organization: organization(),
            user: user(),
            role: text("admin"),
        }),
        told(&MemberEvent::RoleChanged {
            organization: organization(),
            user: user(),
            role: text("admin"),
        }),
        told(&MemberEvent::WorkspaceCreationChanged {
            organization: organization(),
            user: user(),
            allowed: true,
        }),
        told(&MemberEvent::Removed {
            organization: organization(),
            user: user(),
        }),
    ]
}

fn invitations_and_domains() -> Vec<String> {
    vec![
        told(&InvitationEvent::Created {
            organization: organization(),
            invitation: invitation(),
            role: text("viewer"),
        }),
        told(&InvitationEvent::Resent {
            organization: organization(),
            invitation: invitation(),
            role: text("viewer"),
        }),
        told(&InvitationEvent::Revoked {
            organization: organization(),
            invitation: invitation(),
        }),
        told(&InvitationEvent::Accepted {
            organization: organization(),
            invitation: invitation(),
            user: user(),
        }),
        told(&InvitationEvent::Rejected {
            organization: organization(),
            invitation: invitation(),
            user: user(),
        }),
        told(&DomainEvent::Claimed {
            organization: organization(),
            domain: text("example.com"),
        }),
        told(&DomainEvent::Verified {
            organization: organization(),
            domain: text("example.com"),
        }),
        told(&DomainEvent::Lost {
            organization: organization(),
            domain: text("example.com"),
        }),
        told(&DomainEvent::Released {
            organization: organization(),
            domain: text("example.com"),
        }),
        told(&DomainEvent::RoleChanged {
            organization: organization(),
            domain: text("example.com"),
            role: None,
        }),
    ]
}

fn workspaces() -> Vec<String> {
    vec![
        told(&WorkspaceEvent::Created {
            organization: organization(),
            workspace: workspace(),
        }),
        told(&WorkspaceEvent::Renamed {
            organization: organization(),
            workspace: workspace(),
        }),
        told(&WorkspaceEvent::Archived {
            organization: organization(),
            workspace: workspace(),
        }),
        told(&WorkspaceEvent::Unarchived {
            organization: organization(),
            workspace: workspace(),
        }),
        told(&WorkspaceEvent::MemberAdded {
            workspace: workspace(),
            user: user(),
            role: "manager",
        }),
        told(&WorkspaceEvent::MemberRoleChanged {
            workspace: workspace(),
            user: user(),
            role: "viewer",
        }),
        told(&WorkspaceEvent::MemberRemoved {
            workspace: workspace(),
            user: user(),
        }),
        told(&ModuleEvent::PermissionChanged {
            organization: organization(),
            role: text("member"),
            module: text("notes"),
            access: Some("write"),
        }),
    ]
}

fn hooks_and_keys() -> Vec<String> {
    vec![
        told(&HookEvent::Changed { hook: text("roles") }),
        told(&HookEvent::Failed {
            hook: text("roles"),
            client: Some(client()),
            user: Some(user()),
            problem: "hook_timeout",
            on_failure: "closed",
        }),
        told(&HookEvent::Previewed {
            key: key(),
            user: Some(user()),
            client: Some(client()),
            problem: None,
        }),
        told(&HookEvent::Previewed {
            key: key(),
            user: None,
            client: None,
            problem: Some("unknown_user"),
        }),
        told(&ServiceKeyEvent::Created {
            key: key(),
            name: text("console"),
        }),
        told(&ServiceKeyEvent::Rotated {
            key: key(),
            name: text("console"),
        }),
        told(&ServiceKeyEvent::Revoked {
            name: text("console"),
        }),
    ]
}

fn restores() -> Vec<String> {
    vec![
        told(&PlatformEvent::BackupEpochBegan { epoch: 1 }),
        told(&PlatformEvent::BackupEpochKept { epoch: 1 }),
    ]
}

fn jobs() -> Vec<String> {
    let job = JobId::from_text("j1");
    vec![
        told(&QueueEvent::Replayed {
            kind: "mail",
            job: Some(job.clone()),
            jobs: 1,
        }),
        told(&QueueEvent::Replayed {
            kind: "mail",
            job: None,
            jobs: 7,
        }),
        told(&QueueEvent::Dropped {
            kind: "mail",
            job: job.clone(),
        }),
        told(&MailEvent::Limited {
            message: "invitation",
        }),
        told(&MailEvent::Bounced {
            message: "invitation",
            job: job.to_string(),
        }),
    ]
}

fn signing_keys() -> Vec<String> {
    let (key, alg) = (KeyId::from_text("kid1"), "ES256");
    vec![
        told(&KeyEvent::RotationRequested { alg }),
        told(&KeyEvent::Published {
            key: key.clone(),
            alg,
        }),
        told(&KeyEvent::Activated {
            key: key.clone(),
            alg,
            replaces: Some(KeyId::from_text("kid0")),
        }),
        told(&KeyEvent::Imported {
            key: key.clone(),
            alg,
        }),
        told(&KeyEvent::Retired {
            key: key.clone(),
            alg,
        }),
        told(&KeyEvent::Revoked { key, alg }),
        told(&KekEvent::Added {
            kek: text("prod-1"),
            fingerprint: text("a1b2"),
        }),
        told(&KekEvent::Activated {
            kek: text("prod-2"),
            replaces: Some(text("prod-1")),
        }),
        told(&KekEvent::Resealed {
            kek: text("prod-2"),
            rows: 7,
        }),
        told(&KekEvent::Removed { kek: text("prod-1") }),
    ]
}

/// Every event, with what it has of everything.
fn samples() -> Vec<String> {
    [
        sign_ins(),
        grants(),
        registrations(),
        organizations(),
        invitations_and_domains(),
        workspaces(),
        hooks_and_keys(),
    ]
    .concat()
}

#[test]
fn each_event_is_stored_under_its_name_with_its_columns_and_metadata() {
    insta::assert_snapshot!(samples().join("\n"), @r#"
    LOGIN_SUCCESS u1 - s1 - {"amr":["pwd"]}
    LOGIN_FAILURE u1 - - - {"reason":"wrong_password"}
    LOGIN_FAILURE - - - - {"reason":"unknown_identifier"}
    ACCOUNT_LOCKED u1 - - - {}
    ACCOUNT_LOCKED - - - - {}
    ACCOUNT_UNLOCKED u1 - - - {}
    LOGOUT u1 c1 s1 - {}
    LOGOUT u1 - s1 - {}
    SESSIONS_ENDED u1 - - - {"reason":"password_changed"}
    CODE_REPLAYED u1 c1 - g1 {}
    REFRESH_REUSED u1 c1 - g1 {"generation":1,"current":3}
    REFRESH_REPLAYED u1 c1 - g1 {}
    TOKEN_REVOKED u1 c1 - g1 {"jti":"t1"}
    TOKEN_REVOKED - c1 - - {"jti":null}
    CONSENT_GRANTED u1 c1 - - {"scopes":["openid"],"org_id":"o1","resource":"https://api.example"}
    CONSENT_WITHDRAWN u1 c1 - - {"org_id":null,"resource":null}
    CONSENT_WITHDRAWN u1 c1 - - {}
    CLIENT_CREATED - c1 - - {}
    CLIENT_UPDATED - c1 - - {}
    CLIENT_DISABLED - c1 - - {}
    CLIENT_ENABLED - c1 - - {}
    CLIENT_DELETED - c1 - - {}
    CLIENT_SECRET_ROTATED - c1 - - {}
    RESOURCE_CHANGED - - - - {"resource":"https://api.example"}
    REGISTER u1 - - - {}
    USER_CREATED u1 - - - {}
    USER_DISABLED u1 - - - {"status":"banned"}
    USER_ENABLED u1 - - - {}
    ACCOUNT_DELETED u1 - - - {}
    USER_ROLE_CHANGED u1 - - - {"role":"admin"}
    USER_TIER_CHANGED u1 - - - {"tier":"beta"}
    PASSWORD_CHANGED u1 - - - {}
    EMAIL_VERIFIED u1 - - - {}
    EMAIL_CHANGED u1 - - - {}
    PROFILE_UPDATED u1 - - - {}
    ORG_CREATED u1 - - - {"org_id":"o1"}
    ORG_CREATED - - - - {"org_id":"o1"}
    ORG_UPDATED - - - - {"org_id":"o1","what":"slug"}
    ORG_PLAN_CHANGED - - - - {"org_id":"o1","plan":"pro"}
    ORG_TIER_CHANGED - - - - {"org_id":"o1","tier":null}
    ORG_SUSPENDED - - - - {"org_id":"o1"}
    ORG_RESUMED - - - - {"org_id":"o1"}
    ORG_TOKENS_REVOKED - - - - {"org_id":"o1"}
    ORG_DELETED - - - - {"org_id":"o1"}
    MEMBER_INVITED u1 - - - {"org_id":"o1","org_role":"admin"}
    MEMBER_ADDED u1 - - - {"org_id":"o1","org_role":"admin"}
    MEMBER_ROLE_CHANGED u1 - - - {"org_id":"o1","org_role":"admin"}
    MEMBER_WORKSPACE_CREATION_CHANGED u1 - - - {"org_id":"o1","can_create_workspaces":true}
    MEMBER_REMOVED u1 - - - {"org_id":"o1"}
    INVITATION_CREATED - - - - {"org_id":"o1","invitation_id":"i1","org_role":"viewer"}
    INVITATION_RESENT - - - - {"org_id":"o1","invitation_id":"i1","org_role":"viewer"}
    INVITATION_REVOKED - - - - {"org_id":"o1","invitation_id":"i1"}
    INVITATION_ACCEPTED u1 - - - {"org_id":"o1","invitation_id":"i1"}
    INVITATION_REJECTED u1 - - - {"org_id":"o1","invitation_id":"i1"}
    DOMAIN_CLAIMED - - - - {"org_id":"o1","domain":"example.com"}
    DOMAIN_VERIFIED - - - - {"org_id":"o1","domain":"example.com"}
    DOMAIN_LOST - - - - {"org_id":"o1","domain":"example.com"}
    DOMAIN_RELEASED - - - - {"org_id":"o1","domain":"example.com"}
    DOMAIN_ROLE_CHANGED - - - - {"org_id":"o1","domain":"example.com","org_role":null}
    WORKSPACE_CREATED - - - - {"org_id":"o1","workspace_id":"w1"}
    WORKSPACE_RENAMED - - - - {"org_id":"o1","workspace_id":"w1"}
    WORKSPACE_ARCHIVED - - - - {"org_id":"o1","workspace_id":"w1"}
    WORKSPACE_UNARCHIVED - - - - {"org_id":"o1","workspace_id":"w1"}
    WORKSPACE_MEMBER_ADDED u1 - - - {"workspace_id":"w1","workspace_role":"manager"}
    WORKSPACE_MEMBER_ROLE_CHANGED u1 - - - {"workspace_id":"w1","workspace_role":"viewer"}
    WORKSPACE_MEMBER_REMOVED u1 - - - {"workspace_id":"w1"}
    MODULE_PERMISSION_CHANGED - - - - {"org_id":"o1","org_role":"member","module":"notes","access":"write"}
    HOOK_CHANGED - - - - {"hook":"roles"}
    HOOK_FAILED u1 c1 - - {"hook":"roles","problem":"hook_timeout","on_failure":"closed"}
    HOOKS_PREVIEWED u1 c1 - - {"service_key_id":"k1"}
    HOOKS_PREVIEWED - - - - {"service_key_id":"k1","problem":"unknown_user"}
    SERVICE_KEY_CREATED - - - - {"service_key_id":"k1","name":"console"}
    SERVICE_KEY_ROTATED - - - - {"service_key_id":"k1","name":"console"}
    SERVICE_KEY_REVOKED - - - - {"name":"console"}
    "#);
}

#[test]
fn each_event_of_a_signing_key_is_stored_under_its_name() {
    insta::assert_snapshot!(signing_keys().join("\n"), @r#"
    KEY_ROTATION_REQUESTED - - - - {"alg":"ES256"}
    KEY_PUBLISHED - - - - {"kid":"kid1","alg":"ES256"}
    KEY_ACTIVATED - - - - {"kid":"kid1","alg":"ES256","replaces":"kid0"}
    KEY_IMPORTED - - - - {"kid":"kid1","alg":"ES256"}
    KEY_RETIRED - - - - {"kid":"kid1","alg":"ES256"}
    KEY_REVOKED - - - - {"kid":"kid1","alg":"ES256"}
    KEK_ADDED - - - - {"kek":"prod-1","fingerprint":"a1b2"}
    KEK_ACTIVATED - - - - {"kek":"prod-2","replaces":"prod-1"}
    KEK_RESEALED - - - - {"kek":"prod-2","rows":7}
    KEK_REMOVED - - - - {"kek":"prod-1"}
    "#);
}

#[test]
fn each_event_of_a_restore_is_stored_under_its_name() {
    insta::assert_snapshot!(restores().join("\n"), @r#"
    BACKUP_EPOCH_BEGAN - - - - {"epoch":1}
    BACKUP_EPOCH_KEPT - - - - {"epoch":1}
    "#);
}

#[test]
fn each_event_of_the_queue_and_of_mail_is_stored_under_its_name() {
    insta::assert_snapshot!(jobs().join("\n"), @r#"
    QUEUE_REPLAYED - - - - {"job_kind":"mail","job_id":"j1","jobs":1}
    QUEUE_REPLAYED - - - - {"job_kind":"mail","job_id":null,"jobs":7}
    QUEUE_DROPPED - - - - {"job_kind":"mail","job_id":"j1"}
    MAIL_LIMITED - - - - {"message":"invitation"}
    MAIL_BOUNCED - - - - {"message":"invitation","job_id":"j1"}
    "#);
}
