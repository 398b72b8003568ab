//! Owns the ways in which a hook does not become claims. Each has a stable code, which stands before the colon of its
//! text and labels metrics. The text is for the operator: no client ever sees it.

use super::transport::http::HttpFault;
use crate::base::strict_json::StrictJsonError;

/// All connections of ours were in use: nothing that the hook could help.
pub const NO_CONNECTION_IN_TIME: &str = "no connection for SQL hooks in time";

/// Why a hook's answer does not become claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The answer is not a JSON object that every reader reads alike.
    #[error("hook_malformed: the answer is not a JSON object that every reader reads alike")]
    Malformed,
    /// The answer's bytes are not JSON that every reader reads alike.
    #[error("hook_unreadable: the answer cannot be read: {0}")]
    Unreadable(StrictJsonError),
    /// The answer has no claims.
    #[error("hook_no_claims: the answer has no member claims")]
    NoClaims,
    /// The answer is larger or deeper than a token may be.
    #[error("hook_oversized: the answer is larger or deeper than a token may be")]
    Oversized,
    /// The answer sets a claim that the protocol decides.
    #[error("hook_locked_claim: the answer sets {0}")]
    LockedClaim(String),
    /// The answer changes a claim that is not on the hook's list.
    #[error("hook_overwrites: the answer changes {0}, which is not on its overwrite list")]
    Overwrites(String),
    /// The answer says more of a membership than is true.
    #[error(
        "hook_raised_claim: the answer sets {0} beyond what membership gives, and its policy does not free that claim"
    )]
    RaisedClaim(String),
    /// The answer breaks the contract of a replacing hook.
    #[error("hook_contract: {0} is missing from the answer's claims or has another type")]
    Contract(String),
    /// The person has not joined the organization that was asked for.
    #[error("hook_refused: not a member of the requested organization")]
    Refused,
    /// An operator's hook refuses.
    #[error("hook_denied: the hook {hook} refuses, http_code {http_code}")]
    Denied {
        /// Which.
        hook: String,
        /// What it named.
        http_code: i64,
    },
    /// The hook did not answer in time.
    #[error("hook_timeout: no answer in time")]
    Timeout,
    /// The hook cannot be reached from here.
    #[error("hook_unavailable: {0}")]
    Unavailable(&'static str),
    /// The role that hooks run as lacks a right.
    #[error("hook_permission: the role that hooks run as lacks a right: {mend}")]
    Permission {
        /// The statement that mends it.
        mend: String,
        /// The table or view that could not be read, as PostgreSQL names it: without its schema.
        relation: Option<String>,
    },
    /// There is no such function.
    #[error("hook_missing_function: there is no function {0}(jsonb)")]
    MissingFunction(String),
    /// The function failed. What it said is in the transport's own log line.
    #[error("hook_failed: the function failed with SQLSTATE {sqlstate}")]
    Failed {
        /// The class of error.
        sqlstate: String,
    },
    /// The HTTP hook gave no answer.
    #[error(transparent)]
    Http(#[from] HttpFault),
    /// Its row cannot be opened here.
    #[error("hook_unopened: its row cannot be opened here; `signet hook show` says why")]
    Unopened,
    /// The hook failed too often and was not asked.
    #[error("hook_left_alone: the hook does not answer and is left alone for a while")]
    LeftAlone,
}

impl HookError {
    /// The stable code: what metrics and logs name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "hook_malformed",
            Self::Unreadable(_) => "hook_unreadable",
            Self::NoClaims => "hook_no_claims",
            Self::Oversized => "hook_oversized",
            Self::LockedClaim(_) => "hook_locked_claim",
            Self::Overwrites(_) => "hook_overwrites",
            Self::RaisedClaim(_) => "hook_raised_claim",
            Self::Contract(_) => "hook_contract",
            Self::Refused => "hook_refused",
            Self::Denied { .. } => "hook_denied",
            Self::Timeout => "hook_timeout",
            Self::Unavailable(_) => "hook_unavailable",
            Self::Permission { .. } => "hook_permission",
            Self::MissingFunction(_) => "hook_missing_function",
            Self::Failed { .. } => "hook_failed",
            Self::Http(fault) => fault.code(),
            Self::Unopened => "hook_unopened",
            Self::LeftAlone => "hook_left_alone",
        }
    }

    /// Whether nobody was there to answer in time: what the breaker counts. A failure that comes promptly is no outage,
    /// whatever it is: else one person whose data a hook cannot digest could shut it out for everybody. Neither is it one
    /// that all connections of ours were taken: whoever took them could shut out hooks that answer.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Timeout => true,
            Self::Unavailable(reason) => *reason != NO_CONNECTION_IN_TIME,
            Self::Http(fault) => fault.is_outage(),
            _ => false,
        }
    }

    /// The claim that was refused, where it was one.
    #[must_use]
    pub fn claim(&self) -> Option<&str> {
        match self {
            Self::LockedClaim(claim) | Self::Overwrites(claim) | Self::RaisedClaim(claim) => Some(claim),
            _ => None,
        }
    }

    /// The same of a code alone.
    #[must_use]
    pub fn is_refusal_code(code: &str) -> bool {
        ["hook_refused", "hook_denied"].contains(&code)
    }

    /// Whether somebody decided that there be no token, as opposed to a failure.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused | Self::Denied { .. })
    }
}

/// Why the operators' hooks gave no claims.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A hook failed or refused.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// The event could not be built.
    #[error(transparent)]
    Database(#[from] crate::db::DatabaseError),
}
