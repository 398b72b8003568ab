//! Owns the words of `signet module …`. An organization is named by id or slug.

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::tenancy::module::ModuleAccess;

/// Which entry.
#[derive(Debug, Clone, Args)]
pub struct Entry {
    /// The organization's id or slug
    #[arg(long)]
    pub org: String,
    /// owner, admin, member, viewer, or a role of the organization's own
    #[arg(long)]
    pub role: String,
    /// The module
    #[arg(long)]
    pub module: String,
}

/// What to do with rights to modules.
#[derive(Debug, Clone, Subcommand)]
pub enum ModuleCommand {
    /// Say what a role may do with a module; it wins over what the role has otherwise
    Set {
        /// Which
        #[command(flatten)]
        entry: Entry,
        /// none, or read, write (reads too), admin (reads and writes too)
        #[arg(long,
            value_parser = values::one_of(ModuleAccess::ALL.map(ModuleAccess::name), ModuleAccess::parse))]
        access: ModuleAccess,
    },
    /// Take an entry away: the role has again what it has without one
    Clear(Entry),
    /// List the entries of an organization
    List {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// At most so many
        #[arg(long, default_value_t = 1000)]
        limit: u16,
    },
    /// Show what a role may do with every module; * stands for every other one
    Show {
        /// The organization's id or slug
        #[arg(long)]
        org: String,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long)]
        role: String,
    },
}
