//! Owns what is recorded of token hooks.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{ClientId, ServiceKeyId, UserId};

/// A token hook changed, failed or was tried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEvent {
    /// It was added, changed or deleted.
    Changed { hook: String },
    /// A token hook failed; `problem` is a closed word, never the hook's answer, and `on_failure` says whether tokens
    /// went on without it. One for many: see `hook::record`.
    Failed {
        hook: String,
        client: Option<ClientId>,
        user: Option<UserId>,
        problem: &'static str,
        on_failure: &'static str,
    },
    /// A service asked what hooks would make of a person's token; nothing was issued. `problem` is the code of a refusal:
    /// who tries out names is seen.
    Previewed {
        key: ServiceKeyId,
        user: Option<UserId>,
        client: Option<ClientId>,
        problem: Option<&'static str>,
    },
}

impl Event for HookEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Changed { hook } => Entry::new("HOOK_CHANGED", json!({ "hook": hook })),
            Self::Failed {
                hook,
                client,
                user,
                problem,
                on_failure,
            } => Entry::new(
                "HOOK_FAILED",
                json!({ "hook": hook, "problem": problem, "on_failure": on_failure }),
            )
            .client(client.as_ref())
            .user(user.as_ref()),
            Self::Previewed {
                key,
                user,
                client,
                problem,
            } => {
                let metadata = problem.map_or_else(
                    || json!({ "service_key_id": key }),
                    |problem| json!({ "service_key_id": key, "problem": problem }),
                );
                Entry::new("HOOKS_PREVIEWED", metadata)
                    .user(user.as_ref())
                    .client(client.as_ref())
            }
        }
    }
}
