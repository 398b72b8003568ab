//! Owns the pictures that were served lately. A digest names its bytes, so that what is kept is never wrong, and there is
//! a bound to how much is kept. Whether a picture is still somebody's icon is asked each time; without this cache the
//! database would send up to a quarter of a megabyte with the answer, to whoever repeats an address that stands on a page.

use std::sync::Arc;

use super::kept::ServedIcon;
use crate::base::digest::Digest;

/// The most bytes of pictures that are kept.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// The icons that were served lately.
#[derive(Debug, Clone)]
pub struct ServedIcons(moka::sync::Cache<Vec<u8>, Arc<ServedIcon>>);

impl Default for ServedIcons {
    fn default() -> Self {
        let size = |_: &Vec<u8>, icon: &Arc<ServedIcon>| u32::try_from(icon.bytes.len()).unwrap_or(u32::MAX);
        let cache = moka::sync::Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(size)
            .build();
        Self(cache)
    }
}

impl ServedIcons {
    /// The icon of a digest, if it was served lately.
    #[must_use]
    pub fn find(&self, digest: &Digest) -> Option<Arc<ServedIcon>> {
        self.0.get(digest.as_bytes())
    }

    /// Keeps an icon under its digest.
    pub fn keep(&self, digest: &Digest, icon: Arc<ServedIcon>) {
        self.0.insert(digest.as_bytes().to_vec(), icon);
    }
}
