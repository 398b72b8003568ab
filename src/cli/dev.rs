//! `signet dev`: everything on this machine with one command: private PostgreSQL, keys, demo data, the server, and a
//! demo application to click through.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{output, schema, serve};
use crate::app::{App, Injected};
use crate::base::fetch::{Fetch, Reach};
use crate::config::{
    self, DatabaseSettings, ListenSettings, MailSettings, MailTransport, SealingSettings, SignetConfig,
    TlsSettings,
};
use crate::dev::postgres::{Cluster, Settings};
use crate::dev::relying_party::{self, RelyingPartySettings};
use crate::dev::seed::{self, DemoAddresses, Seeded};
use crate::dev::{database, kek};
use crate::protocol::algorithm::Algorithm;
use crate::server::listener::{Listener, ListenerSettings};
use crate::server::metrics::Metrics;
use crate::server::signals::StopSignals;
use crate::server::telemetry;

/// `signet dev`
#[derive(Debug, Args)]
pub(super) struct DevArguments {
    /// Where the database, its passwords and a configuration for other commands are kept.
    #[arg(long, default_value = "data")]
    data_dir: PathBuf,
    /// Where the development key-encryption key is kept.
    #[arg(long, default_value = "keys")]
    keys_dir: PathBuf,
    /// The server's port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The demo application's port.
    #[arg(long, default_value_t = 8081)]
    demo_port: u16,
    /// The port of health and metrics.
    #[arg(long, default_value_t = 9090)]
    internal_port: u16,
    /// Another issuer than `http://localhost:PORT`, for instance an https one with --certificate and --key.
    #[arg(long)]
    issuer: Option<String>,
    /// A PEM file with a certificate, to serve over TLS.
    #[arg(long, requires = "key")]
    certificate: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    #[arg(long, requires = "certificate")]
    key: Option<PathBuf>,
    /// The folder with PostgreSQL's programs, if they are not in a usual place; `SIGNET_POSTGRES` names it too.
    #[arg(long)]
    pg_bin: Option<PathBuf>,
    /// What to log, for instance `info,signet=debug` [default: what `SIGNET_LOG__FILTER` says, else warnings and why
    /// requests of applications are refused].
    #[arg(long)]
    log: Option<String>,
}

/// Runs until Ctrl-C.
pub(super) async fn run(arguments: DevArguments) -> anyhow::Result<()> {
    let config = configure(&arguments)?;
    telemetry::start(config.log.format, &config.log.filter)?;
    telemetry::log_panics();
    let sockets = serve::bind(&config.listen).await?;
    let demo_address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.demo_port));
    let demo_socket = TcpListener::bind(demo_address)
        .await
        .with_context(|| format!("{demo_address} cannot be listened on"))?;
    output::line("Starting PostgreSQL in a private folder …")?;
    let settings = Settings {
        data_dir: std::path::absolute(&arguments.data_dir)?,
        binaries: arguments.pg_bin.clone(),
        fsync: true,
        shared: true,
    };
    let mut stop = StopSignals::listen()?;
    let cluster = tokio::select! {
        started = Cluster::start(&settings) => started?,
        _ = stop.requested() => return Ok(()),
    };
    let ran = on_cluster(&arguments, config, &cluster, &mut stop, sockets, demo_socket).await;
    cluster.stop().await?;
    ran
}

/// Everything after PostgreSQL is there; whatever happens here, the cluster is stopped afterwards.
async fn on_cluster(
    arguments: &DevArguments,
    config: SignetConfig,
    cluster: &Cluster,
    signals: &mut StopSignals,
    sockets: serve::Sockets,
    demo_socket: TcpListener,
) -> anyhow::Result<()> {
    let demo = DemoAddresses {
        url: format!("http://localhost:{}", arguments.demo_port),
    };
    let (app, seeded) = tokio::select! {
        furnished = furnish(arguments, config, cluster, &demo) => furnished?,
        _ = signals.requested() => return Ok(()),
    };
    let stop = CancellationToken::new();
    let serving = serve::start(&app, sockets, Metrics::install()?, stop.clone())?;
    let demo_task = start_demo(&app, &seeded, &demo, demo_socket, stop.clone());
    announce(arguments, &app, &demo, &seeded)?;
    signals.requested().await;
    // Everything is stopped in order, whether somebody reads of it or not.
    let _ = output::line("Stopping …");
    stop.cancel();
    serving.finish().await;
    demo_task.await?;
    app.close().await;
    Ok(())
}

/// Database, configuration and demo data.
async fn furnish(
    arguments: &DevArguments,
    config: SignetConfig,
    cluster: &Cluster,
    demo: &DemoAddresses,
) -> anyhow::Result<(App, Seeded)> {
    database::prepare(cluster, DATABASE)
        .await
        .map_err(schema::advise)?;
    let config = SignetConfig {
        database: DatabaseSettings {
            url: cluster.url("signet_app", DATABASE),
            owner_url: cluster.url("signet_owner", DATABASE),
            hook_url: cluster.url("signet_hook", DATABASE),
            ..config.database
        },
        ..config
    };
    database::mark_development(&config.database.owner_url).await?;
    write_configuration(&arguments.data_dir.join("signet.toml"), &config)?;
    let app = App::build(config, Injected::default()).await?;
    let passwords = arguments.data_dir.join("dev-passwords");
    let seeded = seed::seed(&app, &passwords, demo).await.context("demo data")?;
    Ok((app, seeded))
}

const DATABASE: &str = "signet";

/// What is otherwise here unless the environment says it. Everything comes from this machine: one person, or one test
/// program that signs in over and over.
const DEFAULTS: [(&str, &str); 5] = [
    ("log.filter", "warn,signet::refused=info"),
    ("listen.max_connections_per_address", "0"),
    ("limits.logins_per_minute_per_address", "0"),
    ("limits.authorizations_per_minute_per_address", "0"),
    ("limits.token_requests_per_minute_per_address", "0"),
];

/// The environment's configuration, but for what this command makes by itself: addresses, database and keys.
fn configure(arguments: &DevArguments) -> anyhow::Result<SignetConfig> {
    let environment = config::load_environment(&DEFAULTS).context("the environment (variables SIGNET_…)")?;
    ensure!(
        environment.signing.signs(Algorithm::RS256),
        "the demo application takes ID tokens of RS256 only: leave it in SIGNET_SIGNING__ALGORITHMS"
    );
    std::fs::create_dir_all(&arguments.data_dir)?;
    let kek =
        kek::provide(&arguments.keys_dir.join("dev.kek")).context("the development key-encryption key")?;
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut config = SignetConfig {
        issuer: arguments
            .issuer
            .clone()
            .unwrap_or_else(|| format!("http://localhost:{}", arguments.port)),
        listen: ListenSettings {
            public: loopback(arguments.port),
            internal: loopback(arguments.internal_port),
            drain_seconds: 2,
            ..environment.listen
        },
        database: DatabaseSettings {
            url_file: PathBuf::new(),
            owner_url_file: PathBuf::new(),
            hook_url_file: PathBuf::new(),
            ..environment.database
        },
        sealing: SealingSettings {
            kek_files: vec![std::path::absolute(kek)?],
            ..SealingSettings::default()
        },
        mail: MailSettings {
            transport: MailTransport::Outbox,
            outbox: std::path::absolute(arguments.data_dir.join("outbox"))?,
            from: Some(environment.mail.from.clone())
                .filter(|from| !from.is_empty())
                .unwrap_or_else(|| "signet <signet@localhost>".to_owned()),
            ..environment.mail
        },
        tls: TlsSettings {
            certificate: arguments.certificate.clone().unwrap_or_default(),
            key: arguments.key.clone().unwrap_or_default(),
        },
        ..environment
    };
    if let Some(filter) = &arguments.log {
        config.log.filter.clone_from(filter);
    }
    Ok(config)
}

/// Lets the other commands work on the same database: `signet --config data/signet.toml client list`.
fn write_configuration(path: &Path, config: &SignetConfig) -> anyhow::Result<()> {
    let kek_files: Vec<String> = config
        .sealing
        .kek_files
        .iter()
        .map(|file| format!("{:?}", file.display().to_string()))
        .collect();
    let text = format!(
        "# Written by `signet dev` at each start.\nissuer = {:?}\n\n[database]\nurl = {:?}\nowner_url = {:?}\nhook_url = {:?}\n\n[sealing]\nkek_files = [{}]\n\n[mail]\ntransport = \"outbox\"\nfrom = {:?}\noutbox = {:?}\n",
        config.issuer,
        config.database.url,
        config.database.owner_url,
        config.database.hook_url,
        kek_files.join(", "),
        config.mail.from,
        config.mail.outbox,
    );
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn start_demo(
    app: &App,
    seeded: &Seeded,
    demo: &DemoAddresses,
    socket: TcpListener,
    stop: CancellationToken,
) -> tokio::task::JoinHandle<()> {
    let settings = RelyingPartySettings {
        issuer: app.issuer().as_str().to_owned(),
        own_url: demo.url.clone(),
        client_id: seed::DEMO_CLIENT.to_owned(),
        client_secret: seeded.demo_client_secret.clone(),
        organizations: seeded.organizations.clone(),
        outbox: app.config().mail.outbox.clone(),
    };
    let fetch = Fetch::new(Reach::PublicAndLoopback);
    let router = relying_party::router(settings, fetch, app.entropy().clone(), app.clock().clone());
    let listener = Listener::new(socket, None, ListenerSettings::default());
    tokio::spawn(listener.serve(router, stop))
}

fn announce(
    arguments: &DevArguments,
    app: &App,
    demo: &DemoAddresses,
    seeded: &Seeded,
) -> anyhow::Result<()> {
    let mut lines = vec![
        String::new(),
        format!("  Demo application   {}   <- open this and sign in", demo.url),
        format!("  signet             {}", app.issuer()),
        format!(
            "  Discovery          {}",
            app.issuer().url("/.well-known/openid-configuration")
        ),
        format!(
            "  Health, metrics    http://localhost:{}/health/ready  /metrics",
            arguments.internal_port
        ),
        format!("  Mail               {}/mail", demo.url),
        String::new(),
        "  People:".to_owned(),
    ];
    for (name, password) in &seeded.users {
        lines.push(format!("    {name:<8} {}", password.expose()));
    }
    lines.push(String::new());
    lines.push(format!(
        "  Other commands use --config {}. Ctrl-C stops everything; the data stays in {}.",
        arguments.data_dir.join("signet.toml").display(),
        arguments.data_dir.display(),
    ));
    output::line(&lines.join("\n"))
}
