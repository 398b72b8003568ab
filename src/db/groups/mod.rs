//! Requests that come at once share a statement: PostgreSQL limits what is answered, and most of what it does for one it
//! does once for several. Whoever has such a statement describes it as [`Grouped`]; this room knows nothing of what it is
//! about.

mod dispatcher;
mod grouped;
mod placed;
mod queue;

pub use dispatcher::{Dispatcher, Slot};
pub use grouped::{Effect, GroupSettings, Grouped, Placed, Sharing, Turn};
pub use placed::{column, each, place};
