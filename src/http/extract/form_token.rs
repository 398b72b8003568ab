//! Owns what a form of ours carries to say what it was shown for: a tag over those facts, which nobody else can make.
//! Where a form may be sent from is `csrf`'s.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::digest::Digest;
use crate::http::respond::failure::Failure;
use crate::signing::server_key::Purpose;
use crate::signing::signing_keys::SigningKeys;

/// Tags what a form is shown for. The first part names the form. Without a key for it trying again does not help.
pub fn make(keys: &SigningKeys, parts: &[&str]) -> Result<String, Failure> {
    let (number, tag) = keys.current().tag(Purpose::Csrf, parts).map_err(|error| {
        tracing::error!(error = %error, "no form token could be made");
        Failure::Broken
    })?;
    Ok(format!("{number}.{}", URL_SAFE_NO_PAD.encode(tag.as_bytes())))
}

/// Whether the presented text tags exactly these facts.
#[must_use]
pub fn matches(keys: &SigningKeys, parts: &[&str], presented: Option<&str>) -> bool {
    let read = || {
        let (number, tag) = presented?.split_once('.')?;
        let tag = Digest::from_bytes(&URL_SAFE_NO_PAD.decode(tag).ok()?)?;
        Some((number.parse::<i32>().ok()?, tag))
    };
    read().is_some_and(|(number, tag)| keys.current().verify_tag(Purpose::Csrf, number, parts, &tag))
}
