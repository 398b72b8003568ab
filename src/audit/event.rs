//! Owns the closed list of what can happen, with what is recorded of it: identifiers and closed words only, never a
//! secret, a token, a name or an address of mail. Names on the wire are in [`Event::name`].

use crate::base::id::{
    ClientId, GrantId, InvitationId, KeyId, OrganizationId, ServiceKeyId, SessionId, TokenId, UserId,
    WorkspaceId,
};

/// Why a login was refused. The person is told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailureReason {
    /// The account exists, the password is wrong.
    WrongPassword,
    /// No account has the identifier.
    UnknownIdentifier,
    /// The account has no password.
    NoPassword,
    /// The password is right, but the account's status lets nobody in.
    Status,
    /// The password is right, but too many attempts failed before it, and the browser is unknown.
    TooManyFailures,
    /// The password was right when it was checked, but it or the account changed meanwhile.
    ChangedMeanwhile,
}

impl LoginFailureReason {
    /// The word in the event's metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::UnknownIdentifier => "unknown_identifier",
            Self::NoPassword => "no_password",
            Self::Status => "status",
            Self::TooManyFailures => "too_many_failures",
            Self::ChangedMeanwhile => "changed_meanwhile",
        }
    }
}

/// Where a consent counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentedPlace {
    /// The organization; none: whichever is active.
    pub organization: Option<OrganizationId>,
    /// The resource; none: this server itself.
    pub resource: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are identifiers under the names that every room uses"
)]
pub enum Event {
    /// A person proved who they are and has a session.
    LoginSuccess {
        user: UserId,
        session: SessionId,
        amr: Vec<String>,
    },
    /// A login was refused after its proof was checked.
    LoginFailure {
        user: Option<UserId>,
        reason: LoginFailureReason,
    },
    /// The last attempt of a window failed: further ones are refused unchecked. No user: no such account.
    AccountLocked {
        user: Option<UserId>,
    },
    /// What was counted against an account was forgotten: by an operator, or with a new password.
    AccountUnlocked {
        user: UserId,
    },
    /// A person ended their session.
    Logout {
        user: UserId,
        session: SessionId,
        client: Option<ClientId>,
    },
    /// A session ended by another cause.
    SessionEnded {
        user: UserId,
        session: SessionId,
        reason: &'static str,
    },
    /// All sessions of a person were ended.
    SessionsEnded {
        user: UserId,
        reason: &'static str,
    },
    /// A session's active organization changed.
    OrganizationSwitched {
        user: UserId,
        session: SessionId,
        organization: Option<OrganizationId>,
    },

    /// An authorization code was presented again (RFC 6749 §4.1.2); its grant ended.
    CodeReplayed {
        client: ClientId,
        user: UserId,
        grant: GrantId,
    },
    /// An old refresh token was presented (RFC 9700 §4.14.2); its grant ended.
    RefreshReused {
        client: ClientId,
        user: UserId,
        grant: GrantId,
        generation: i32,
        current: i32,
    },
    /// The previous refresh token was presented again inside the grace: a lost reply, not a theft.
    RefreshReplayed {
        client: ClientId,
        user: UserId,
        grant: GrantId,
    },
    /// A token was revoked (RFC 7009): with `token` that access token alone, without it the whole grant.
    TokenRevoked {
        client: ClientId,
        user: Option<UserId>,
        grant: Option<GrantId>,
        token: Option<TokenId>,
    },
    /// A grant ended by another cause.
    GrantEnded {
        client: ClientId,
        user: UserId,
        grant: GrantId,
        reason: &'static str,
    },
    /// A person allowed a client these scopes in one place.
    ConsentGranted {
        user: UserId,
        client: ClientId,
        place: ConsentedPlace,
        scopes: Vec<String>,
    },
    /// A person, or an operator for them, took consent back: in one place, or everywhere.
    ConsentWithdrawn {
        user: UserId,
        client: ClientId,
        place: Option<ConsentedPlace>,
    },

    ClientCreated {
        client: ClientId,
    },
    ClientUpdated {
        client: ClientId,
    },
    ClientDisabled {
        client: ClientId,
    },
    ClientEnabled {
        client: ClientId,
    },
    ClientDeleted {
        client: ClientId,
    },
    ClientSecretRotated {
        client: ClientId,
    },
    ResourceChanged {
        resource: String,
    },

    /// A person signed up.
    Registered {
        user: UserId,
    },
    /// An operator or an import made the account.
    UserCreated {
        user: UserId,
    },
    UserDisabled {
        user: UserId,
        status: &'static str,
    },
    UserEnabled {
        user: UserId,
    },
    UserDeleted {
        user: UserId,
    },
    UserRoleChanged {
        user: UserId,
        role: &'static str,
    },
    UserTierChanged {
        user: UserId,
        tier: &'static str,
    },
    PasswordChanged {
        user: UserId,
    },
    EmailVerified {
        user: UserId,
    },
    EmailChanged {
        user: UserId,
    },
    ProfileUpdated {
        user: UserId,
    },

    OrganizationCreated {
        organization: OrganizationId,
        user: Option<UserId>,
    },
    /// Its name, slug, type, flags or looks changed; `what` says which.
    OrganizationUpdated {
        organization: OrganizationId,
        what: &'static str,
    },
    OrganizationPlanChanged {
        organization: OrganizationId,
        plan: Option<&'static str>,
    },
    OrganizationTierChanged {
        organization: OrganizationId,
        tier: Option<&'static str>,
    },
    OrganizationSuspended {
        organization: OrganizationId,
    },
    OrganizationResumed {
        organization: OrganizationId,
    },
    /// Everything that was granted for the organization until now ended.
    OrganizationTokensRevoked {
        organization: OrganizationId,
    },
    OrganizationDeleted {
        organization: OrganizationId,
    },
    MemberInvited {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    MemberAdded {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    MemberRoleChanged {
        organization: OrganizationId,
        user: UserId,
        role: String,
    },
    /// Whether they make workspaces without managing all of them.
    MemberWorkspaceCreationChanged {
        organization: OrganizationId,
        user: UserId,
        allowed: bool,
    },
    MemberRemoved {
        organization: OrganizationId,
        user: UserId,
    },

    /// Somebody was asked to come; to which address is not recorded.
    InvitationCreated {
        organization: OrganizationId,
        invitation: InvitationId,
        role: String,
    },
    /// It got a new token and a new expiry; the old token is dead.
    InvitationResent {
        organization: OrganizationId,
        invitation: InvitationId,
        role: String,
    },
    InvitationRevoked {
        organization: OrganizationId,
        invitation: InvitationId,
    },
    InvitationAccepted {
        organization: OrganizationId,
        invitation: InvitationId,
        user: UserId,
    },
    InvitationRejected {
        organization: OrganizationId,
        invitation: InvitationId,
        user: UserId,
    },

    DomainClaimed {
        organization: OrganizationId,
        domain: String,
    },
    /// Its proof stands in the domain's DNS: the organization owns it.
    DomainVerified {
        organization: OrganizationId,
        domain: String,
    },
    /// Its proof was gone when it was looked for again, or was replaced: nobody joins by it any more.
    DomainLost {
        organization: OrganizationId,
        domain: String,
    },
    DomainReleased {
        organization: OrganizationId,
        domain: String,
    },
    /// Who joins by the domain, and as what; none: nobody.
    DomainRoleChanged {
        organization: OrganizationId,
        domain: String,
        role: Option<String>,
    },

    WorkspaceCreated {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    WorkspaceRenamed {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    WorkspaceArchived {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    WorkspaceUnarchived {
        organization: OrganizationId,
        workspace: WorkspaceId,
    },
    WorkspaceMemberAdded {
        workspace: WorkspaceId,
        user: UserId,
        role: &'static str,
    },
    WorkspaceMemberRoleChanged {
        workspace: WorkspaceId,
        user: UserId,
        role: &'static str,
    },
    WorkspaceMemberRemoved {
        workspace: WorkspaceId,
        user: UserId,
    },
    /// No access: the role has what its kind has without an entry.
    ModulePermissionChanged {
        organization: OrganizationId,
        role: String,
        module: String,
        access: Option<&'static str>,
    },

    HookChanged {
        hook: String,
    },
    /// A token hook failed; `problem` is a closed word, never the hook's answer, and `on_failure` says whether tokens
    /// went on without it. One for many: see `hook::record`.
    HookFailed {
        hook: String,
        client: Option<ClientId>,
        user: Option<UserId>,
        problem: &'static str,
        on_failure: &'static str,
    },

    /// A service asked what hooks would make of a person's token; nothing was issued. `problem` is the code of a refusal:
    /// who tries out names is seen.
    HooksPreviewed {
        key: ServiceKeyId,
        user: Option<UserId>,
        client: Option<ClientId>,
        problem: Option<&'static str>,
    },

    ServiceKeyCreated {
        key: ServiceKeyId,
        name: String,
    },
    /// A service got another key; the older one ends.
    ServiceKeyRotated {
        key: ServiceKeyId,
        name: String,
    },
    /// Every key of a service ended.
    ServiceKeyRevoked {
        name: String,
    },

    KeyCreated {
        key: KeyId,
        algorithm: &'static str,
    },
    KeyActivated {
        key: KeyId,
    },
    KeyRetired {
        key: KeyId,
    },
    KeyRevoked {
        key: KeyId,
    },
    /// The key that refresh tokens are tagged with got a successor.
    ServerKeyCreated {
        number: i32,
    },
    /// Every handle from before this instant is dead.
    EverythingRevoked,
    /// A restore: handles from before it are dead.
    BackupEpochRaised {
        epoch: i64,
    },
}

impl Event {
    /// The name in `auth.security_events.event_type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LoginSuccess { .. } => "LOGIN_SUCCESS",
            Self::LoginFailure { .. } => "LOGIN_FAILURE",
            Self::AccountLocked { .. } => "ACCOUNT_LOCKED",
            Self::AccountUnlocked { .. } => "ACCOUNT_UNLOCKED",
            Self::Logout { .. } => "LOGOUT",
            Self::SessionEnded { .. } => "SESSION_ENDED",
            Self::SessionsEnded { .. } => "SESSIONS_ENDED",
            Self::OrganizationSwitched { .. } => "ORG_SWITCHED",
            Self::CodeReplayed { .. } => "CODE_REPLAYED",
            Self::RefreshReused { .. } => "REFRESH_REUSED",
            Self::RefreshReplayed { .. } => "REFRESH_REPLAYED",
            Self::TokenRevoked { .. } => "TOKEN_REVOKED",
            Self::GrantEnded { .. } => "GRANT_ENDED",
            Self::ConsentGranted { .. } => "CONSENT_GRANTED",
            Self::ConsentWithdrawn { .. } => "CONSENT_WITHDRAWN",
            Self::ClientCreated { .. } => "CLIENT_CREATED",
            Self::ClientUpdated { .. } => "CLIENT_UPDATED",
            Self::ClientDisabled { .. } => "CLIENT_DISABLED",
            Self::ClientEnabled { .. } => "CLIENT_ENABLED",
            Self::ClientDeleted { .. } => "CLIENT_DELETED",
            Self::ClientSecretRotated { .. } => "CLIENT_SECRET_ROTATED",
            Self::ResourceChanged { .. } => "RESOURCE_CHANGED",
            Self::Registered { .. } => "REGISTER",
            Self::UserCreated { .. } => "USER_CREATED",
            Self::UserDisabled { .. } => "USER_DISABLED",
            Self::UserEnabled { .. } => "USER_ENABLED",
            Self::UserDeleted { .. } => "ACCOUNT_DELETED",
            Self::UserRoleChanged { .. } => "USER_ROLE_CHANGED",
            Self::UserTierChanged { .. } => "USER_TIER_CHANGED",
            Self::PasswordChanged { .. } => "PASSWORD_CHANGED",
            Self::EmailVerified { .. } => "EMAIL_VERIFIED",
            Self::EmailChanged { .. } => "EMAIL_CHANGED",
            Self::ProfileUpdated { .. } => "PROFILE_UPDATED",
            Self::OrganizationCreated { .. } => "ORG_CREATED",
            Self::OrganizationUpdated { .. } => "ORG_UPDATED",
            Self::OrganizationPlanChanged { .. } => "ORG_PLAN_CHANGED",
            Self::OrganizationTierChanged { .. } => "ORG_TIER_CHANGED",
            Self::OrganizationSuspended { .. } => "ORG_SUSPENDED",
            Self::OrganizationResumed { .. } => "ORG_RESUMED",
            Self::OrganizationTokensRevoked { .. } => "ORG_TOKENS_REVOKED",
            Self::OrganizationDeleted { .. } => "ORG_DELETED",
            Self::MemberInvited { .. } => "MEMBER_INVITED",
            Self::MemberAdded { .. } => "MEMBER_ADDED",
            Self::MemberRoleChanged { .. } => "MEMBER_ROLE_CHANGED",
            Self::MemberWorkspaceCreationChanged { .. } => "MEMBER_WORKSPACE_CREATION_CHANGED",
            Self::MemberRemoved { .. } => "MEMBER_REMOVED",
            Self::InvitationCreated { .. } => "INVITATION_CREATED",
            Self::InvitationResent { .. } => "INVITATION_RESENT",
            Self::InvitationRevoked { .. } => "INVITATION_REVOKED",
            Self::InvitationAccepted { .. } => "INVITATION_ACCEPTED",
            Self::InvitationRejected { .. } => "INVITATION_REJECTED",
            Self::DomainClaimed { .. } => "DOMAIN_CLAIMED",
            Self::DomainVerified { .. } => "DOMAIN_VERIFIED",
            Self::DomainLost { .. } => "DOMAIN_LOST",
            Self::DomainReleased { .. } => "DOMAIN_RELEASED",
            Self::DomainRoleChanged { .. } => "DOMAIN_ROLE_CHANGED",
            Self::WorkspaceCreated { .. } => "WORKSPACE_CREATED",
            Self::WorkspaceRenamed { .. } => "WORKSPACE_RENAMED",
            Self::WorkspaceArchived { .. } => "WORKSPACE_ARCHIVED",
            Self::WorkspaceUnarchived { .. } => "WORKSPACE_UNARCHIVED",
            Self::WorkspaceMemberAdded { .. } => "WORKSPACE_MEMBER_ADDED",
            Self::WorkspaceMemberRoleChanged { .. } => "WORKSPACE_MEMBER_ROLE_CHANGED",
            Self::WorkspaceMemberRemoved { .. } => "WORKSPACE_MEMBER_REMOVED",
            Self::ModulePermissionChanged { .. } => "MODULE_PERMISSION_CHANGED",
            Self::HookChanged { .. } => "HOOK_CHANGED",
            Self::HookFailed { .. } => "HOOK_FAILED",
            Self::HooksPreviewed { .. } => "HOOKS_PREVIEWED",
            Self::ServiceKeyCreated { .. } => "SERVICE_KEY_CREATED",
            Self::ServiceKeyRotated { .. } => "SERVICE_KEY_ROTATED",
            Self::ServiceKeyRevoked { .. } => "SERVICE_KEY_REVOKED",
            Self::KeyCreated { .. } => "KEY_CREATED",
            Self::KeyActivated { .. } => "KEY_ACTIVATED",
            Self::KeyRetired { .. } => "KEY_RETIRED",
            Self::KeyRevoked { .. } => "KEY_REVOKED",
            Self::ServerKeyCreated { .. } => "SERVER_KEY_CREATED",
            Self::EverythingRevoked => "EVERYTHING_REVOKED",
            Self::BackupEpochRaised { .. } => "BACKUP_EPOCH_RAISED",
        }
    }
}
