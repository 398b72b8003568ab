//! Owns the demo clients and the demo resource: one of each kind that a developer may want to try.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Map;

use super::error::SeedError;
use super::secrets_file::SecretsFile;
use super::seeding::DemoAddresses;
use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::client::{
    Change, Client, ClientError, ClientMetadata, ClientType, MetadataError, NewClient, NewResource, Resource,
    TokenType, resource_service, service,
};
use crate::db::UnitOfWork;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::{self, Scope};

/// The demo application: confidential, of the operator's own.
pub const DEMO_CLIENT: &str = "demo-web";
/// A public client, for an application in the browser on one of the usual development ports.
pub const DEMO_SPA: &str = "demo-spa";
/// A program that acts for itself; it may introspect.
pub const DEMO_SERVICE: &str = "demo-service";
/// An audience to ask tokens for.
pub const DEMO_RESOURCE: &str = "https://api.example.test";

/// Makes what is missing; answers with the demo application's new secret.
pub(super) async fn provide(
    work: &mut UnitOfWork,
    secrets: &mut SecretsFile,
    demo: &DemoAddresses,
) -> Result<Secret, SeedError> {
    match resource_service::show(work, DEMO_RESOURCE).await {
        Err(ClientError::NoResource(_)) => resource_service::create(work, &resource()?).await?,
        found => drop(found?),
    }
    match find(work, DEMO_SPA).await? {
        None => drop(create(work, DEMO_SPA, spa()?, None).await?),
        Some(existing) => complete(work, existing, spa()?).await?,
    }
    provide_service(work, secrets).await?;
    provide_web(work, demo).await
}

/// The service's secret is kept, for scripts; one that was lost is replaced.
async fn provide_service(work: &mut UnitOfWork, secrets: &mut SecretsFile) -> Result<(), SeedError> {
    let kept = secrets.find(DEMO_SERVICE).cloned();
    let made = match (find(work, DEMO_SERVICE).await?, kept) {
        (Some(_), Some(_)) => None,
        (Some(existing), None) => {
            Some(service::rotate_secret(work, &existing.client_id, Duration::ZERO).await?)
        }
        (None, kept) => create(work, DEMO_SERVICE, program(), kept).await?,
    };
    if let Some(secret) = made {
        secrets.set(DEMO_SERVICE, secret);
    }
    Ok(())
}

/// The application's secret is made anew at each start, and stands nowhere but in memory.
async fn provide_web(work: &mut UnitOfWork, demo: &DemoAddresses) -> Result<Secret, SeedError> {
    let client_id = ClientId::from_text(DEMO_CLIENT);
    match find(work, DEMO_CLIENT).await? {
        None => match create(work, DEMO_CLIENT, web(demo)?, None).await? {
            Some(secret) => Ok(secret),
            None => Err(ClientError::Public(client_id).into()),
        },
        Some(existing) if serves(&existing, demo) => {
            complete(work, existing, web(demo)?).await?;
            Ok(service::rotate_secret(work, &client_id, Duration::ZERO).await?)
        }
        Some(_) => Err(SeedError::OtherAddress {
            address: demo.url.clone(),
        }),
    }
}

/// Gives a client of an earlier version the scopes that its successor is made with.
async fn complete(
    work: &mut UnitOfWork,
    existing: Client,
    wanted: ClientMetadata,
) -> Result<(), ClientError> {
    if wanted.scope.is_subset(&existing.metadata.scope) {
        return Ok(());
    }
    let scope = existing.metadata.scope.clone().with(wanted.scope.to_vec());
    let change = Change::new(Map::from_iter([("scope".to_owned(), scope.to_string().into())]))?;
    service::edit(work, &existing, change).await
}

fn serves(client: &Client, demo: &DemoAddresses) -> bool {
    let callback = demo.callback();
    client
        .metadata
        .redirect_uris
        .iter()
        .map(RedirectUri::as_str)
        .any(|uri| uri == callback)
}

async fn find(work: &mut UnitOfWork, client_id: &str) -> Result<Option<Client>, ClientError> {
    match service::show(work, &ClientId::from_text(client_id)).await {
        Ok(client) => Ok(Some(client)),
        Err(ClientError::Unknown(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn create(
    work: &mut UnitOfWork,
    client_id: &str,
    metadata: ClientMetadata,
    chosen: Option<Secret>,
) -> Result<Option<Secret>, ClientError> {
    let new = NewClient::parse(client_id, metadata)?;
    Ok(service::create(work, &new, chosen).await?.secret)
}

fn web(demo: &DemoAddresses) -> Result<ClientMetadata, ClientError> {
    Ok(ClientMetadata {
        first_party: true,
        redirect_uris: uris("redirect_uris", &[demo.callback()])?,
        post_logout_redirect_uris: uris("post_logout_redirect_uris", &[demo.signed_out()])?,
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: scopes(&["address", "phone", scope::OFFLINE_ACCESS]),
        client_uri: Some(demo.url.clone()),
        ..ClientMetadata::new("Demo application", ClientType::Web)
    })
}

fn spa() -> Result<ClientMetadata, ClientError> {
    let addresses = |path: &str| {
        ["http://localhost:3000", "http://localhost:5173"].map(|origin| format!("{origin}{path}"))
    };
    Ok(ClientMetadata {
        redirect_uris: uris("redirect_uris", &addresses("/callback"))?,
        post_logout_redirect_uris: uris("post_logout_redirect_uris", &addresses("/"))?,
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: scopes(&[]),
        ..ClientMetadata::new("Demo browser application", ClientType::Spa)
    })
}

fn program() -> ClientMetadata {
    ClientMetadata {
        scope: Scope::from_tokens(["api:read", "api:write"]),
        default_resource: Some(DEMO_RESOURCE.to_owned()),
        may_introspect: true,
        ..ClientMetadata::new("Demo service", ClientType::Service)
    }
}

fn uris(field: &str, texts: &[String]) -> Result<Vec<RedirectUri>, MetadataError> {
    let registered = texts.iter().map(|text| {
        RedirectUri::register(text).map_err(|problem| MetadataError::Value {
            field: field.to_owned(),
            problem: format!("{text:?}: {problem}"),
        })
    });
    registered.collect()
}

fn scopes(more: &[&str]) -> Scope {
    let usual = [
        scope::OPENID,
        "profile",
        "email",
        scope::ORGANIZATION_ANY,
        scope::ORGANIZATIONS,
        scope::ORGANIZATIONS_MANAGE,
        scope::MODULES,
    ];
    Scope::from_tokens(usual.into_iter().chain(more.iter().copied()))
}

fn resource() -> Result<NewResource, ClientError> {
    Ok(NewResource::parse(Resource {
        identifier: DEMO_RESOURCE.to_owned(),
        name: "Demo API".to_owned(),
        algorithm: None,
        token_type: TokenType::default(),
        lifetime: None,
        claim_names: BTreeMap::new(),
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registration_keeps_the_rules() {
        let demo = DemoAddresses {
            url: "http://localhost:8081".to_owned(),
        };
        for metadata in [web(&demo).unwrap(), spa().unwrap(), program()] {
            let name = metadata.client_name.clone();
            assert!(NewClient::parse("demo", metadata).is_ok(), "{name}");
        }
        assert!(resource().is_ok());
    }
}
