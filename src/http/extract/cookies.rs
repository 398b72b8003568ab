//! Owns our cookies (RFC 6265bis): their names, their attributes, and how they are read. A name that stands twice was
//! planted by somebody, so it counts as none. It does not know what the values mean.

use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::base::digest::sha256;
use crate::base::secret::Secret;
use crate::protocol::issuer::Issuer;

/// The longest value that is looked at.
const LENGTH_LIMIT: usize = 4096;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    /// The browser's session.
    Session,
    /// Binds interactions to one browser before anybody is signed in.
    Flow,
    /// Says which accounts signed in here before; nobody is signed in by it.
    Device,
    /// The invitation that is to be answered once somebody is signed in.
    Invitation,
    /// The language that was chosen in this browser.
    Language,
}

impl CookieName {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "signet_session",
            Self::Flow => "signet_flow",
            Self::Device => "signet_device",
            Self::Invitation => "signet_invitation",
            Self::Language => "signet_language",
        }
    }
}

/// How the cookies of one issuer are named and bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieSettings {
    /// Everywhere but on an http loopback issuer: the `__Host-` prefix and `Secure`.
    secure: bool,
    /// Tells issuers on one host apart by their paths: `__Host-` demands `Path=/`, so that only names can.
    path_digest: Option<u32>,
}

impl CookieSettings {
    /// The settings of an issuer.
    #[must_use]
    pub fn new(issuer: &Issuer) -> Self {
        let digest = sha256(&[b"cookie path", issuer.path().as_bytes()]);
        Self {
            secure: issuer.is_secure(),
            path_digest: digest
                .as_bytes()
                .first_chunk()
                .filter(|_| !issuer.path().is_empty())
                .map(|first| u32::from_be_bytes(*first)),
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self, cookie: CookieName) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        let word = cookie.word();
        self.path_digest.map_or_else(
            || format!("{prefix}{word}"),
            |digest| format!("{prefix}{word}_{digest:08x}"),
        )
    }

    /// The value that the browser sent; `None` if it is missing, ambiguous or too long.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, cookie: CookieName) -> Option<Secret> {
        let name = self.name(cookie);
        let mut found = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .filter(|cookie| cookie.name() == name);
        let (Some(cookie), None) = (found.next(), found.next()) else {
            return None;
        };
        let value = cookie.value();
        (!value.is_empty() && value.len() <= LENGTH_LIMIT).then(|| Secret::new(value.to_owned()))
    }

    /// A `Set-Cookie` value; without a lifetime the cookie ends with the browser. `None` if the value is not one that
    /// a header can carry, which no handle of ours is.
    #[must_use]
    pub fn set(self, cookie: CookieName, value: &str, lifetime: Option<Duration>) -> Option<HeaderValue> {
        let mut built = self.build(cookie, value);
        if let Some(lifetime) = lifetime {
            let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
            built.set_max_age(cookie::time::Duration::seconds(seconds));
        }
        header(&built)
    }

    /// A `Set-Cookie` value that removes the cookie.
    #[must_use]
    pub fn remove(self, cookie: CookieName) -> Option<HeaderValue> {
        let mut built = self.build(cookie, "");
        built.make_removal();
        header(&built)
    }

    fn build(self, cookie: CookieName, value: &str) -> Cookie<'_> {
        Cookie::build((self.name(cookie), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .build()
    }
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(issuer: &str) -> CookieSettings {
        CookieSettings::new(&Issuer::parse(issuer).unwrap())
    }

    fn secure() -> CookieSettings {
        of("https://login.example.com")
    }

    fn sent(values: &[&str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (COOKIE, HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn session(values: &[&str]) -> Option<String> {
        secure()
            .read(&sent(values), CookieName::Session)
            .map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn attributes_are_strict() {
        let value = secure()
            .set(CookieName::Session, "v", Some(Duration::from_mins(1)))
            .unwrap();
        assert_eq!(
            value,
            "__Host-signet_session=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
        let value = of("http://127.0.0.1:8080")
            .set(CookieName::Flow, "v", None)
            .unwrap();
        assert_eq!(value, "signet_flow=v; HttpOnly; SameSite=Lax; Path=/");
        let removal = secure().remove(CookieName::Session).unwrap();
        assert!(removal.to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn an_ambiguous_or_long_cookie_is_none() {
        assert_eq!(session(&["a=b; __Host-signet_session=v"]).as_deref(), Some("v"));
        assert_eq!(
            session(&["__Host-signet_session=v; __Host-signet_session=w"]),
            None
        );
        assert_eq!(
            session(&["__Host-signet_session=v", "__Host-signet_session=v"]),
            None
        );
        assert_eq!(session(&["signet_session=v"]), None);
        assert_eq!(session(&["__Host-signet_session="]), None);
        let long = format!("__Host-signet_session={}", "x".repeat(8192));
        assert_eq!(session(&[&long]), None);
    }

    #[test]
    fn issuers_with_paths_on_one_host_have_names_of_their_own() {
        let name = |issuer| of(issuer).name(CookieName::Session);
        let acme = name("https://login.example.com/acme");
        assert!(acme.starts_with("__Host-signet_session_"), "{acme}");
        assert_eq!(acme, name("https://login.example.com/acme"));
        assert_ne!(acme, name("https://login.example.com/acme2"));
        assert_eq!(name("https://login.example.com"), "__Host-signet_session");
        assert_eq!(name("http://localhost:8080"), "signet_session");
    }
}
