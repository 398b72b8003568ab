//! Owns the words of `signet org …`. An organization is named by id or slug, a person by id, address of mail or user
//! name.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::domains::DomainCommand;
use super::invitations::InvitationCommand;
use super::members::MemberCommand;
use crate::cli::values;
use crate::tenancy::{OrganizationType, Plan};
use crate::user::AccessTier;

/// What to do with organizations.
#[derive(Debug, Clone, Subcommand)]
pub enum OrganizationCommand {
    /// Make an organization with its first owner
    Create(CreateOrganization),
    /// The organization itself.
    #[command(flatten)]
    Settings(SettingsCommand),
    /// Who belongs to it.
    #[command(flatten)]
    Member(MemberCommand),
    /// Who is asked to come.
    #[command(flatten)]
    Invitation(InvitationCommand),
    /// What it has proven to own.
    #[command(flatten)]
    Domain(DomainCommand),
    /// Delete an organization: it gives no claim any more, its slug stays taken
    Delete {
        /// The organization's id or slug
        org: String,
    },
    /// Make an organization the global one, which new people join if `sign_up.join_global_organization` says so
    SetGlobal {
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

/// What to change of an organization.
#[derive(Debug, Clone, Subcommand)]
pub enum SettingsCommand {
    /// Give the organization another name
    Rename {
        /// The organization's id or slug
        org: String,
        /// What people call it from now on
        name: String,
    },
    /// Give the organization another slug; the old one is never anybody else's
    SetSlug {
        /// The organization's id or slug
        org: String,
        /// Its short name in addresses from now on
        slug: String,
    },
    /// Give the organization another type; a personal space stays one
    SetType {
        /// The organization's id or slug
        org: String,
        /// What kind of space it is
        #[arg(value_parser = shared_type())]
        organization_type: OrganizationType,
    },
    /// Give the organization a tier of its own; without one each member has their own
    SetTier {
        /// The organization's id or slug
        org: String,
        /// The tier
        #[arg(value_parser = values::tier())]
        tier: Option<AccessTier>,
    },
    /// Say what the organization pays for; without a plan: nothing is known of it
    SetPlan {
        /// The organization's id or slug
        org: String,
        /// The plan
        #[arg(value_parser = values::one_of(Plan::ALL.map(Plan::name), Plan::parse))]
        plan: Option<Plan>,
    },
    /// Set a feature flag; without a value it is taken away
    SetFlag {
        /// The organization's id or slug
        org: String,
        /// The flag
        name: String,
        /// true, false, a number or a text
        value: Option<String>,
    },
    /// Replace how the organization looks: a JSON object such as `{"logo_url": "https://…"}`
    SetBranding {
        /// The organization's id or slug
        org: String,
        /// A file with the object; - is standard input
        #[arg(long)]
        file: PathBuf,
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
    /// End every grant and token that was made for the organization until now; members sign in anew
    RevokeTokens {
        /// The organization's id or slug
        org: String,
    },
}

impl SettingsCommand {
    /// The organization that is meant.
    pub(super) fn organization(&self) -> &str {
        match self {
            Self::Rename { org, .. }
            | Self::SetSlug { org, .. }
            | Self::SetType { org, .. }
            | Self::SetTier { org, .. }
            | Self::SetPlan { org, .. }
            | Self::SetFlag { org, .. }
            | Self::SetBranding { org, .. }
            | Self::Suspend { org }
            | Self::Resume { org }
            | Self::RevokeTokens { org } => org,
        }
    }
}

/// The organization that a list is of: alone, or under the name that the other commands give it.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Of {
    /// The organization's id or slug
    #[arg(value_name = "ORG")]
    org: Option<String>,
    /// The organization's id or slug
    #[arg(long = "org", id = "organization", value_name = "ORG")]
    named: Option<String>,
}

impl Of {
    /// How it is named; clap sees to it that it is.
    pub(super) fn organization(&self) -> &str {
        self.org.as_deref().or(self.named.as_deref()).unwrap_or_default()
    }
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
    #[arg(long = "type", default_value = "team", value_parser = shared_type())]
    pub organization_type: OrganizationType,
    /// The access tier of every member; each member's own if left out
    #[arg(long, value_parser = values::tier())]
    pub tier: Option<AccessTier>,
    /// Its first owner: id, e-mail or user name
    #[arg(long)]
    pub owner: String,
}

/// Reads a type of organization that is not made with its person.
fn shared_type() -> impl clap::builder::TypedValueParser<Value = OrganizationType> {
    values::one_of(
        OrganizationType::ALL
            .into_iter()
            .filter(|organization_type| *organization_type != OrganizationType::Personal)
            .map(OrganizationType::name),
        OrganizationType::parse,
    )
}
