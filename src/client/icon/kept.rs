//! Owns what is kept of a client's icon, and how it is found: for an operator by the client, for a browser by the digest
//! of its bytes, which is its name in the address that pages show.

use std::sync::Arc;

use super::cache::ServedIcons;
use super::fetched::FetchedIcon;
use super::picture::PictureKind;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::client::store;
use crate::db::{DatabaseError, UnitOfWork};

/// An icon as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptIcon {
    /// Where it was fetched from: the client's `logo_uri`.
    pub source: String,
    /// What kind it is of.
    pub kind: PictureKind,
    /// Pixels from left to right.
    pub width: i32,
    /// Pixels from top to bottom.
    pub height: i32,
    /// How many bytes it has.
    pub size: i32,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// An icon as a browser gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedIcon {
    /// What kind it is of.
    pub kind: PictureKind,
    /// The picture itself.
    pub bytes: Vec<u8>,
}

/// Keeps what was fetched as the client's icon, in place of an earlier one; nothing where its address is not, or not any
/// more, the client's `logo_uri`.
pub async fn keep(
    work: &mut UnitOfWork,
    client_id: &ClientId,
    icon: &FetchedIcon,
) -> Result<(), DatabaseError> {
    let now = work.now();
    store::keep_icon(work.connection()?, client_id, icon, now).await
}

/// A client's icon.
pub async fn show(work: &mut UnitOfWork, client_id: &ClientId) -> Result<Option<KeptIcon>, DatabaseError> {
    store::find_icon(work.connection()?, client_id).await
}

/// The icon of a digest, whichever clients have it. What was served lately is not sent by the database again.
pub async fn serve(
    work: &mut UnitOfWork,
    digest: &Digest,
    served: &ServedIcons,
) -> Result<Option<Arc<ServedIcon>>, DatabaseError> {
    let known = served.find(digest);
    let found = store::serve_icon(work.connection()?, digest, known.is_some()).await?;
    Ok(found.map(|found| {
        known.unwrap_or_else(|| {
            let icon = Arc::new(found);
            served.keep(digest, Arc::clone(&icon));
            icon
        })
    }))
}
