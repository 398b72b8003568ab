//! Requests that come at once share a statement: PostgreSQL limits grants, and most of what it does for one it does once
//! for several.

mod dispatcher;
mod grant_groups;
mod queue;

pub use dispatcher::GroupSettings;
pub(super) use dispatcher::{Grouped, Placed, Present, Slot, Turn};
pub use grant_groups::GrantGroups;
