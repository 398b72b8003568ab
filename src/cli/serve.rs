//! `signet serve`: the server, from configuration alone.

use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::proxies;
use crate::app::{App, Injected};
use crate::config::{ListenSettings, SignetConfig};
use crate::db::{DatabaseError, platform};
use crate::jobs::{cleanup, key_rotation, queue};
use crate::router;
use crate::sealing::Keyring;
use crate::server::listener::{Listener, ListenerSettings};
use crate::server::metrics::Metrics;
use crate::server::signals::StopSignals;
use crate::server::{open_files, telemetry, tls};

/// Runs until SIGTERM or SIGINT, then drains.
pub(super) async fn run(config: SignetConfig) -> anyhow::Result<()> {
    telemetry::start(config.log.format, &config.log.filter)?;
    telemetry::log_panics();
    // Before anything is sealed: what a development key has sealed, nothing else opens later.
    let keyring = Keyring::load(&config.sealing).context("sealing")?;
    anyhow::ensure!(
        !keyring.has_development_key(),
        "a key-encryption key whose id starts with dev- is for development: make one as keys/README.md says"
    );
    open_files::ask_for_all(config.listen.max_connections);
    if let Err(missing) = proxies::named(&config) {
        tracing::warn!("{missing}");
    }
    let sockets = bind(&config.listen).await?;
    let app = App::build(config, Injected::default()).await?;
    anyhow::ensure!(
        !app.is_development(),
        "this database was made by `signet dev` and holds demo accounts: use another one"
    );
    if let Err(error) = tell_of_a_restore(&app).await {
        tracing::warn!(error = %error, "it could not be told whether the database was restored");
    }
    let stop = CancellationToken::new();
    // Before anybody is told that we listen: from then on a signal asks, and kills nothing.
    let mut signals = StopSignals::listen()?;
    let serving = start(&app, sockets, Metrics::install()?, stop.clone())?;
    let signal = signals.requested().await;
    tracing::info!(signal, "stopping");
    stop.cancel();
    serving.finish().await;
    app.close().await;
    Ok(())
}

/// The listeners under way.
pub(super) struct Serving {
    listeners: Vec<tokio::task::JoinHandle<()>>,
    working: tokio::task::JoinHandle<()>,
    keeping: tokio::task::JoinHandle<()>,
    drained: CancellationToken,
}

impl Serving {
    /// Waits until every listener has drained, and what is under way of the queue is done.
    pub(super) async fn finish(self) {
        for task in self.listeners {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a listener ended badly");
            }
        }
        if let Err(error) = self.working.await {
            tracing::error!(error = %error, "the queue's worker ended badly");
        }
        // Requests and jobs under way still need current caches.
        self.drained.cancel();
        let _ = self.keeping.await;
    }
}

/// Both sockets, bound before anything else is touched: a second server started by mistake stops here.
pub(super) struct Sockets {
    public: TcpListener,
    internal: TcpListener,
}

/// Binds what `[listen]` names.
pub(super) async fn bind(listen: &ListenSettings) -> anyhow::Result<Sockets> {
    let bind = async |address| {
        TcpListener::bind(address)
            .await
            .with_context(|| format!("{address} cannot be listened on"))
    };
    Ok(Sockets {
        public: bind(listen.public).await?,
        internal: bind(listen.internal).await?,
    })
}

/// Starts both listeners and whatever keeps the server current.
pub(super) fn start(
    app: &App,
    sockets: Sockets,
    metrics: Metrics,
    stop: CancellationToken,
) -> anyhow::Result<Serving> {
    let listen = &app.config().listen;
    let settings = ListenerSettings {
        connections: listen.max_connections,
        per_address: match listen.max_connections_per_address {
            0 => usize::MAX,
            most => most,
        },
        drain_time: std::time::Duration::from_secs(listen.drain_seconds),
        ..ListenerSettings::default()
    };
    let tls = &app.config().tls;
    let acceptor = match (
        tls.certificate.as_os_str().is_empty(),
        tls.key.as_os_str().is_empty(),
    ) {
        (true, true) => None,
        (false, false) => Some(tls::acceptor(Path::new(&tls.certificate), Path::new(&tls.key))?),
        _ => anyhow::bail!("tls.certificate and tls.key are set together or not at all"),
    };
    let public = Listener::new(sockets.public, acceptor, settings).behind(router::trusted_proxies(app)?);
    let internal = Listener::new(sockets.internal, None, settings);
    tracing::info!(
        issuer = app.issuer().as_str(),
        public = %public.address()?,
        internal = %internal.address()?,
        "listening"
    );
    let rendered = metrics.clone();
    let public_router = router::public(app)?;
    let internal_router = router::internal(app.clone(), move || rendered.render());
    let drained = CancellationToken::new();
    tokio::spawn(cleanup::run(app.clone(), stop.clone()));
    tokio::spawn(key_rotation::run(app.clone(), stop.clone()));
    tokio::spawn(metrics.keep_up(stop.clone()));
    Ok(Serving {
        working: tokio::spawn(queue::run(app.clone(), stop.clone())),
        keeping: tokio::spawn(app.clone().keep_current(drained.clone())),
        drained,
        listeners: vec![
            tokio::spawn(public.serve(public_router, stop.clone())),
            tokio::spawn(internal.serve(internal_router, stop)),
        ],
    })
}

/// Whoever starts a server on a restored backup should know what that has brought back.
async fn tell_of_a_restore(app: &App) -> Result<(), DatabaseError> {
    let mut connection = app.pool().acquire().await?;
    let (there, here) = platform::places(&mut connection).await?;
    connection.keep();
    if there
        .zip(here)
        .and_then(|(there, here)| there.moved_to(&here))
        .is_some()
    {
        tracing::warn!(
            "this database lies elsewhere than before: if it was restored, end what that has brought back with `signet \
             backup-epoch bump`; `signet doctor` says more"
        );
    }
    Ok(())
}
