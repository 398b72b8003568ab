//! Owns the words of `signet hook add`, `edit` and the like.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::hook::definition::{Mode, OnFailure};
use crate::protocol::claims::Output;

/// What to do with hooks.
#[derive(Debug, Clone, Subcommand)]
pub enum ManageHooks {
    /// Register a hook; it is asked once it is enabled
    Add(Box<AddHook>),
    /// List hooks in the order in which they are asked
    List,
    /// Show everything about a hook but its secrets, and what keeps it from running
    Show {
        /// The hook's name or id
        hook: String,
    },
    /// Ask a hook from now on; one that cannot run is refused, with the statements that let it
    Enable {
        /// The hook's name or id
        hook: String,
        /// Ask it though it cannot run
        #[arg(long)]
        force: bool,
    },
    /// Ask a hook no more
    Disable {
        /// The hook's name or id
        hook: String,
    },
    /// Change a hook; what is not named stays
    Edit(Box<EditHook>),
    /// Remove a hook
    Remove {
        /// The hook's name or id
        hook: String,
    },
}

/// How a hook is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookKind {
    /// An SQL function.
    Sql,
    /// A URL.
    Http,
}

impl HookKind {
    const ALL: [Self; 2] = [Self::Sql, Self::Http];

    /// The word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Http => "http",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A new hook.
#[derive(Debug, Clone, Args)]
pub struct AddHook {
    /// What to call it: a-z 0-9 _ -
    #[arg(long)]
    pub name: String,
    /// How it is reached
    #[arg(long, default_value = "sql", value_parser = values::one_of(HookKind::ALL.map(HookKind::name), HookKind::parse))]
    pub kind: HookKind,
    /// schema.function for sql, an https URL for http
    #[arg(long)]
    pub target: String,
    /// Ask it at once
    #[arg(long)]
    pub enable: bool,
    /// Ask it beside the others and compare, without letting it decide
    #[arg(long)]
    pub shadow: bool,
    /// What else is to be said of it.
    #[command(flatten)]
    pub options: HookOptions,
}

/// Changes of a hook.
#[derive(Debug, Clone, Args)]
pub struct EditHook {
    /// The hook's name or id
    pub hook: String,
    /// Another name
    #[arg(long)]
    pub name: Option<String>,
    /// Another target of the same kind
    #[arg(long)]
    pub target: Option<String>,
    /// Let it decide (false), or only compare it with the others (true)
    #[arg(long)]
    pub shadow: Option<bool>,
    /// What else is to be said of it.
    #[command(flatten)]
    pub options: HookOptions,
}

/// What a new hook and a changed one are told alike.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct HookOptions {
    /// Add claims, or answer with the whole set as Supabase's hooks do [default: merge]
    #[arg(long, value_parser = values::one_of([Mode::Merge.name(), Mode::Replace.name()], Mode::parse))]
    pub mode: Option<Mode>,
    /// An output that it is asked for; repeat for several [default: access_token]
    #[arg(long = "output", value_parser = values::one_of(Output::ALL.map(Output::name), Output::parse))]
    pub outputs: Vec<Output>,
    /// A claim that stands already and that it may change; repeat for several
    #[arg(long = "overwrite", value_name = "CLAIM")]
    pub overwrite: Vec<String>,
    /// Let it overwrite nothing
    #[arg(long, conflicts_with = "overwrite")]
    pub no_overwrite: bool,
    /// A claim that it may set beyond membership: role, tier or org_role; repeat for several
    #[arg(long = "may-raise", value_name = "CLAIM")]
    pub may_raise: Vec<String>,
    /// Let it raise nothing
    #[arg(long, conflicts_with = "may_raise")]
    pub no_may_raise: bool,
    /// How long it may take, in milliseconds: 50 to 5000 [default: 1000]
    #[arg(long)]
    pub timeout_ms: Option<u64>,
    /// No token when it fails, or a token with the built-in claims [default: closed]
    #[arg(long, value_parser = values::one_of([OnFailure::Closed.name(), OnFailure::BuiltIn.name()], OnFailure::parse))]
    pub on_failure: Option<OnFailure>,
    /// Hooks are asked in this order, then by name [default: 0]
    #[arg(long, allow_negative_numbers = true)]
    pub position: Option<i32>,
    /// A file with the signing secrets of an http hook (whsec_…), the newest first; - is standard input
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}
