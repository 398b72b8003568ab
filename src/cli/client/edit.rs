//! Owns the words of `signet client edit`, and how they change a client's metadata.

use anyhow::Result;
use clap::Args;
use serde_json::Map;

use super::options::MetadataOptions;
use crate::cli::values;
use crate::client::{Change, ClientError, ClientMetadata};
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::Scope;

/// What to change of a client. An empty text takes an address or the name of a resource away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct EditClient {
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
    /// Its other fields
    #[command(flatten)]
    pub options: MetadataOptions,
}

impl EditClient {
    /// Whether there is anything to change.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What was asked for; refuses to take away what is not there.
    pub(super) fn change(&self, metadata: &ClientMetadata) -> Result<Change> {
        let texts = |uris: &[RedirectUri]| -> Vec<String> {
            uris.iter().map(|uri| uri.as_str().to_owned()).collect()
        };
        let names = |grants: &[GrantType]| -> Vec<String> {
            grants.iter().map(|grant| grant.name().to_owned()).collect()
        };
        let tokens = |scopes: &[Scope]| -> Vec<String> {
            scopes.iter().flat_map(Scope::iter).map(str::to_owned).collect()
        };
        let mut lists = Map::new();
        for (field, kept, added, removed) in [
            (
                "redirect_uris",
                texts(&metadata.redirect_uris),
                self.add_redirect_uris.clone(),
                self.remove_redirect_uris.clone(),
            ),
            (
                "post_logout_redirect_uris",
                texts(&metadata.post_logout_redirect_uris),
                self.add_post_logout_redirect_uris.clone(),
                self.remove_post_logout_redirect_uris.clone(),
            ),
            (
                "grant_types",
                names(&metadata.grant_types),
                names(&self.add_grants),
                names(&self.remove_grants),
            ),
        ] {
            if let Some(list) = edited(field, kept, added, &removed)? {
                lists.insert(field.to_owned(), list.into());
            }
        }
        let added = [tokens(&self.add_scopes), tokens(&self.add_custom_scopes)].concat();
        if let Some(scope) = edited(
            "scope",
            metadata.scope.to_vec(),
            added,
            &tokens(&self.remove_scopes),
        )? {
            lists.insert("scope".to_owned(), scope.join(" ").into());
        }
        Ok(self.options.change()?.and(Change::new(lists)?))
    }
}

/// The list after something was taken away, then added; none if nothing was asked for.
fn edited(
    field: &'static str,
    mut list: Vec<String>,
    added: Vec<String>,
    removed: &[String],
) -> Result<Option<Vec<String>>, ClientError> {
    if added.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    for value in removed {
        let Some(index) = list.iter().position(|kept| kept == value) else {
            return Err(ClientError::NotThere {
                field,
                value: value.clone(),
            });
        };
        list.remove(index);
    }
    for value in added {
        if !list.contains(&value) {
            list.push(value);
        }
    }
    Ok(Some(list))
}
