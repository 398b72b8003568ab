//! The key-encryption keys as facts of the database: which ones there ever were, which one seals, which rows need which,
//! and how one takes the place of another while everything goes on. It asks [`crate::replica`] what each running replica
//! holds, and the rooms with sealed columns for their rows. It never sees a key or a secret.

mod entry;
mod error;
mod follow;
mod registry;
mod rooms;
mod store;
mod view;
mod wear;

pub use entry::{Entry, KekState};
pub use error::KekChangeError;
pub use follow::{FollowError, Followed, follow, missing_keks};
pub use registry::{
    Activated, Added, activate, add, removal_obstacles, remove, require_active, require_usable, resealed,
};
pub use rooms::{ROOMS, Room};
pub use view::{Need, View};
pub use wear::{WORN, write_down_seals};
