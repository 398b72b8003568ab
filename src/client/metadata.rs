//! Owns what may be registered as a client (RFC 7591 §2, RFC 9700 §2.1): every rule stands here, whoever registers.
//! It does not know whether an id is free.

use std::time::Duration;

use url::{Host, Url};

use super::registered::ClientType;
use super::registration::Registration;
use crate::base::display;
use crate::base::id::ClientId;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::{RedirectUri, RedirectUriError};
use crate::protocol::scope::{self, Scope};

const MOST_URIS: usize = 50;
/// The longest an access token may live.
const LONGEST_ACCESS_TOKEN: Duration = Duration::from_hours(1);

/// A registration that keeps every rule. Made by [`NewClient::parse`] only.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// The id.
    pub(super) client_id: ClientId,
    /// How it authenticates.
    pub(super) authentication: ClientAuthenticationMethod,
    /// Which grants it uses.
    pub(super) grant_types: Vec<GrantType>,
    /// The scopes that it may ask for.
    pub(super) scopes: Scope,
    /// Where codes may be sent.
    pub(super) redirect_uris: Vec<RedirectUri>,
    /// Where a logout may end.
    pub(super) post_logout_redirect_uris: Vec<RedirectUri>,
    /// Everything else, as it was asked for.
    pub(super) rest: Registration,
}

/// Why a registration is refused; the text begins with the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The grammar of ids.
    #[error("client_id: 1 to 128 of A-Z a-z 0-9 . _ ~ -")]
    ClientId,
    /// The name is what people consent to.
    #[error("name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// A link on our pages must be harmless.
    #[error("{field}: an https address (http on loopback only)")]
    Address {
        /// The field.
        field: &'static str,
    },
    /// A redirect URI breaks a rule.
    #[error("{field}: {uri:?}: {problem}")]
    RedirectUri {
        /// The field.
        field: &'static str,
        /// The URI.
        uri: String,
        /// The rule.
        problem: RedirectUriError,
    },
    /// RFC 8252 §7.1: such a scheme belongs to an application on a device.
    #[error("{field}: {uri:?}: a private-use scheme is for native clients; use https")]
    PrivateScheme {
        /// The field.
        field: &'static str,
        /// The URI.
        uri: String,
    },
    /// More than anyone needs.
    #[error("{field}: at most {MOST_URIS}")]
    TooMany {
        /// The field.
        field: &'static str,
    },
    /// A code has to go somewhere.
    #[error("redirect_uris: the grant authorization_code needs at least one")]
    RedirectUriMissing,
    /// Nothing would ever be sent there.
    #[error("redirect_uris: only the grant authorization_code uses them")]
    RedirectUriUnused,
    /// Refresh tokens come from authorization codes.
    #[error("grant_types: refresh_token needs authorization_code")]
    RefreshWithoutCode,
    /// RFC 6749 §4.4: the grant is for confidential clients.
    #[error("grant_types: client_credentials needs a client that authenticates")]
    PublicCredentials,
    /// A service has no people.
    #[error("grant_types: a service uses client_credentials only; register type web for people's logins")]
    ServiceWithPeople,
    /// RFC 6749 §2.1: what runs in a browser keeps no secret.
    #[error("token_endpoint_auth_method: an application in the browser keeps no secret; use none")]
    SecretInBrowser,
    /// RFC 9700 §2.1.1.
    #[error("require_pkce: a public client always uses PKCE")]
    PublicWithoutPkce,
    /// OpenID Connect Core §11.
    #[error("scope: offline_access needs the grant refresh_token")]
    OfflineWithoutRefresh,
    /// Access tokens are short-lived.
    #[error("access_token_lifetime: 1 to 3600 seconds")]
    Lifetime,
    /// It must fit.
    #[error("default_max_age: at most 2147483647 seconds")]
    MaxAge,
}

impl NewClient {
    /// Checks a registration against every rule.
    pub fn parse(registration: Registration) -> Result<Self, MetadataError> {
        if !is_client_id(&registration.client_id) {
            return Err(MetadataError::ClientId);
        }
        if !display::is_name(&registration.name) {
            return Err(MetadataError::Name);
        }
        check_addresses(&registration)?;
        if !registration
            .access_token_lifetime
            .is_none_or(|lifetime| lifetime.as_secs() >= 1 && lifetime <= LONGEST_ACCESS_TOKEN)
        {
            return Err(MetadataError::Lifetime);
        }
        if registration
            .default_max_age
            .is_some_and(|seconds| i32::try_from(seconds).is_err())
        {
            return Err(MetadataError::MaxAge);
        }
        let authentication = authentication(&registration)?;
        let grant_types = grant_types(&registration, authentication)?;
        let scopes = scopes(&registration, &grant_types)?;
        let redirect_uris = uris(
            "redirect_uris",
            &registration.redirect_uris,
            registration.client_type,
        )?;
        match (
            grant_types.contains(&GrantType::AuthorizationCode),
            redirect_uris.is_empty(),
        ) {
            (true, true) => return Err(MetadataError::RedirectUriMissing),
            (false, false) => return Err(MetadataError::RedirectUriUnused),
            (true, false) | (false, true) => {}
        }
        let post_logout_redirect_uris = uris(
            "post_logout_redirect_uris",
            &registration.post_logout_redirect_uris,
            registration.client_type,
        )?;
        Ok(Self {
            client_id: ClientId::from_text(registration.client_id.clone()),
            authentication,
            grant_types,
            scopes,
            redirect_uris,
            post_logout_redirect_uris,
            rest: registration,
        })
    }

    /// The id it will have.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Whether it will have a secret.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.authentication != ClientAuthenticationMethod::None
    }
}

fn is_client_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
}

fn check_addresses(registration: &Registration) -> Result<(), MetadataError> {
    for (field, address) in [
        ("icon", &registration.icon),
        ("client_uri", &registration.client_uri),
        ("policy_uri", &registration.policy_uri),
        ("tos_uri", &registration.tos_uri),
    ] {
        if address.as_deref().is_some_and(|address| !is_web_address(address)) {
            return Err(MetadataError::Address { field });
        }
    }
    Ok(())
}

fn is_web_address(text: &str) -> bool {
    let printable = text.len() <= 2048 && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    let Ok(url) = Url::parse(text) else { return false };
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    let plain = url.username().is_empty() && url.password().is_none();
    printable && plain && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

fn authentication(registration: &Registration) -> Result<ClientAuthenticationMethod, MetadataError> {
    let method = registration
        .authentication
        .unwrap_or(match registration.client_type {
            ClientType::Web | ClientType::Service => ClientAuthenticationMethod::ClientSecretBasic,
            ClientType::Spa | ClientType::Native => ClientAuthenticationMethod::None,
        });
    if method == ClientAuthenticationMethod::None {
        if !registration.require_pkce {
            return Err(MetadataError::PublicWithoutPkce);
        }
    } else if registration.client_type == ClientType::Spa {
        return Err(MetadataError::SecretInBrowser);
    }
    Ok(method)
}

fn grant_types(
    registration: &Registration,
    authentication: ClientAuthenticationMethod,
) -> Result<Vec<GrantType>, MetadataError> {
    let asked = &registration.grant_types;
    let grant_types: Vec<GrantType> = match (asked.is_empty(), registration.client_type) {
        (true, ClientType::Service) => vec![GrantType::ClientCredentials],
        // RFC 7591 §2: the default is authorization_code.
        (true, _) => vec![GrantType::AuthorizationCode],
        (false, _) => GrantType::ALL
            .into_iter()
            .filter(|grant_type| asked.contains(grant_type))
            .collect(),
    };
    let has = |grant_type| grant_types.contains(&grant_type);
    if registration.client_type == ClientType::Service && grant_types != [GrantType::ClientCredentials] {
        return Err(MetadataError::ServiceWithPeople);
    }
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
        return Err(MetadataError::RefreshWithoutCode);
    }
    if has(GrantType::ClientCredentials) && authentication == ClientAuthenticationMethod::None {
        return Err(MetadataError::PublicCredentials);
    }
    Ok(grant_types)
}

fn scopes(registration: &Registration, grant_types: &[GrantType]) -> Result<Scope, MetadataError> {
    let scopes = match &registration.scopes {
        Some(scopes) => scopes.clone(),
        None if grant_types.contains(&GrantType::AuthorizationCode) => Scope::from_tokens([scope::OPENID]),
        None => Scope::default(),
    }
    .with(registration.custom_scopes.iter());
    if scopes.contains(scope::OFFLINE_ACCESS) && !grant_types.contains(&GrantType::RefreshToken) {
        return Err(MetadataError::OfflineWithoutRefresh);
    }
    Ok(scopes)
}

fn uris(
    field: &'static str,
    texts: &[String],
    client_type: ClientType,
) -> Result<Vec<RedirectUri>, MetadataError> {
    let mut uris: Vec<RedirectUri> = Vec::with_capacity(texts.len());
    for text in texts {
        let uri = RedirectUri::register(text).map_err(|problem| MetadataError::RedirectUri {
            field,
            uri: text.clone(),
            problem,
        })?;
        if client_type != ClientType::Native && !uri.is_https() && !uri.is_loopback() {
            return Err(MetadataError::PrivateScheme {
                field,
                uri: text.clone(),
            });
        }
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    if uris.len() > MOST_URIS {
        return Err(MetadataError::TooMany { field });
    }
    Ok(uris)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web() -> Registration {
        Registration {
            redirect_uris: vec!["https://app.example/callback".to_owned()],
            ..Registration::new("app", "App", ClientType::Web)
        }
    }

    #[test]
    fn defaults_follow_the_type() {
        let client = NewClient::parse(web()).unwrap();
        assert_eq!(
            client.authentication,
            ClientAuthenticationMethod::ClientSecretBasic
        );
        assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(client.scopes.to_string(), "openid");
        let service = NewClient::parse(Registration::new("s", "Service", ClientType::Service)).unwrap();
        assert_eq!(service.grant_types, [GrantType::ClientCredentials]);
        assert!(service.is_confidential() && service.scopes.is_empty());
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
            let registration = Registration {
                redirect_uris: vec![uri.to_owned()],
                ..web()
            };
            assert!(NewClient::parse(registration).is_err(), "{uri:?} was accepted");
            let registration = Registration {
                post_logout_redirect_uris: vec![uri.to_owned()],
                ..web()
            };
            assert!(
                NewClient::parse(registration).is_err(),
                "{uri:?} was accepted after logout"
            );
        }
    }

    #[test]
    fn a_private_use_scheme_is_for_native_clients() {
        let registration = Registration {
            redirect_uris: vec!["com.example.app:/callback".to_owned()],
            ..Registration::new("app", "App", ClientType::Native)
        };
        assert!(NewClient::parse(registration).is_ok());
    }

    #[test]
    fn a_public_client_uses_pkce_and_has_no_credentials_of_its_own() {
        let public = Registration {
            authentication: Some(ClientAuthenticationMethod::None),
            ..web()
        };
        let without_pkce = Registration {
            require_pkce: false,
            ..public.clone()
        };
        assert_eq!(
            NewClient::parse(without_pkce).unwrap_err(),
            MetadataError::PublicWithoutPkce
        );
        let credentials = Registration {
            grant_types: vec![GrantType::AuthorizationCode, GrantType::ClientCredentials],
            ..public
        };
        assert_eq!(
            NewClient::parse(credentials).unwrap_err(),
            MetadataError::PublicCredentials
        );
    }

    #[test]
    fn grants_that_need_another_are_refused_alone() {
        let refresh = Registration {
            grant_types: vec![GrantType::RefreshToken],
            ..web()
        };
        assert_eq!(
            NewClient::parse(refresh).unwrap_err(),
            MetadataError::RefreshWithoutCode
        );
        let offline = Registration {
            scopes: Some(Scope::from_tokens([scope::OPENID, scope::OFFLINE_ACCESS])),
            ..web()
        };
        assert_eq!(
            NewClient::parse(offline).unwrap_err(),
            MetadataError::OfflineWithoutRefresh
        );
    }

    #[test]
    fn ids_names_and_links_are_harmless() {
        for id in ["", "a b", "a/b", "\u{430}pp", &"a".repeat(129)] {
            let registration = Registration {
                client_id: id.to_owned(),
                ..web()
            };
            assert_eq!(
                NewClient::parse(registration).unwrap_err(),
                MetadataError::ClientId
            );
        }
        for name in [" ", "a\nb", "a\u{202e}b", "a\u{200b}b"] {
            let registration = Registration {
                name: name.to_owned(),
                ..web()
            };
            assert_eq!(NewClient::parse(registration).unwrap_err(), MetadataError::Name);
        }
        let registration = Registration {
            policy_uri: Some("javascript:alert(1)".to_owned()),
            ..web()
        };
        assert!(NewClient::parse(registration).is_err());
    }
}
