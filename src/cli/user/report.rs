//! Owns what `signet user …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::protocol::claims;
use crate::tenancy::Belonging;
use crate::user::{User, UserSummary};

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum UserReport {
    /// A new account.
    Created(CreatedUser),
    /// A new password.
    Password(PasswordSet),
    /// Everything about one.
    User(Box<UserView>),
    /// Some of them.
    Users(UserList),
    /// What was done to one.
    Changed(UserChanged),
}

/// A new account.
#[derive(Debug, Serialize)]
pub struct CreatedUser {
    /// The `sub` claim.
    pub user_id: String,
    /// The address of mail.
    pub email: String,
    /// The id of the personal space.
    pub personal_space: String,
    /// A made password in the clear, shown only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// A new password.
#[derive(Debug, Serialize)]
pub struct PasswordSet {
    /// Whose.
    pub user_id: String,
    /// A made password in the clear, shown only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// An account.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the account")]
pub struct UserView {
    pub user_id: String,
    pub role: &'static str,
    pub tier: &'static str,
    pub kind: &'static str,
    pub status: &'static str,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
    pub revoked_before: Option<Timestamp>,
    /// The standard claims that the person has.
    pub claims: Map<String, Value>,
    pub memberships: Vec<MembershipView>,
}

/// Where a person belongs.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the membership")]
pub struct MembershipView {
    pub organization_id: String,
    pub slug: String,
    pub role: String,
    pub joined_at: Option<Timestamp>,
    pub name: String,
}

/// Some accounts.
#[derive(Debug, Serialize)]
pub struct UserList {
    /// In the order of their ids.
    pub users: Vec<UserLine>,
}

/// One line of a list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the account")]
pub struct UserLine {
    pub user_id: String,
    pub email: String,
    pub user_name: Option<String>,
    pub name: String,
    pub role: &'static str,
    pub tier: &'static str,
    pub status: &'static str,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct UserChanged {
    /// To whom.
    pub user_id: String,
    /// What.
    pub done: String,
}

impl UserView {
    pub(super) fn new(user: &User, memberships: Vec<Belonging>) -> Self {
        let names = ["profile", "email", "address", "phone"]
            .into_iter()
            .flat_map(claims::of_scope);
        Self {
            user_id: user.id.to_string(),
            role: user.role.name(),
            tier: user.access_tier.name(),
            kind: user.kind.name(),
            status: user.status.name(),
            created_at: user.created_at,
            last_sign_in_at: user.last_sign_in_at,
            revoked_before: user.revoked_before,
            claims: names
                .filter_map(|name| user.profile.claim(name).map(|value| ((*name).to_owned(), value)))
                .collect(),
            memberships: memberships.into_iter().map(MembershipView::from).collect(),
        }
    }
}

impl From<Belonging> for MembershipView {
    fn from(belonging: Belonging) -> Self {
        Self {
            organization_id: belonging.organization_id.to_string(),
            slug: belonging.slug,
            role: belonging.role.to_string(),
            joined_at: belonging.joined_at,
            name: belonging.name,
        }
    }
}

impl From<UserSummary> for UserLine {
    fn from(user: UserSummary) -> Self {
        Self {
            user_id: user.id.to_string(),
            email: user.email,
            user_name: user.user_name,
            name: user.name,
            role: user.role.name(),
            tier: user.access_tier.name(),
            status: user.status.name(),
        }
    }
}

impl fmt::Display for UserReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(created) => {
                layout::lines(formatter, created)?;
                shown_once(formatter, created.password.is_some())
            }
            Self::Password(set) => {
                layout::lines(formatter, set)?;
                shown_once(formatter, set.password.is_some())
            }
            Self::User(user) => layout::lines(formatter, user),
            Self::Users(list) => {
                let rows = list.users.iter().map(|user| {
                    [
                        user.user_id.as_str(),
                        user.email.as_str(),
                        user.user_name.as_deref().unwrap_or_default(),
                        user.name.as_str(),
                        user.role,
                        user.tier,
                        user.status,
                    ]
                });
                let heads = ["USER_ID", "EMAIL", "USER_NAME", "NAME", "ROLE", "TIER", "STATUS"];
                layout::table(formatter, heads, rows)
            }
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.user_id, changed.done),
        }
    }
}

fn shown_once(formatter: &mut fmt::Formatter<'_>, password: bool) -> fmt::Result {
    if password {
        formatter.write_str("\nThe password is shown only now.")?;
    }
    Ok(())
}
