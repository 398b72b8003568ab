//! Owns the words of `signet workspace …`. An organization is named by id or slug, a workspace by its id or by its slug
//! in the organization, a person by id, address of mail or user name.

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::tenancy::workspace::WorkspaceRole;

/// Which workspace.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// The organization's id or slug
    #[arg(long)]
    pub org: String,
    /// The workspace's id or slug
    #[arg(long)]
    pub workspace: String,
}

/// Whom.
#[derive(Debug, Clone, Args)]
pub struct Whom {
    /// Where
    #[command(flatten)]
    pub which: Which,
    /// The person's id, e-mail or user name
    #[arg(long)]
    pub user: String,
}

/// What to do with workspaces.
#[derive(Debug, Clone, Subcommand)]
pub enum WorkspaceCommand {
    /// Make a workspace in an organization
    Create {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Its short name, unique in the organization; made from the name if left out
        #[arg(long)]
        slug: Option<String>,
        /// Its first owner, a member of the organization; none if left out
        #[arg(long)]
        owner: Option<String>,
    },
    /// Give a workspace another name; its slug stays
    Rename {
        /// Which
        #[command(flatten)]
        which: Which,
        /// What people call it from now on
        #[arg(long)]
        name: String,
    },
    /// Archive a workspace: it stays, nobody works in it
    Archive(Which),
    /// Take a workspace out of the archive
    Unarchive(Which),
    /// Give a member of the organization a place in a workspace
    AddMember {
        /// Whom
        #[command(flatten)]
        whom: Whom,
        /// The role in the workspace
        #[arg(long, default_value = "contributor",
            value_parser = values::one_of(WorkspaceRole::ALL.map(WorkspaceRole::name), WorkspaceRole::parse))]
        role: WorkspaceRole,
    },
    /// Give somebody in a workspace another role there
    SetRole {
        /// Whom
        #[command(flatten)]
        whom: Whom,
        /// The role in the workspace
        #[arg(long,
            value_parser = values::one_of(WorkspaceRole::ALL.map(WorkspaceRole::name), WorkspaceRole::parse))]
        role: WorkspaceRole,
    },
    /// Take somebody's place in a workspace away
    RemoveMember(Whom),
    /// Show a workspace and who is in it
    Show(Which),
    /// List the workspaces of an organization in the order of their ids
    List {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// Begin after this id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
}
