//! Owns the words of `signet client edit`, and how they change a registration.

use std::time::Duration;

use clap::Args;

use crate::cli::values;
use crate::client::{AccessTokenFormat, ClientError, Registration};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;

/// What to change of a client. An empty text takes an address or the name of a resource away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct EditClient {
    /// What consent pages call it
    #[arg(long)]
    pub name: Option<String>,
    /// A scope of signet's that it may ask for too; repeat for several
    #[arg(long = "add-scope", value_name = "SCOPES", value_parser = values::known_scope)]
    pub add_scopes: Vec<Scope>,
    /// A scope of an API of your own that it may ask for too; repeat for several
    #[arg(long = "add-custom-scope", value_name = "SCOPES", value_parser = values::scope)]
    pub add_custom_scopes: Vec<Scope>,
    /// A scope that it may have no more, from the next token of each grant on; repeat for several
    #[arg(long = "remove-scope", value_name = "SCOPES", value_parser = values::scope)]
    pub remove_scopes: Vec<Scope>,
    /// Where codes may be sent too, byte for byte; repeat for several
    #[arg(long = "add-redirect-uri", value_name = "URI")]
    pub add_redirect_uris: Vec<String>,
    /// Where codes may be sent no more; repeat for several
    #[arg(long = "remove-redirect-uri", value_name = "URI")]
    pub remove_redirect_uris: Vec<String>,
    /// Where a logout may end too; repeat for several
    #[arg(long = "add-post-logout-redirect-uri", value_name = "URI")]
    pub add_post_logout_redirect_uris: Vec<String>,
    /// Where a logout may end no more; repeat for several
    #[arg(long = "remove-post-logout-redirect-uri", value_name = "URI")]
    pub remove_post_logout_redirect_uris: Vec<String>,
    /// A grant type that it may use too; repeat for several
    #[arg(long = "add-grant", value_parser = values::one_of(GrantType::ALL.map(GrantType::name), GrantType::parse))]
    pub add_grants: Vec<GrantType>,
    /// A grant type that it may use no more; repeat for several
    #[arg(long = "remove-grant", value_parser = values::one_of(GrantType::ALL.map(GrantType::name), GrantType::parse))]
    pub remove_grants: Vec<GrantType>,
    /// Whether it is ours, so that people are not asked for consent
    #[arg(long, value_name = "BOOL")]
    pub first_party: Option<bool>,
    /// Whether authorization requests without PKCE are refused (a public client's always are)
    #[arg(long, value_name = "BOOL")]
    pub require_pkce: Option<bool>,
    /// The algorithm of its ID tokens
    #[arg(long, value_parser = values::algorithm())]
    pub id_token_alg: Option<Algorithm>,
    /// The algorithm of its access tokens
    #[arg(long, value_parser = values::algorithm())]
    pub access_token_alg: Option<Algorithm>,
    /// What its access tokens look like
    #[arg(long, value_parser = values::one_of(
        AccessTokenFormat::ALL.map(AccessTokenFormat::name), AccessTokenFormat::parse))]
    pub access_token_format: Option<AccessTokenFormat>,
    /// How long its access tokens live, such as 10m; at most 1h; 0: as long as the server says
    #[arg(long, value_parser = values::duration)]
    pub access_token_lifetime: Option<Duration>,
    /// Ask for a login when the last one is older than so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub default_max_age: Option<u32>,
    /// Ask for no login because of its age
    #[arg(long, conflicts_with = "default_max_age")]
    pub no_default_max_age: bool,
    /// The audience of its access tokens when a request names no resource
    #[arg(long, value_name = "IDENTIFIER")]
    pub resource_default: Option<String>,
    /// The resource whose server it is: it may introspect tokens of that audience
    #[arg(long, value_name = "IDENTIFIER")]
    pub audience: Option<String>,
    /// Whether the claims of scopes go into the ID token too
    #[arg(long, value_name = "BOOL")]
    pub scope_claims_in_id_token: Option<bool>,
    /// Whether it may introspect every token
    #[arg(long, value_name = "BOOL")]
    pub may_introspect: Option<bool>,
    /// Address of its logo
    #[arg(long, value_name = "URI")]
    pub icon: Option<String>,
    /// Its home page
    #[arg(long, value_name = "URI")]
    pub client_uri: Option<String>,
    /// Its privacy policy
    #[arg(long, value_name = "URI")]
    pub policy_uri: Option<String>,
    /// Its terms
    #[arg(long, value_name = "URI")]
    pub tos_uri: Option<String>,
}

impl EditClient {
    /// Whether there is anything to change.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Changes what was asked for, and refuses to take away what is not there.
    pub(super) fn apply_to(&self, registration: &mut Registration) -> Result<(), ClientError> {
        set(&mut registration.name, self.name.as_ref());
        self.apply_to_lists(registration)?;
        set(&mut registration.first_party, self.first_party.as_ref());
        set(&mut registration.require_pkce, self.require_pkce.as_ref());
        set(&mut registration.id_token_algorithm, self.id_token_alg.as_ref());
        if self.access_token_alg.is_some() {
            registration.access_token_algorithm = self.access_token_alg;
        }
        set(
            &mut registration.access_token_format,
            self.access_token_format.as_ref(),
        );
        if let Some(lifetime) = self.access_token_lifetime {
            registration.access_token_lifetime = (!lifetime.is_zero()).then_some(lifetime);
        }
        if self.default_max_age.is_some() || self.no_default_max_age {
            registration.default_max_age = self.default_max_age;
        }
        set(
            &mut registration.scope_claims_in_id_token,
            self.scope_claims_in_id_token.as_ref(),
        );
        set(&mut registration.may_introspect, self.may_introspect.as_ref());
        for (place, value) in [
            (&mut registration.default_resource, &self.resource_default),
            (&mut registration.audience, &self.audience),
            (&mut registration.icon, &self.icon),
            (&mut registration.client_uri, &self.client_uri),
            (&mut registration.policy_uri, &self.policy_uri),
            (&mut registration.tos_uri, &self.tos_uri),
        ] {
            if let Some(text) = value {
                *place = (!text.is_empty()).then(|| text.clone());
            }
        }
        Ok(())
    }

    fn apply_to_lists(&self, registration: &mut Registration) -> Result<(), ClientError> {
        let tokens = |scopes: &[Scope]| -> Vec<String> {
            scopes.iter().flat_map(Scope::iter).map(str::to_owned).collect()
        };
        let mut scopes = registration.scopes.take().unwrap_or_default().to_vec();
        let added = [tokens(&self.add_scopes), tokens(&self.add_custom_scopes)].concat();
        change("scope", &mut scopes, &added, &tokens(&self.remove_scopes))?;
        registration.scopes = Some(Scope::from_tokens(scopes));
        change(
            "redirect_uris",
            &mut registration.redirect_uris,
            &self.add_redirect_uris,
            &self.remove_redirect_uris,
        )?;
        change(
            "post_logout_redirect_uris",
            &mut registration.post_logout_redirect_uris,
            &self.add_post_logout_redirect_uris,
            &self.remove_post_logout_redirect_uris,
        )?;
        let names = |grants: &[GrantType]| -> Vec<String> {
            grants.iter().map(|grant| grant.name().to_owned()).collect()
        };
        let mut grants = names(&registration.grant_types);
        change(
            "grant_types",
            &mut grants,
            &names(&self.add_grants),
            &names(&self.remove_grants),
        )?;
        registration.grant_types = grants.iter().filter_map(|name| GrantType::parse(name)).collect();
        Ok(())
    }
}

fn set<T: Clone>(place: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        place.clone_from(value);
    }
}

/// Takes away, then adds.
fn change(
    field: &'static str,
    list: &mut Vec<String>,
    added: &[String],
    removed: &[String],
) -> Result<(), ClientError> {
    for value in removed {
        let Some(index) = list.iter().position(|kept| kept == value) else {
            return Err(ClientError::NotThere {
                field,
                value: value.clone(),
            });
        };
        list.remove(index);
    }
    list.extend(
        added
            .iter()
            .filter(|value| !list.contains(value))
            .cloned()
            .collect::<Vec<_>>(),
    );
    Ok(())
}
