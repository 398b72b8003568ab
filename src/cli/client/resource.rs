//! Owns the words of `signet client resource-…`, and what they do in their caller's transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use super::left_out::Before;
use super::report::{ClientReport, ResourceChanged, ResourceList, ResourceView};
use crate::cli::values;
use crate::client::algorithm_use::AlgorithmUserKind;
use crate::client::{NewResource, Resource, TokenType, resource_service};
use crate::config::SigningSettings;
use crate::db::UnitOfWork;
use crate::protocol::algorithm::Algorithm;

/// A resource to register.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct CreateResource {
    /// The URI that requests name and tokens carry as their audience
    #[arg(long)]
    pub identifier: String,
    /// What operators call it
    #[arg(long)]
    pub name: String,
    /// The algorithm of access tokens for it [default: the client's]
    #[arg(long, value_parser = values::algorithm())]
    pub alg: Option<Algorithm>,
    /// The typ header of access tokens for it: JWT for libraries that take no other [default: at+jwt]
    #[arg(long, value_parser = values::one_of(TokenType::ALL.map(TokenType::name), TokenType::parse))]
    pub typ: Option<TokenType>,
    /// How long access tokens for it live, such as 5m; at most 1h
    #[arg(long, value_parser = values::duration)]
    pub lifetime: Option<Duration>,
    /// Give a claim another name for this audience, such as role=platform_role; repeat for several
    #[arg(long = "claim-name", value_name = "OURS=THEIRS")]
    pub claim_names: Vec<String>,
}

/// What to change of a resource.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct EditResource {
    /// The resource's identifier
    pub identifier: String,
    /// What operators call it
    #[arg(long)]
    pub name: Option<String>,
    /// The algorithm of access tokens for it
    #[arg(long, value_parser = values::algorithm())]
    pub alg: Option<Algorithm>,
    /// The client's algorithm again
    #[arg(long, conflicts_with = "alg")]
    pub default_alg: bool,
    /// The typ header of access tokens for it
    #[arg(long, value_parser = values::one_of(TokenType::ALL.map(TokenType::name), TokenType::parse))]
    pub typ: Option<TokenType>,
    /// How long access tokens for it live, such as 5m; at most 1h; 0: as long as the client or the server says
    #[arg(long, value_parser = values::duration)]
    pub lifetime: Option<Duration>,
    /// Give a claim another name for this audience, such as role=platform_role; repeat for several
    #[arg(long = "claim-name", value_name = "OURS=THEIRS")]
    pub claim_names: Vec<String>,
    /// Give a claim its own name again; repeat for several
    #[arg(long = "remove-claim-name", value_name = "OURS")]
    pub remove_claim_names: Vec<String>,
}

impl EditResource {
    fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.alg.is_none()
            && !self.default_alg
            && self.typ.is_none()
            && self.lifetime.is_none()
            && self.claim_names.is_empty()
            && self.remove_claim_names.is_empty()
    }

    /// The resource as it is to be.
    fn applied_to(self, resource: Resource) -> Result<Resource> {
        let mut claim_names = resource.claim_names;
        for ours in &self.remove_claim_names {
            ensure!(
                claim_names.remove(ours).is_some(),
                "claim_names: the resource has no other name for {ours:?}"
            );
        }
        claim_names.extend(renamed(&self.claim_names)?);
        Ok(Resource {
            identifier: resource.identifier,
            name: self.name.unwrap_or(resource.name),
            algorithm: if self.default_alg {
                None
            } else {
                self.alg.or(resource.algorithm)
            },
            token_type: self.typ.unwrap_or(resource.token_type),
            lifetime: match self.lifetime {
                Some(lifetime) => Some(lifetime).filter(|lifetime| !lifetime.is_zero()),
                None => resource.lifetime,
            },
            claim_names,
        })
    }
}

fn renamed(pairs: &[String]) -> Result<BTreeMap<String, String>> {
    let split = pairs.iter().map(|pair| {
        let (ours, theirs) = pair
            .split_once('=')
            .with_context(|| format!("--claim-name {pair:?}: write OURS=THEIRS"))?;
        Ok((ours.to_owned(), theirs.to_owned()))
    });
    split.collect()
}

pub(super) async fn create(
    arguments: CreateResource,
    work: &mut UnitOfWork,
    signing: &SigningSettings,
) -> Result<ClientReport> {
    let new = NewResource::parse(Resource {
        claim_names: renamed(&arguments.claim_names)?,
        identifier: arguments.identifier,
        name: arguments.name,
        algorithm: arguments.alg,
        token_type: arguments.typ.unwrap_or_default(),
        lifetime: arguments.lifetime,
    })?;
    let kind = AlgorithmUserKind::Resource;
    let before = Before::look(work, signing, kind, &new.resource().identifier).await?;
    resource_service::create(work, &new).await?;
    before.require_no_new_use(work).await?;
    Ok(ClientReport::Resource(new.resource().into()))
}

pub(super) async fn list(after: Option<String>, limit: u16, work: &mut UnitOfWork) -> Result<ClientReport> {
    let found = resource_service::list(work, after.as_deref(), limit).await?;
    let resources = found.iter().map(ResourceView::from).collect();
    Ok(ClientReport::Resources(ResourceList { resources }))
}

pub(super) async fn show(identifier: &str, work: &mut UnitOfWork) -> Result<ClientReport> {
    let resource = resource_service::show(work, identifier)
        .await
        .map_err(super::refusal::advise)?;
    Ok(ClientReport::Resource((&resource).into()))
}

pub(super) async fn edit(
    arguments: EditResource,
    work: &mut UnitOfWork,
    signing: &SigningSettings,
) -> Result<ClientReport> {
    ensure!(
        !arguments.is_empty(),
        "there is nothing to change; `signet client resource-edit --help` lists what may be"
    );
    let resource = resource_service::lock(work, &arguments.identifier)
        .await
        .map_err(super::refusal::advise)?;
    let kind = AlgorithmUserKind::Resource;
    let before = Before::look(work, signing, kind, &arguments.identifier).await?;
    let changed = NewResource::parse(arguments.applied_to(resource)?)?;
    resource_service::edit(work, &changed).await?;
    before.require_no_new_use(work).await?;
    Ok(ClientReport::Resource(changed.resource().into()))
}

pub(super) async fn delete(identifier: &str, yes: bool, work: &mut UnitOfWork) -> Result<ClientReport> {
    if yes {
        resource_service::delete(work, identifier)
            .await
            .map_err(super::refusal::advise)?;
        return Ok(ClientReport::ResourceChanged(ResourceChanged {
            identifier: identifier.to_owned(),
            done: "deleted",
        }));
    }
    let resource = resource_service::show(work, identifier)
        .await
        .map_err(super::refusal::advise)?;
    let clients = resource_service::clients(work, identifier).await?;
    let clients: Vec<&str> = clients.iter().map(crate::base::id::ClientId::as_str).collect();
    let named = if clients.is_empty() {
        String::new()
    } else {
        format!(
            " First it has to be taken from the clients that name it: {}.",
            clients.join(", ")
        )
    };
    bail!(
        "{identifier} ({}) could not be asked for any more, and what people granted for it would not be refreshed; \
         tokens that are out live until they expire.{named} To delete it: signet client resource-delete {identifier} \
         --yes",
        resource.name
    )
}
