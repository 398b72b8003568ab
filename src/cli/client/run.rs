//! Owns what `signet client …` does, in its caller's transaction.

use anyhow::{Context as _, Result, ensure};

use super::arguments::{ClientCommand, CreateClient, CreateResource};
use super::report::{ClientChanged, ClientLine, ClientList, ClientReport, Credentials};
use crate::base::clock;
use crate::base::id::{self, ClientId};
use crate::base::secret::Secret;
use crate::cli::values;
use crate::client::{ClientError, NewClient, NewResource, Resource, service};
use crate::db::Work;
use crate::lifecycle::disable_client;

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(command: ClientCommand, work: &mut Work) -> Result<ClientReport> {
    match command {
        ClientCommand::Create(arguments) => create(&arguments, work).await,
        ClientCommand::List { after, limit } => {
            let clients = service::list(work, after.map(ClientId::from_text).as_ref(), limit).await?;
            let clients = clients.into_iter().map(ClientLine::from).collect();
            Ok(ClientReport::Clients(ClientList { clients }))
        }
        ClientCommand::Show { id } => {
            let client = service::show(work, &ClientId::from_text(id))
                .await
                .map_err(advise)?;
            Ok(ClientReport::Client(Box::new(client.into())))
        }
        ClientCommand::Edit { id, changes } => {
            ensure!(
                !changes.is_empty(),
                "there is nothing to change; `signet client edit --help` lists what may be"
            );
            let id = ClientId::from_text(id);
            service::edit(work, &id, |registration| changes.apply_to(registration))
                .await
                .map_err(advise)?;
            let client = service::show(work, &id).await?;
            Ok(ClientReport::Client(Box::new(client.into())))
        }
        ClientCommand::RotateSecret { id, overlap } => {
            let id = ClientId::from_text(id);
            let secret = service::rotate_secret(work, &id, overlap).await.map_err(advise)?;
            Ok(ClientReport::Credentials(Credentials {
                client_id: id.to_string(),
                client_secret: Some(secret.expose().to_owned()),
                old_secret_expires_at: (!overlap.is_zero()).then(|| clock::after(work.now(), overlap)),
            }))
        }
        ClientCommand::Disable { id } => {
            let id = ClientId::from_text(id);
            disable_client::disable_client(work, &id).await.map_err(advise)?;
            Ok(changed(&id, "disabled"))
        }
        ClientCommand::Enable { id } => {
            let id = ClientId::from_text(id);
            disable_client::enable_client(work, &id).await.map_err(advise)?;
            Ok(changed(&id, "enabled"))
        }
        ClientCommand::RevokeTokens { id } => {
            let id = ClientId::from_text(id);
            service::revoke_before(work, &id).await.map_err(advise)?;
            Ok(changed(&id, "tokens revoked"))
        }
        ClientCommand::ResourceCreate(arguments) => create_resource(arguments, work).await,
    }
}

/// What an operator can do about it.
fn advise(error: ClientError) -> anyhow::Error {
    let advice = match &error {
        ClientError::Unknown(_) => "`signet client list` shows every client",
        ClientError::UnknownResource { .. } => {
            "register it first: `signet client resource-create --identifier … --name …`"
        }
        ClientError::AlreadyExists(_) | ClientError::NotThere { .. } => {
            "`signet client show` tells what it is"
        }
        ClientError::Metadata(_)
        | ClientError::Resource(_)
        | ClientError::TakenByUser(_)
        | ClientError::Public(_)
        | ClientError::NoGrantLeft
        | ClientError::ResourceExists(_)
        | ClientError::OverlapTooLong
        | ClientError::WeakSecret
        | ClientError::Database(_) => return error.into(),
    };
    anyhow::anyhow!("{error}; {advice}")
}

fn changed(id: &ClientId, done: &'static str) -> ClientReport {
    ClientReport::Changed(ClientChanged {
        client_id: id.to_string(),
        done,
    })
}

async fn create(arguments: &CreateClient, work: &mut Work) -> Result<ClientReport> {
    let client_id = arguments
        .id
        .clone()
        .unwrap_or_else(|| id::new_v7(work.now(), work.entropy()));
    let new = NewClient::parse(arguments.registration(&client_id))?;
    let chosen = arguments
        .secret_file
        .as_deref()
        .map(values::secret_from)
        .transpose()?;
    let created = service::create(work, &new, chosen).await.map_err(advise)?;
    Ok(ClientReport::Credentials(Credentials {
        client_id: created.client_id.to_string(),
        client_secret: created.secret.as_ref().map(Secret::expose).map(str::to_owned),
        old_secret_expires_at: None,
    }))
}

async fn create_resource(arguments: CreateResource, work: &mut Work) -> Result<ClientReport> {
    let claim_names = arguments
        .claim_names
        .iter()
        .map(|pair| {
            let (ours, theirs) = pair
                .split_once('=')
                .with_context(|| format!("--claim-name {pair:?}: write OURS=THEIRS"))?;
            Ok((ours.to_owned(), theirs.to_owned()))
        })
        .collect::<Result<_>>()?;
    let new = NewResource::parse(Resource {
        identifier: arguments.identifier,
        name: arguments.name,
        algorithm: arguments.alg,
        lifetime: arguments.lifetime,
        claim_names,
    })?;
    service::resource_create(work, &new).await?;
    Ok(ClientReport::Resource(new.resource().into()))
}
