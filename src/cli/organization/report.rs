//! Owns what `signet org …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use super::views::{DomainDetails, DomainList, InvitationList};
use crate::cli::layout;
use crate::tenancy::invitation::SentInvitationView;
use crate::tenancy::member::MemberView;
use crate::tenancy::organization::OrganizationView;
use crate::tenancy::{Member, Organization};

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum OrganizationReport {
    /// A new organization.
    Created(Box<OrganizationCreated>),
    /// Everything about one.
    Organization(Box<OrganizationDetails>),
    /// Some of them.
    Organizations(OrganizationList),
    /// What was done to one.
    Changed(OrganizationChanged),
    /// What was done to a membership.
    Membership(MembershipChanged),
    /// Who belongs to it.
    Members(MemberList),
    /// An invitation with its token.
    Invited(SentInvitationView),
    /// Who is asked to come.
    Invitations(InvitationList),
    /// A claim on a domain.
    Domain(DomainDetails),
    /// What is claimed.
    Domains(DomainList),
}

/// A new organization.
#[derive(Debug, Serialize)]
pub struct OrganizationCreated {
    /// As everybody sees it.
    #[serde(flatten)]
    pub organization: OrganizationView,
    /// Its first owner.
    pub owner_user_id: Option<String>,
}

/// An organization, with what its people are not shown.
#[derive(Debug, Serialize)]
pub struct OrganizationDetails {
    /// As everybody sees it.
    #[serde(flatten)]
    pub organization: OrganizationView,
    /// Who made it; of a personal space, whose it is.
    pub owner_user_id: Option<String>,
    /// Members and invited people.
    pub members: Vec<MemberDetails>,
}

/// A membership, with what members are not shown.
#[derive(Debug, Serialize)]
pub struct MemberDetails {
    /// As everybody sees it.
    #[serde(flatten)]
    pub member: MemberView,
    /// The member who asked them.
    pub invited_by: Option<String>,
}

/// Who belongs to an organization.
#[derive(Debug, Serialize)]
pub struct MemberList {
    /// In the order of their ids.
    pub members: Vec<MemberDetails>,
}

/// Some organizations.
#[derive(Debug, Serialize)]
pub struct OrganizationList {
    /// In the order of their ids.
    pub organizations: Vec<OrganizationView>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct OrganizationChanged {
    /// To which.
    pub organization_id: String,
    /// What.
    pub done: String,
}

/// What was done to a membership.
#[derive(Debug, Serialize)]
pub struct MembershipChanged {
    /// Where.
    pub organization_id: String,
    /// Who.
    pub user_id: String,
    /// What.
    pub done: String,
}

impl From<Organization> for OrganizationCreated {
    fn from(organization: Organization) -> Self {
        Self {
            owner_user_id: organization.owner_user_id.as_ref().map(ToString::to_string),
            organization: organization.into(),
        }
    }
}

impl OrganizationDetails {
    pub(super) fn new(organization: Organization, members: Vec<Member>) -> Self {
        Self {
            owner_user_id: organization.owner_user_id.as_ref().map(ToString::to_string),
            members: members.into_iter().map(MemberDetails::from).collect(),
            organization: organization.into(),
        }
    }
}

impl From<Member> for MemberDetails {
    fn from(member: Member) -> Self {
        Self {
            invited_by: member.invited_by.as_ref().map(ToString::to_string),
            member: member.into(),
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
                        organization.id.as_str(),
                        organization.slug.as_str(),
                        organization.organization_type,
                        organization.tier.unwrap_or("-"),
                        organization.name.as_str(),
                    ]
                });
                layout::table(formatter, ["ID", "SLUG", "TYPE", "TIER", "NAME"], rows)
            }
            Self::Members(list) => {
                let rows = list.members.iter().map(|MemberDetails { member, .. }| {
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
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.organization_id, changed.done),
            Self::Membership(changed) => {
                write!(
                    formatter,
                    "{} in {}: {}",
                    changed.user_id, changed.organization_id, changed.done
                )
            }
        }
    }
}
