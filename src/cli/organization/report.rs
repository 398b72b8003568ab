//! Owns what `signet org …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::views::{DomainList, DomainView, InvitationList, InvitationSent};
use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::tenancy::{Member, Organization, Plan};
use crate::user::AccessTier;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum OrganizationReport {
    /// A new organization.
    Created(OrganizationCreated),
    /// Everything about one.
    Organization(Box<OrganizationView>),
    /// Some of them.
    Organizations(OrganizationList),
    /// What was done to one.
    Changed(OrganizationChanged),
    /// What was done to a membership.
    Membership(MembershipChanged),
    /// Who belongs to it.
    Members(MemberList),
    /// An invitation with its token.
    Invited(InvitationSent),
    /// Who is asked to come.
    Invitations(InvitationList),
    /// A claim on a domain.
    Domain(DomainView),
    /// What is claimed.
    Domains(DomainList),
}

/// A new organization.
#[derive(Debug, Serialize)]
pub struct OrganizationCreated {
    /// The `org_id` claim.
    pub org_id: String,
    /// Its short name.
    pub slug: String,
    /// Its first owner.
    pub owner: String,
}

/// An organization.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the organization")]
pub struct OrganizationView {
    #[serde(flatten)]
    pub organization: OrganizationLine,
    pub owner_user_id: Option<String>,
    pub plan: Option<&'static str>,
    pub feature_flags: Value,
    pub branding: Value,
    pub suspended_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Members and invited people.
    pub members: Vec<MemberView>,
}

/// Who belongs to it.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the membership")]
pub struct MemberView {
    pub user_id: String,
    pub role: String,
    pub can_create_workspaces: bool,
    pub invited_at: Option<Timestamp>,
    /// None: invited, not joined.
    pub joined_at: Option<Timestamp>,
    pub invited_by: Option<String>,
}

/// Who belongs to an organization.
#[derive(Debug, Serialize)]
pub struct MemberList {
    /// In the order of their ids.
    pub members: Vec<MemberView>,
}

/// Some organizations.
#[derive(Debug, Serialize)]
pub struct OrganizationList {
    /// In the order of their ids.
    pub organizations: Vec<OrganizationLine>,
}

/// One line of a list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the organization")]
pub struct OrganizationLine {
    pub org_id: String,
    pub slug: String,
    pub name: String,
    #[serde(rename = "type")]
    pub organization_type: &'static str,
    pub tier: Option<&'static str>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct OrganizationChanged {
    /// To which.
    pub org_id: String,
    /// What.
    pub done: String,
}

/// What was done to a membership.
#[derive(Debug, Serialize)]
pub struct MembershipChanged {
    /// Where.
    pub org_id: String,
    /// Who.
    pub user_id: String,
    /// What.
    pub done: String,
}

impl OrganizationView {
    pub(super) fn new(organization: Organization, members: Vec<Member>) -> Self {
        Self {
            owner_user_id: organization.owner_user_id.as_ref().map(ToString::to_string),
            plan: organization.plan.map(Plan::name),
            feature_flags: organization.feature_flags.to_json(),
            branding: organization.branding.to_json(),
            suspended_at: organization.suspended_at,
            created_at: organization.created_at,
            members: members.into_iter().map(MemberView::from).collect(),
            organization: organization.into(),
        }
    }
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user_id.to_string(),
            role: member.role.to_string(),
            can_create_workspaces: member.workspace_creation.flag(),
            invited_at: member.invited_at,
            joined_at: member.joined_at,
            invited_by: member.invited_by.map(|user| user.to_string()),
        }
    }
}

impl From<Organization> for OrganizationLine {
    fn from(organization: Organization) -> Self {
        Self {
            org_id: organization.id.to_string(),
            slug: organization.slug.to_string(),
            name: organization.name,
            organization_type: organization.organization_type.name(),
            tier: organization.tier.map(AccessTier::name),
        }
    }
}

impl fmt::Display for OrganizationReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(created) => layout::lines(formatter, created),
            Self::Organization(organization) => layout::lines(formatter, organization),
            Self::Organizations(list) => {
                let rows = list.organizations.iter().map(|organization| {
                    [
                        organization.org_id.as_str(),
                        organization.slug.as_str(),
                        organization.organization_type,
                        organization.tier.unwrap_or("-"),
                        organization.name.as_str(),
                    ]
                });
                layout::table(formatter, ["ORG_ID", "SLUG", "TYPE", "TIER", "NAME"], rows)
            }
            Self::Members(list) => {
                let rows = list.members.iter().map(|member| {
                    let since = if member.joined_at.is_some() {
                        "joined"
                    } else {
                        "invited"
                    };
                    [member.user_id.as_str(), member.role.as_str(), since]
                });
                layout::table(formatter, ["USER_ID", "ROLE", "STATE"], rows)
            }
            Self::Invited(sent) => layout::lines(formatter, sent),
            Self::Invitations(list) => list.fmt(formatter),
            Self::Domain(domain) => layout::lines(formatter, domain),
            Self::Domains(list) => list.fmt(formatter),
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.org_id, changed.done),
            Self::Membership(changed) => {
                write!(
                    formatter,
                    "{} in {}: {}",
                    changed.user_id, changed.org_id, changed.done
                )
            }
        }
    }
}
