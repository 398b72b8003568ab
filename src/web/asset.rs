//! Owns the static files that the binary carries, and their names, which hold the hash of the content.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::digest::plain_sha256;

/// The stylesheet of every page.
pub const STYLESHEET: &str = include_str!("static/signet.css");

static STYLESHEET_NAME: LazyLock<String> = LazyLock::new(|| {
    let hash = URL_SAFE_NO_PAD.encode(plain_sha256(STYLESHEET.as_bytes()));
    format!("signet-{}.css", hash.get(..16).unwrap_or(&hash))
});

/// The stylesheet's file name below `/static/`.
#[must_use]
pub fn stylesheet_name() -> &'static str {
    &STYLESHEET_NAME
}
