//! Owns how a client is shown to a person: everything in it was written by the client and is shown as text. Links
//! lead to the web only; logos are bitmaps that stand here or inline, so that no page of ours asks another site for
//! anything.

use url::Url;

use super::client_icon;
use crate::base::digest::Digest;

/// A client as its registration describes it.
#[derive(Debug, Clone)]
pub struct ClientCard<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its home page (`client_uri`).
    pub website: Option<WebLink>,
    /// Its privacy policy (`policy_uri`).
    pub policy: Option<WebLink>,
    /// Its terms of service (`tos_uri`).
    pub terms: Option<WebLink>,
    /// Its logo; without one its initial is shown.
    pub logo: Option<LogoImage>,
}

impl<'a> ClientCard<'a> {
    /// A client of which only the name is known.
    #[must_use]
    pub const fn named(name: &'a str) -> Self {
        Self {
            name,
            website: None,
            policy: None,
            terms: None,
            logo: None,
        }
    }

    /// The letter that stands for a logo.
    #[must_use]
    pub fn initial(&self) -> String {
        self.name
            .chars()
            .find(|character| character.is_alphanumeric())
            .map_or_else(|| "?".to_owned(), |character| character.to_uppercase().collect())
    }
}

/// A link that leads to the web: never `javascript:` or another scheme that a browser would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebLink(Url);

impl WebLink {
    /// Reads a registered URI; anything but http and https is no link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "https" | "http") && url.host().is_some()).then_some(Self(url))
    }

    /// The target.
    #[must_use]
    pub fn href(&self) -> &str {
        self.0.as_str()
    }

    /// The host, which says more to a person than the whole address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// A logo that no other site is asked for: PNG, JPEG or WebP. Never SVG, which can hold scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoImage(String);

impl LogoImage {
    /// An icon that this server serves, below the issuer's path.
    #[must_use]
    pub fn served(issuer_path: &str, icon: &Digest) -> Self {
        Self(client_icon::address(issuer_path, icon))
    }

    /// Reads a `data:` URI of a bitmap inside the page.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, data) = text.strip_prefix("data:image/")?.split_once(";base64,")?;
        let plain = data
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        (matches!(kind, "png" | "jpeg" | "webp") && plain && text.len() <= 64 * 1024)
            .then(|| Self(text.to_owned()))
    }

    /// The source of the image.
    #[must_use]
    pub fn src(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked() {
        assert_eq!(WebLink::parse("https://a.example/x").unwrap().host(), "a.example");
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "a.example",
            "mailto:a@b.example",
        ] {
            assert_eq!(WebLink::parse(text), None, "{text}");
        }
    }

    #[test]
    fn logos_are_inline_bitmaps() {
        assert!(LogoImage::parse("data:image/png;base64,iVBORw0KGgo=").is_some());
        for text in [
            "data:image/svg+xml;base64,AAAA",
            "https://a.example/l.png",
            "data:image/png;base64,\"x",
        ] {
            assert_eq!(LogoImage::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_has_an_initial() {
        assert_eq!(ClientCard::named("  élan").initial(), "É");
        assert_eq!(ClientCard::named("…").initial(), "?");
    }
}
