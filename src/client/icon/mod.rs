//! A client's icon: a small picture that is fetched once from its `logo_uri` (RFC 7591 §2), kept, and served by us. What
//! is fetched is told in `picture`, from its bytes, which `format` reads; how it is fetched in `fetched`, what is kept of
//! it in `kept`.

mod cache;
pub mod fetched;
mod format;
pub mod kept;
pub mod picture;

pub use cache::ServedIcons;
pub use fetched::{FetchedIcon, IconError};
pub use kept::{KeptIcon, ServedIcon};
pub use picture::{Picture, PictureError, PictureKind};
