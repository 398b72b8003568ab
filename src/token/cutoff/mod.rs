//! The cut-offs of the membership epoch, for whoever keeps a copy of them. The triggers of migration 0010 write them, and
//! `auth.epoch_is_current` asks them in this database.

mod changes;
mod cursor;
mod store;

pub use changes::{Changes, KEPT, changes, expire, moved};
pub use cursor::{Cursor, Cutoff};
