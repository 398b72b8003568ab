//! Owns the setting of the stage, and its striking.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::OnceCell;

use super::cluster::{self, Postgres, SIGNET};
use super::fill;
use super::hooks::{Hook, Hooks};
use super::people::{self, Population};
use super::server::{Server, Setup, Start};
use crate::beside::{self, Beside};
use crate::figures;
use crate::floors::Bed;
use crate::http::Site;
use crate::meter::{self, Statements, Watched};
use crate::options::Options;
use crate::rows::{Contender, Families, Ground, Meters, SignIn, SigningClient};

/// How often a start is measured after the first.
const STARTS: usize = 5;
/// How long a server stands idle before its memory is read.
const IDLE: Duration = Duration::from_secs(1);

/// Everything that a run needs.
pub(crate) struct Stage {
    postgres: Postgres,
    server: Option<Server>,
    hooks: Option<Hooks>,
    /// The server, its clients and its people.
    pub(crate) own: Contender,
    /// What is measured beside it.
    pub(crate) beside: Option<Beside>,
    /// Where floors are measured.
    pub(crate) bed: Bed,
    /// How fast our own server started.
    pub(crate) start: Option<Start>,
    /// The server's memory before it was asked anything, in MiB.
    pub(crate) idle_memory: Option<f64>,
}

impl Stage {
    /// Sets it.
    pub(crate) async fn set(options: &Options, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let postgres = Postgres::start(&folder, options.postgres.as_deref()).await?;
        let bed = Bed {
            socket: postgres.socket()?,
            connections: options.connections,
            threads: std::thread::available_parallelism()?.get(),
        };
        let own = options.issuer.is_none();
        if own {
            postgres.make_signet().await?;
        }
        let database_url = options.database_url.clone().unwrap_or_else(|| postgres.app_url());
        let admin_url = if own {
            Some(postgres.admin_url(SIGNET))
        } else {
            options.admin_url.clone()
        };
        let population = people::make(&database_url, options.connections)
            .await
            .context("clients and people cannot be made")?;
        let (server, start, hooks, issuer) = if let Some(issuer) = &options.issuer {
            (None, None, None, issuer.clone())
        } else {
            let setup = Setup::write(&folder, &database_url, &postgres.hook_url(), &options.log)?;
            let (server, start) = measure_start(&setup).await?;
            let issuer = setup.issuer.clone();
            let hooks = Hooks::new(setup, postgres.admin_url(SIGNET), &folder);
            (Some(server), Some(start), Some(hooks), issuer)
        };
        let mut watched = Watched {
            server: server.as_ref().map(Server::pid).or(options.pid),
            postgres: postgres.pid,
        };
        let mut statements = None;
        if let Some(url) = admin_url {
            statements = Statements::open(&url).await?;
            watched.postgres = cluster::first_process(&mut PgConnection::connect(&url).await?).await?;
        }
        tokio::time::sleep(IDLE).await;
        let idle_memory = watched
            .server
            .and_then(meter::memory)
            .map(|memory| memory.resident);
        let families = match &hooks {
            Some(hooks) => fill::fill(options, hooks.setup(), &postgres, &population.web_rs256.id).await?,
            None => None,
        };
        let beside = match options.beside {
            Some(peer) => Some(beside::start(peer, &postgres, options).await?),
            None => None,
        };
        Ok(Self {
            postgres,
            server,
            hooks,
            own: Contender {
                ground: ground(&issuer, population, families, options.connections)?,
                meters: Meters { watched, statements },
                warm_up: Duration::ZERO,
            },
            beside,
            bed,
            start,
            idle_memory,
        })
    }

    /// Has this operator's hook asked, or none; the server is started anew for another.
    pub(crate) async fn ask(&mut self, hook: Option<Hook>) -> anyhow::Result<()> {
        let Some(hooks) = self.hooks.as_mut().filter(|hooks| hooks.differ(hook)) else {
            return Ok(());
        };
        if let Some(server) = self.server.take() {
            server.stop().await?;
        }
        hooks.ask(hook).await?;
        let server = hooks.setup().start().await?;
        self.own.meters.watched.server = Some(server.pid());
        self.server = Some(server);
        Ok(())
    }

    /// Ends the server for a while; gives its database as a superuser.
    pub(crate) async fn halt(&mut self) -> anyhow::Result<String> {
        if let Some(server) = self.server.take() {
            server.stop().await?;
        }
        Ok(self.postgres.admin_url(SIGNET))
    }

    /// Starts the server again.
    pub(crate) async fn go_on(&mut self) -> anyhow::Result<()> {
        let hooks = self.hooks.as_ref().context("a server of our own")?;
        self.server = Some(hooks.setup().start().await?);
        Ok(())
    }

    /// PostgreSQL's version.
    pub(crate) fn postgres_version(&self) -> &str {
        &self.postgres.version
    }

    /// Strikes it. What an error leaves is ended by dropping, and its folder by the next run.
    pub(crate) async fn strike(self) -> anyhow::Result<()> {
        drop(self.own);
        drop(self.beside);
        if let Some(server) = self.server {
            server.stop().await?;
        }
        self.postgres.stop().await
    }
}

/// Our own server, as the rows ask it.
fn ground(
    issuer: &str,
    population: Population,
    families: Option<Families>,
    connections: u32,
) -> anyhow::Result<Ground> {
    Ok(Ground {
        site: Arc::new(Site::of(issuer)?),
        service_rs256: population.service_rs256,
        service_es256: population.service_es256,
        service_signing: Some(SigningClient {
            id: population.service_signing.0,
            key: population.service_signing.1,
            issuer: issuer.to_owned(),
        }),
        reader: population.web_rs256.clone(),
        web_rs256: population.web_rs256,
        web_es256: population.web_es256,
        people: population.people,
        sign_in: SignIn::Password,
        connections,
        families,
        sessions: OnceCell::new(),
    })
}

/// Starts the server several times; the last one stays.
async fn measure_start(setup: &Setup) -> anyhow::Result<(Server, Start)> {
    let mut server = setup.start().await?;
    let first_seconds = server.took.as_secs_f64();
    let mut later = Vec::new();
    for _ in 0..STARTS {
        server.stop().await?;
        server = setup.start().await?;
        later.push(server.took.as_secs_f64());
    }
    Ok((
        server,
        Start {
            first_seconds,
            seconds: figures::median(later),
        },
    ))
}
