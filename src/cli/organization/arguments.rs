//! Owns the words of `signet org …`. An organization is named by id or slug, a person by id, address of mail or user
//! name.

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::tenancy::OrganizationType;
use crate::user::AccessTier;

/// What to do with organizations.
#[derive(Debug, Clone, Subcommand)]
pub enum OrganizationCommand {
    /// Make an organization with its first owner
    Create(CreateOrganization),
    /// Make somebody a member, or invite them
    AddMember {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long, default_value = "member")]
        role: String,
        /// Invite only: no claim until they join
        #[arg(long)]
        pending: bool,
    },
    /// Turn an invitation into a membership
    Join {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
    },
    /// End a membership or an invitation
    RemoveMember {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
    },
    /// Give a member another role
    SetRole {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// The person's id, e-mail or user name
        #[arg(long)]
        user: String,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long)]
        role: String,
    },
    /// Give the organization a tier of its own; without one each member has their own
    SetTier {
        /// The organization's id or slug
        org: String,
        /// The tier
        #[arg(value_parser = values::tier())]
        tier: Option<AccessTier>,
    },
    /// Suspend an organization: it gives no claim until it is resumed
    Suspend {
        /// The organization's id or slug
        org: String,
    },
    /// End a suspension
    Resume {
        /// The organization's id or slug
        org: String,
    },
    /// Show an organization and who belongs to it
    Show {
        /// The organization's id or slug
        org: String,
    },
    /// List organizations in the order of their ids
    List {
        /// Begin after this id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
}

/// An organization to make.
#[derive(Debug, Clone, Args)]
pub struct CreateOrganization {
    /// What people call it
    #[arg(long)]
    pub name: String,
    /// Its short name in addresses; made from the name if left out
    #[arg(long)]
    pub slug: Option<String>,
    /// What kind of space it is; personal ones are made with their person
    #[arg(long = "type", default_value = "team", value_parser = values::one_of(
        OrganizationType::ALL
            .into_iter()
            .filter(|organization_type| *organization_type != OrganizationType::Personal)
            .map(OrganizationType::name),
        OrganizationType::parse))]
    pub organization_type: OrganizationType,
    /// The access tier of every member; each member's own if left out
    #[arg(long, value_parser = values::tier())]
    pub tier: Option<AccessTier>,
    /// Its first owner: id, e-mail or user name
    #[arg(long)]
    pub owner: String,
}
