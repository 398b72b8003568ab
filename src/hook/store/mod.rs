//! The room's tables: `auth.token_hooks` and `auth.hook_events`.

pub(super) mod events;
mod hooks;
pub(super) mod reseal;

pub(super) use hooks::*;
