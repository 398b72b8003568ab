//! Requests that come at once share a statement: PostgreSQL limits grants, and most of what it does for one it does once
//! for several.

mod dispatcher;
mod grant_groups;
mod grouped;
mod queue;

pub(super) use dispatcher::Slot;
pub use grant_groups::GrantGroups;
pub use grouped::GroupSettings;
pub(super) use grouped::{Grouped, Placed, Present, Turn};
