//! Owns what may be registered as a client (RFC 7591 §2, RFC 9700 §2.1): every rule about fields beside each other
//! stands here, whoever registers. It does not know whether an id is free.

use url::{Host, Url};

use super::document::ClientMetadata;
use super::error::MetadataError;
use super::values::ClientType;
use crate::base::display;
use crate::base::id::ClientId;
use crate::config::LONGEST_ACCESS_TOKEN;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope;

/// The most URIs of one kind.
pub(super) const MOST_URIS: usize = 50;

/// A registration that keeps every rule. Made by [`NewClient::parse`] only.
#[derive(Debug, Clone)]
pub struct NewClient {
    client_id: ClientId,
    metadata: ClientMetadata,
}

impl NewClient {
    /// Checks a registration against every rule.
    pub fn parse(client_id: &str, metadata: ClientMetadata) -> Result<Self, MetadataError> {
        if !is_client_id(client_id) {
            return Err(MetadataError::ClientId);
        }
        if !display::is_name(&metadata.client_name) {
            return Err(MetadataError::Name);
        }
        check_addresses(&metadata)?;
        check_numbers(&metadata)?;
        check_authentication(&metadata)?;
        check_grant_types(&metadata)?;
        check_redirect_uris(&metadata)?;
        Ok(Self {
            client_id: ClientId::from_text(client_id),
            metadata: tidy(metadata),
        })
    }

    /// The id it will have.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// What is registered about it.
    #[must_use]
    pub const fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// Whether it will have a secret.
    #[must_use]
    pub const fn has_secret(&self) -> bool {
        self.metadata.token_endpoint_auth_method.uses_secret()
    }
}

fn is_client_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
}

/// Equal registrations are equal documents: grants in the order of their table, each once.
fn tidy(mut metadata: ClientMetadata) -> ClientMetadata {
    metadata.grant_types = GrantType::ALL
        .into_iter()
        .filter(|grant_type| metadata.grant_types.contains(grant_type))
        .collect();
    metadata
}

fn check_addresses(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    for (field, address) in [
        ("logo_uri", &metadata.logo_uri),
        ("client_uri", &metadata.client_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("jwks_uri", &metadata.jwks_uri),
    ] {
        if let Some(address) = address {
            web_address(field, address)?;
        }
    }
    let Some(receiver) = &metadata.backchannel_logout_uri else {
        return Ok(());
    };
    let receiver = web_address("backchannel_logout_uri", receiver)?;
    if receiver.fragment().is_some() {
        return Err(MetadataError::LogoutFragment);
    }
    if metadata.client_type == ClientType::Service {
        return Err(MetadataError::LogoutOfService);
    }
    Ok(())
}

/// Reads an address of a client: on the web, or on this machine; whatever a field is for, it leads nowhere else.
pub fn web_address(field: &'static str, text: &str) -> Result<Url, MetadataError> {
    let refused = MetadataError::Address { field };
    let printable = text.len() <= 2048 && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let Ok(url) = Url::parse(text) else {
        return Err(refused);
    };
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(refused),
    };
    let plain = url.username().is_empty() && url.password().is_none();
    if printable && plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback)) {
        Ok(url)
    } else {
        Err(refused)
    }
}

fn check_numbers(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    if metadata
        .access_token_lifetime
        .is_some_and(|lifetime| !(1..=LONGEST_ACCESS_TOKEN.as_secs()).contains(&u64::from(lifetime)))
    {
        return Err(MetadataError::Lifetime);
    }
    if metadata
        .default_max_age
        .is_some_and(|seconds| i32::try_from(seconds).is_err())
    {
        return Err(MetadataError::MaxAge);
    }
    Ok(())
}

fn check_authentication(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    if metadata.token_endpoint_auth_method == ClientAuthenticationMethod::None {
        if metadata.require_pkce == Some(false) {
            return Err(MetadataError::PublicWithoutPkce);
        }
    } else if metadata.client_type == ClientType::Spa {
        return Err(MetadataError::SecretInBrowser);
    }
    check_keys(metadata)
}

fn check_keys(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    match (&metadata.jwks, &metadata.jwks_uri) {
        (Some(_), Some(_)) => Err(MetadataError::TwoKeySets),
        (Some(keys), None) => match metadata.token_endpoint_auth_signing_alg {
            Some(algorithm) if !keys.verifies(algorithm) => {
                Err(MetadataError::NoKeyForAlgorithm(algorithm.name()))
            }
            _ => Ok(()),
        },
        (None, None) if metadata.token_endpoint_auth_method == ClientAuthenticationMethod::PrivateKeyJwt => {
            Err(MetadataError::KeysMissing)
        }
        (None, _) => Ok(()),
    }
}

fn check_grant_types(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let has = |grant_type| metadata.grant_types.contains(&grant_type);
    if metadata.grant_types.is_empty() {
        return Err(MetadataError::NoGrant);
    }
    let of_people = metadata.grant_types.iter().any(|one| one.needs_a_person());
    if metadata.client_type == ClientType::Service && of_people {
        return Err(MetadataError::ServiceWithPeople);
    }
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
        return Err(MetadataError::RefreshWithoutCode);
    }
    if has(GrantType::ClientCredentials)
        && metadata.token_endpoint_auth_method == ClientAuthenticationMethod::None
    {
        return Err(MetadataError::PublicCredentials);
    }
    if metadata.scope.contains(scope::OFFLINE_ACCESS) && !has(GrantType::RefreshToken) {
        return Err(MetadataError::OfflineWithoutRefresh);
    }
    Ok(())
}

fn check_redirect_uris(metadata: &ClientMetadata) -> Result<(), MetadataError> {
    let by_code = metadata.grant_types.contains(&GrantType::AuthorizationCode);
    match (by_code, metadata.redirect_uris.is_empty()) {
        (true, true) => return Err(MetadataError::RedirectUriMissing),
        (false, false) => return Err(MetadataError::RedirectUriUnused),
        (true, false) | (false, true) => {}
    }
    for (field, uris) in [
        ("redirect_uris", &metadata.redirect_uris),
        ("post_logout_redirect_uris", &metadata.post_logout_redirect_uris),
    ] {
        let on_a_device = |uri: &&RedirectUri| !uri.is_https() && !uri.is_loopback();
        if metadata.client_type != ClientType::Native
            && let Some(uri) = uris.iter().find(on_a_device)
        {
            return Err(MetadataError::PrivateScheme {
                field,
                uri: uri.as_str().to_owned(),
            });
        }
        if uris.len() > MOST_URIS {
            return Err(MetadataError::TooMany { field });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::change::Change;
    use super::*;

    /// What becomes of a registration that is asked for as JSON.
    fn register(asked: Value) -> Result<NewClient, MetadataError> {
        let Value::Object(fields) = asked else {
            panic!("an object")
        };
        NewClient::parse("app", Change::new(fields)?.create()?)
    }

    /// A web application with more or other fields.
    fn web(more: Value) -> Result<NewClient, MetadataError> {
        let mut asked = json!({"client_name": "App", "redirect_uris": ["https://app.example/callback"]});
        let Value::Object(more) = more else {
            panic!("an object")
        };
        asked.as_object_mut().unwrap().extend(more);
        register(asked)
    }

    #[test]
    fn defaults_follow_the_type() {
        let client = web(json!({})).unwrap();
        let metadata = client.metadata();
        assert_eq!(
            metadata.token_endpoint_auth_method,
            ClientAuthenticationMethod::ClientSecretBasic
        );
        assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(metadata.scope.to_string(), "email openid profile");
        assert_eq!(metadata.require_pkce, None);
        let service = register(json!({"client_name": "Service", "type": "service"})).unwrap();
        assert_eq!(service.metadata().grant_types, [GrantType::ClientCredentials]);
        assert!(service.has_secret() && service.metadata().scope.is_empty());
        let browser = web(json!({"type": "spa"})).unwrap();
        assert!(!browser.has_secret());
    }

    #[test]
    fn dangerous_redirect_uris_are_refused() {
        for uri in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "\u{1}https://app.example/",
            "http://app.example/",
            "https://*.app.example/",
            "https://app.example/#part",
            "com.example.app:/callback",
        ] {
            for field in ["redirect_uris", "post_logout_redirect_uris"] {
                let refused = web(json!({field: [uri]})).unwrap_err().to_string();
                assert!(refused.starts_with(field), "{uri:?}: {refused}");
            }
        }
    }

    #[test]
    fn a_private_use_scheme_is_for_native_clients() {
        assert!(web(json!({"type": "native", "redirect_uris": ["com.example.app:/callback"]})).is_ok());
    }

    #[test]
    fn a_public_client_uses_pkce_and_has_no_credentials_of_its_own() {
        let public = |more: Value| {
            let mut asked = json!({"token_endpoint_auth_method": "none"});
            asked
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            web(asked)
        };
        assert!(public(json!({})).is_ok());
        assert_eq!(
            public(json!({"require_pkce": false})).unwrap_err(),
            MetadataError::PublicWithoutPkce
        );
        assert_eq!(
            public(json!({"grant_types": ["authorization_code", "client_credentials"]})).unwrap_err(),
            MetadataError::PublicCredentials
        );
    }

    #[test]
    fn grants_that_need_another_are_refused_alone() {
        assert_eq!(
            web(json!({"grant_types": ["refresh_token"]})).unwrap_err(),
            MetadataError::RefreshWithoutCode
        );
        assert_eq!(
            web(json!({"scope": "openid offline_access"})).unwrap_err(),
            MetadataError::OfflineWithoutRefresh
        );
        assert_eq!(
            web(json!({"grant_types": []})).unwrap_err(),
            MetadataError::NoGrant
        );
    }

    #[test]
    fn ids_names_and_links_are_harmless() {
        let metadata = web(json!({})).unwrap().metadata().clone();
        for id in ["", "a b", "a/b", "\u{430}pp", &"a".repeat(129)] {
            assert_eq!(
                NewClient::parse(id, metadata.clone()).unwrap_err(),
                MetadataError::ClientId
            );
        }
        for name in ["", " ", "a\nb", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!(
                web(json!({"client_name": name})).unwrap_err(),
                MetadataError::Name
            );
        }
        assert!(web(json!({"policy_uri": "javascript:alert(1)"})).is_err());
    }

    #[test]
    fn a_logout_is_told_at_a_web_address_of_an_application_with_people() {
        let told_at = |uri: &str| web(json!({"backchannel_logout_uri": uri}));
        assert!(told_at("https://app.example/logout?tenant=1").is_ok());
        assert!(told_at("http://127.0.0.1:8080/logout").is_ok());
        for uri in [
            "http://app.example/",
            "file:///etc/passwd",
            "https://a:b@app.example/",
            "/logout",
        ] {
            let refused = told_at(uri).unwrap_err().to_string();
            assert!(
                refused.starts_with("backchannel_logout_uri: "),
                "{uri}: {refused}"
            );
        }
        assert_eq!(
            told_at("https://app.example/#part").unwrap_err(),
            MetadataError::LogoutFragment
        );
        let service = json!({
            "client_name": "Service", "type": "service", "backchannel_logout_uri": "https://app.example/",
        });
        assert_eq!(register(service).unwrap_err(), MetadataError::LogoutOfService);
    }

    #[test]
    fn a_document_that_cannot_be_read_is_refused_by_the_field() {
        for (asked, text) in [
            (
                json!({"redirect_uri": "https://app.example/"}),
                "redirect_uri: there is no such field",
            ),
            (
                json!({"grant_types": ["password"]}),
                "grant_types[0]: unknown variant `password`",
            ),
            (
                json!({"default_max_age": "soon"}),
                "default_max_age: invalid type",
            ),
            (json!({"scope": "a\"b"}), "scope: scope is malformed"),
            (
                json!({"access_token_lifetime": 7200}),
                "access_token_lifetime: 1 to 3600 seconds",
            ),
            (
                json!({"tos_uri": "x".repeat(1_000_000)}),
                "the metadata: at most 65536 bytes",
            ),
        ] {
            let refused = web(asked).unwrap_err().to_string();
            assert!(refused.starts_with(text), "{refused}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_null_takes_away() {
        let before = web(json!({"default_max_age": 60, "tos_uri": "https://app.example/terms"})).unwrap();
        let Value::Object(fields) = json!({"default_max_age": null, "client_name": "New"}) else {
            panic!("an object")
        };
        let after = Change::new(fields).unwrap().apply_to(before.metadata()).unwrap();
        assert_eq!(after.default_max_age, None);
        assert_eq!(after.client_name, "New");
        assert_eq!(after.tos_uri, before.metadata().tos_uri);
        assert_eq!(ClientMetadata::read(after.document()).unwrap(), after);
    }
}
