//! Owns the peer's life: its database, its processes, and who uses it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::OnceCell;

use super::package;
use super::peer::Peer;
use crate::children::Held;
use crate::http::Site;
use crate::meter::{Statements, Watched};
use crate::options::Options;
use crate::rows::{ClientKey, Contender, Ground, Meters, REDIRECT_URI, SignIn};
use crate::stage::Postgres;

/// So many that every connection has people of its own, as ours has.
const PEOPLE_PER_CONNECTION: u32 = 2;

/// What the compiler of Node.js needs until a kind of request is as fast as it gets.
const WARM_UP: Duration = Duration::from_secs(3);

/// A running peer that ends with this value.
pub(crate) struct Beside {
    /// What it is, with its versions.
    pub(crate) title: String,
    /// What the rows ask.
    pub(crate) contender: Contender,
    _held: Held,
}

/// Installs a peer, gives it a database of its own and starts it.
pub(crate) async fn start(peer: Peer, postgres: &Postgres, options: &Options) -> anyhow::Result<Beside> {
    let connections = options.connections;
    let folder = tokio::task::spawn_blocking(package::install).await??;
    let people = make_database(peer, postgres, connections * PEOPLE_PER_CONNECTION).await?;
    // One process for each processor, which shares them with PostgreSQL and the generator as our threads do.
    let processes = match options.beside_processes {
        Some(processes) => processes,
        None => u32::try_from(std::thread::available_parallelism()?.get())?,
    };
    let address = free_address()?;
    let settings = json!({
        "port": address.port(),
        "workers": processes,
        "redirectUri": REDIRECT_URI,
        "connections": connections.div_ceil(processes),
        "postgres": {
            "host": postgres.socket_folder(),
            "port": postgres.port()?,
            "user": peer.database(),
            "database": peer.database(),
        },
    });
    let mut node = Command::new("node");
    node.args(["server.js", &settings.to_string()])
        .current_dir(&folder)
        .env("NODE_ENV", "production")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut held = Held::try_spawn(&mut node).map_err(|error| package::missing("node", error))?;
    let (held, said) = tokio::task::spawn_blocking(move || {
        let said = held.line();
        (held, said)
    })
    .await?;
    let said = said?;
    let runtime = said
        .trim()
        .strip_prefix("ready ")
        .context("the peer ended before it was ready")?;
    let watched = Watched {
        server: Some(held.pid()),
        postgres: postgres.pid,
    };
    Ok(Beside {
        title: format!(
            "{} {} (Node.js {}, {processes} processes)",
            peer.title(),
            package::version()?,
            runtime.trim_start_matches('v'),
        ),
        contender: Contender {
            ground: ground(address, people, connections),
            meters: Meters {
                watched,
                statements: Statements::open(&postgres.admin_url(peer.database())).await?,
            },
            warm_up: WARM_UP,
        },
        _held: held,
    })
}

/// Makes the database, its tables and its people; gives the names that they sign in with.
async fn make_database(peer: Peer, postgres: &Postgres, people: u32) -> anyhow::Result<Vec<String>> {
    let url = postgres.make_database(peer.database()).await?;
    let mut owner = PgConnection::connect(&url).await?;
    sqlx::raw_sql(package::SCHEMA).execute(&mut owner).await?;
    let names = sqlx::query_scalar(
        "insert into people
         select format('person-%s', n), format('person-%s@load.example', n), format('Person %s', n)
         from generate_series(1, $1) n
         returning sub",
    )
    .bind(i32::try_from(people)?)
    .fetch_all(&mut owner)
    .await?;
    owner.close().await?;
    Ok(names)
}

/// The clients of `configuration.js`.
fn ground(address: SocketAddr, people: Vec<String>, connections: u32) -> Ground {
    let client = |id: &str| ClientKey::new(id, &format!("{id}-secret-0123456789-0123456789-012345"));
    Ground {
        site: Arc::new(Site::at(address)),
        service_rs256: client("service-rs256"),
        service_es256: client("service-es256"),
        service_signing: None,
        web_rs256: client("web-rs256"),
        web_es256: client("web-es256"),
        reader: client("web-opaque"),
        people,
        sign_in: SignIn::Interaction,
        connections,
        families: None,
        sessions: OnceCell::new(),
    }
}

/// An address that nobody listens on now.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
