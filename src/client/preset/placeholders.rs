//! Owns the placeholders of presets: `%issuer%`, `%client_id%` and so on. What looks like one and is none is an error,
//! so that a misspelled one is not pasted into a configuration.

use std::collections::BTreeMap;

use url::Url;

use crate::client::ClientMetadata;
use crate::protocol::endpoints::Endpoints;
use crate::protocol::issuer::Issuer;

/// What stands for each placeholder.
#[derive(Debug, Clone, Default)]
pub struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// Where the issuer and its endpoints are.
    #[must_use]
    pub fn of_issuer(issuer: &Issuer) -> Self {
        let endpoints = Endpoints::of(issuer);
        let host = Url::parse(issuer.as_str()).ok().map(|url| authority(&url));
        Self(BTreeMap::from([
            ("issuer", issuer.as_str().to_owned()),
            ("issuer_host", host.unwrap_or_default()),
            ("discovery", endpoints.discovery),
            ("authorization_endpoint", endpoints.authorization),
            ("token_endpoint", endpoints.token),
            ("userinfo_endpoint", endpoints.userinfo),
            ("jwks_uri", endpoints.jwks_uri),
            ("end_session_endpoint", endpoints.end_session),
            ("introspection_endpoint", endpoints.introspection),
        ]))
    }

    /// Where the application is, without a slash at the end.
    #[must_use]
    pub fn with_url(mut self, url: &str) -> Self {
        let parsed = Url::parse(url).ok();
        let origin = parsed.as_ref().map(|url| url.origin().ascii_serialization());
        let host = parsed.as_ref().and_then(Url::host_str).map(str::to_owned);
        self.0.insert("url", url.trim_end_matches('/').to_owned());
        self.0.insert("origin", origin.unwrap_or_default());
        self.0.insert("host", host.unwrap_or_default());
        self
    }

    /// What the client is. The secret of a cookie is made for the application and kept nowhere.
    #[must_use]
    pub fn with_client(
        mut self,
        client_id: &str,
        client_secret: Option<&str>,
        metadata: &ClientMetadata,
        cookie_secret: &str,
    ) -> Self {
        let redirect_uri = metadata.redirect_uris.first().map(|uri| uri.as_str().to_owned());
        self.0.extend([
            ("client_id", client_id.to_owned()),
            ("client_secret", client_secret.unwrap_or_default().to_owned()),
            ("redirect_uri", redirect_uri.unwrap_or_default()),
            ("scope", ordered(metadata)),
            ("cookie_secret", cookie_secret.to_owned()),
        ]);
        self
    }

    /// The text with every placeholder filled in; the name of one for which there is no value.
    pub(super) fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            filled.push_str(before);
            let name = after
                .split_once('%')
                .map(|(name, _)| name)
                .filter(|name| is_name(name));
            if let Some(name) = name {
                filled.push_str(self.0.get(name).ok_or_else(|| name.to_owned())?);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            } else {
                filled.push('%');
                rest = after;
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// `openid` first: there are products that look for it there.
fn ordered(metadata: &ClientMetadata) -> String {
    let (openid, others): (Vec<&str>, Vec<&str>) =
        metadata.scope.iter().partition(|token| *token == "openid");
    [openid, others].concat().join(" ")
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_other_percent_signs_stay() {
        let values = Values::of_issuer(&Issuer::parse("http://localhost:8080").unwrap())
            .with_url("https://a.example/x/");
        let fill = |text: &str| values.fill(text);
        assert_eq!(
            fill("%issuer%/a?b=%url%%2Fc 100%").unwrap(),
            "http://localhost:8080/a?b=https://a.example/x%2Fc 100%"
        );
        assert_eq!(
            fill("%issuer_host% %host% %origin%").unwrap(),
            "localhost:8080 a.example https://a.example"
        );
        assert_eq!(fill("%isuer%").unwrap_err(), "isuer");
    }
}
