//! Owns the application's one cookie (RFC 6265bis). Cookies of one host are shared across its ports, so its name is
//! none of the provider's. A name that stands twice was planted by somebody, so it counts as none.

use cookie::{Cookie, SameSite};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

const NAME: &str = "signet_demo";

/// The value that the browser sent.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == NAME);
    let (Some(cookie), None) = (found.next(), found.next()) else {
        return None;
    };
    let value = cookie.value();
    (!value.is_empty() && value.len() <= 64).then(|| value.to_owned())
}

/// A `Set-Cookie` value; the cookie ends with the browser.
pub(super) fn set(value: &str, secure: bool) -> Option<HeaderValue> {
    header(&build(value, secure))
}

/// A `Set-Cookie` value that removes the cookie.
pub(super) fn remove(secure: bool) -> Option<HeaderValue> {
    let mut built = build("", secure);
    built.make_removal();
    header(&built)
}

fn build(value: &str, secure: bool) -> Cookie<'_> {
    Cookie::build((NAME, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .build()
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}
