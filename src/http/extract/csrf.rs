//! Owns where a form post must come from: our own pages. `SameSite` alone does not say so (a sibling subdomain is the
//! same site), so the browser's own word decides. It does not know cookies or hidden fields.

use http::HeaderMap;
use http::header::ORIGIN;

/// The post came from somewhere else, or hides where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form was not sent from this site")]
pub struct CrossSite;

/// Checks a post against the issuer's origin. Without `Origin`, `Sec-Fetch-Site` decides; a post that has neither says
/// nothing of where it comes from, and is refused: every browser since 2020 sends the first.
pub fn require_same_origin(headers: &HeaderMap, issuer_origin: &str) -> Result<(), CrossSite> {
    let mut origins = headers.get_all(ORIGIN).iter().peekable();
    let permitted = if origins.peek().is_some() {
        // `null` is never an issuer's origin.
        origins.all(|origin| origin.as_bytes() == issuer_origin.as_bytes())
    } else {
        let mut sites = headers.get_all("sec-fetch-site").iter();
        matches!((sites.next(), sites.next()), (Some(site), None) if site.as_bytes() == b"same-origin")
    };
    if permitted { Ok(()) } else { Err(CrossSite) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn check(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        require_same_origin(&headers, "https://login.example.com").is_ok()
    }

    #[test]
    fn the_origin_must_be_the_issuers() {
        assert!(check(&[("origin", "https://login.example.com")]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(!check(&[]));
        assert!(!check(&[("sec-fetch-site", "none")]));
        assert!(!check(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!check(&[("origin", "https://app.example.com")]));
        assert!(!check(&[("origin", "https://login.example.com:8443")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
    }
}
