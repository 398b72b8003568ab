//! Owns what `signet client …` does, in one transaction. What is fetched is fetched before it begins.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Map;

use super::arguments::{ClientCommand, CreateClient};
use super::connect::{Connection, Product, presets};
use super::edit::EditClient;
use super::left_out::Before;
use super::refusal::{advise, by_option};
use super::report::{ClientChanged, ClientLine, ClientList, ClientReport, ClientView, Credentials};
use super::resource;
use crate::app::rotation_state;
use crate::base::clock;
use crate::base::fetch::Fetch;
use crate::base::id::{self, ClientId};
use crate::base::secret::Secret;
use crate::cli::{operator, values};
use crate::client::algorithm_use::AlgorithmUserKind;
use crate::client::icon::{FetchedIcon, kept};
use crate::client::{Change, NewClient, service};
use crate::config::SignetConfig;
use crate::db::UnitOfWork;
use crate::lifecycle::disable_client;
use crate::protocol::algorithm::Algorithm;
use crate::protocol::issuer::Issuer;
use crate::signing::rotation;

/// The member of the metadata that says what ID tokens are signed with.
const ID_TOKEN_ALGORITHM: &str = "id_token_signed_response_alg";

/// Carries out a command.
pub async fn run(command: ClientCommand, config: &SignetConfig) -> Result<ClientReport> {
    let icon = match command.icon() {
        Some(address) => {
            let fetch = Fetch::new(config.clients.reach());
            Some(FetchedIcon::fetch(&fetch, address).await?)
        }
        None => None,
    };
    let mut work = operator::begin(config).await?;
    let report = carry_out(command, icon.as_ref(), &mut work, config).await?;
    work.commit().await?;
    Ok(report)
}

async fn carry_out(
    command: ClientCommand,
    icon: Option<&FetchedIcon>,
    work: &mut UnitOfWork,
    config: &SignetConfig,
) -> Result<ClientReport> {
    match command {
        ClientCommand::Create(arguments) => create(&arguments, icon, work, config).await,
        ClientCommand::Presets { name, markdown } => {
            Ok(ClientReport::Presets(presets(name.as_deref(), markdown)?))
        }
        ClientCommand::List { after, limit } => {
            let clients = service::list(work, after.map(ClientId::from_text).as_ref(), limit).await?;
            let clients = clients.into_iter().map(ClientLine::from).collect();
            Ok(ClientReport::Clients(ClientList { clients }))
        }
        ClientCommand::Show { id } => view(work, &ClientId::from_text(id)).await,
        ClientCommand::Edit { id, changes } => {
            let id = ClientId::from_text(id);
            edit(&id, &changes, icon, work, config).await
        }
        ClientCommand::RotateSecret { id, overlap } => {
            let id = ClientId::from_text(id);
            let secret = service::rotate_secret(work, &id, overlap).await.map_err(advise)?;
            Ok(ClientReport::Credentials(Credentials {
                client_id: id.to_string(),
                client_secret: Some(secret.expose().to_owned()),
                old_secret_expires_at: (!overlap.is_zero()).then(|| clock::after(work.now(), overlap)),
                connection: None,
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
        ClientCommand::Delete { id, yes } => {
            let id = ClientId::from_text(id);
            if yes {
                service::delete(work, &id).await.map_err(advise)?;
                return Ok(changed(&id, "deleted"));
            }
            let client = service::show(work, &id).await.map_err(advise)?;
            bail!(
                "{id} ({}) would lose its secrets, and every grant and consent that people gave it: they are signed \
                 out of it at its next refresh, and asked again if it is registered anew. To delete it: signet client \
                 delete {id} --yes",
                client.metadata.client_name
            )
        }
        ClientCommand::RevokeTokens { id } => {
            let id = ClientId::from_text(id);
            service::revoke_before(work, &id).await.map_err(advise)?;
            Ok(changed(&id, "tokens revoked"))
        }
        ClientCommand::ResourceCreate(arguments) => resource::create(arguments, work, &config.signing).await,
        ClientCommand::ResourceList { after, limit } => resource::list(after, limit, work).await,
        ClientCommand::ResourceShow { identifier } => resource::show(&identifier, work).await,
        ClientCommand::ResourceEdit(arguments) => resource::edit(arguments, work, &config.signing).await,
        ClientCommand::ResourceDelete { identifier, yes } => resource::delete(&identifier, yes, work).await,
    }
}

/// What a client's ID tokens are signed with if nothing is said of it: what is expected, if it is offered, else what
/// configuration says; and while no key of that signs yet, something that does, since it is written down for good.
async fn default_algorithm(
    work: &mut UnitOfWork,
    config: &SignetConfig,
    expected: Option<Algorithm>,
) -> Result<Change> {
    let signing = &config.signing;
    let expected = expected.filter(|algorithm| signing.signs(*algorithm));
    let wanted = expected.unwrap_or(signing.id_token_algorithm);
    let now = work.now();
    let (view, policy) = rotation_state(work.connection()?, config, now).await?;
    let signs = rotation::signing_now(&view, &policy);
    let chosen = match signs.first() {
        Some(first) if !signs.contains(&wanted) => *first,
        // The first start of a server makes its keys, which sign at once.
        _ => wanted,
    };
    let name = chosen.name().into();
    Ok(Change::new(Map::from_iter([(
        ID_TOKEN_ALGORITHM.to_owned(),
        name,
    )]))?)
}

fn changed(id: &ClientId, done: &'static str) -> ClientReport {
    ClientReport::Changed(ClientChanged {
        client_id: id.to_string(),
        done,
    })
}

async fn view(work: &mut UnitOfWork, id: &ClientId) -> Result<ClientReport> {
    let client = service::show(work, id).await.map_err(advise)?;
    let icon = kept::show(work, id).await?;
    Ok(ClientReport::Client(Box::new(ClientView::new(&client, icon))))
}

async fn edit(
    id: &ClientId,
    changes: &EditClient,
    icon: Option<&FetchedIcon>,
    work: &mut UnitOfWork,
    config: &SignetConfig,
) -> Result<ClientReport> {
    ensure!(
        !changes.is_empty(),
        "there is nothing to change; `signet client edit --help` lists what may be"
    );
    let client = service::lock(work, id).await.map_err(advise)?;
    let kind = AlgorithmUserKind::Client;
    let before = Before::look(work, &config.signing, kind, id.as_str()).await?;
    let mut change = changes
        .change(&client.metadata)
        .map_err(by_option::<EditClient>)?;
    if change.takes_away(ID_TOKEN_ALGORITHM) {
        change = change.and(default_algorithm(work, config, None).await?);
    }
    let edited = service::edit(work, &client, change).await.map_err(advise);
    edited.map_err(by_option::<EditClient>)?;
    before.require_no_new_use(work).await?;
    if let Some(icon) = icon {
        kept::keep(work, id, icon).await?;
    }
    view(work, id).await
}

async fn create(
    arguments: &CreateClient,
    icon: Option<&FetchedIcon>,
    work: &mut UnitOfWork,
    config: &SignetConfig,
) -> Result<ClientReport> {
    let issuer = &Issuer::parse(&config.issuer).context("issuer")?;
    let product = Product::of(arguments, issuer)?;
    // Products expect RS256 (OpenID Connect Registration §2), and what is printed for them may say so.
    let default = default_algorithm(work, config, product.as_ref().map(|_| Algorithm::RS256)).await?;
    let client_id = match (&arguments.id, &arguments.preset) {
        (Some(id), _) | (None, Some(id)) => id.clone(),
        (None, None) => id::new_v7(work.now(), work.entropy()),
    };
    let asked = product
        .as_ref()
        .map_or_else(|| Ok(Change::default()), Product::change)?;
    let metadata = arguments.metadata(default.and(asked));
    let new = metadata.and_then(|metadata| Ok(NewClient::parse(&client_id, metadata)?));
    let new = new.map_err(by_option::<CreateClient>)?;
    let kind = AlgorithmUserKind::Client;
    let before = Before::look(work, &config.signing, kind, &client_id).await?;
    let chosen = arguments
        .secret_file
        .as_deref()
        .map(values::secret_from)
        .transpose()?;
    let created = service::create(work, &new, chosen).await.map_err(advise)?;
    before.require_no_new_use(work).await?;
    if let Some(icon) = icon {
        kept::keep(work, &created.client_id, icon).await?;
    }
    let secret = created.secret.as_ref().map(Secret::expose);
    let connection = Connection::of(product, issuer, &new, secret, work.entropy())?;
    Ok(ClientReport::Credentials(Credentials {
        client_id: created.client_id.to_string(),
        client_secret: secret.map(str::to_owned),
        old_secret_expires_at: None,
        connection: Some(Box::new(connection)),
    }))
}
