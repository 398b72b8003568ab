//! `signet doctor`: what would keep the server from running well, each with what to do about it.

use std::process::ExitCode;

use super::{doctor_database, doctor_kek, output, proxies, replicas};
use crate::app;
use crate::client::algorithm_use;
use crate::config::SignetConfig;
use crate::db::connect::{self, PoolSettings};
use crate::db::pool::Pool;
use crate::db::{PgConnection, migrate, platform, told};
use crate::hook::Hooks;
use crate::hook::definition::Target;
use crate::protocol::issuer::Issuer;
use crate::sealing::Keyring;
use crate::server::tls;
use crate::signing::signing_keys::SigningKeys;
use serde::Serialize;

/// One check.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    /// Nothing fails, and yet it should be mended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    warning: bool,
    detail: String,
    /// It is as `signet dev` makes it, and fails nobody but who would serve others with it.
    #[serde(skip)]
    development: bool,
}

/// Every check.
#[derive(Debug, Serialize)]
struct Report {
    findings: Vec<Finding>,
}

impl Report {
    fn note(&mut self, check: &'static str, result: Result<String, String>) {
        let ok = result.is_ok();
        let (Ok(detail) | Err(detail)) = result;
        self.findings.push(Finding {
            check,
            ok,
            warning: false,
            detail,
            development: false,
        });
    }

    fn warn(&mut self, check: &'static str, detail: String) {
        self.note(check, Ok(detail));
        if let Some(finding) = self.findings.last_mut() {
            finding.warning = true;
        }
    }

    fn note_development(&mut self, check: &'static str, detail: String) {
        self.note(check, Err(detail));
        if let Some(finding) = self.findings.last_mut() {
            finding.development = true;
        }
    }

    /// A development configuration is told once. The database says whether it is one; if it does not answer, the key.
    fn tell_development_once(&mut self) {
        let found = |check| self.findings.iter().find(|finding| finding.check == check);
        let sign = found("platform").or_else(|| found("sealing"));
        if !sign.is_some_and(|finding| finding.development) {
            return;
        }
        let signs: Vec<&str> = self
            .findings
            .extract_if(.., |finding| finding.development)
            .map(|finding| finding.check)
            .collect();
        let detail = format!(
            "this is development ({}): `signet dev` serves it on this machine, `signet serve` refuses it",
            signs.join(", ")
        );
        self.note("development", Err(detail));
        self.findings.rotate_right(1);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for finding in &self.findings {
            let mark = match (finding.ok, finding.warning) {
                (false, _) => "FAIL",
                (true, true) => "warn",
                (true, false) => "ok  ",
            };
            writeln!(formatter, "{mark}  {:<12} {}", finding.check, finding.detail)?;
        }
        Ok(())
    }
}

/// Runs every check; exits with 1 if one fails.
pub(super) async fn run(config: &SignetConfig, json: bool) -> anyhow::Result<ExitCode> {
    let mut report = Report { findings: Vec::new() };
    note_issuer(config, &mut report);
    report.note("tls", transport(config));
    report.note("proxies", proxies::named(config));
    let keyring = Keyring::load(&config.sealing);
    match &keyring {
        Ok(keyring) if keyring.has_development_key() => report.note_development(
            "sealing",
            "a key id starts with dev-: `signet serve` refuses it; make one as keys/README.md says"
                .to_owned(),
        ),
        Ok(keyring) => {
            let ids: Vec<&str> = keyring.configured().collect();
            report.note("sealing", Ok(format!("has {}", ids.join(", "))));
        }
        Err(error) => report.note("sealing", Err(told(error))),
    }
    database(config, keyring.ok().as_ref(), &mut report).await;
    report.tell_development_once();
    output::write(&report, json)?;
    let sound = report.findings.iter().all(|finding| finding.ok);
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn note_issuer(config: &SignetConfig, report: &mut Report) {
    match Issuer::parse(&config.issuer) {
        Ok(issuer) if issuer.is_secure() => report.note("issuer", Ok(issuer.to_string())),
        Ok(issuer) => {
            let detail = format!("{issuer} is http: fit for this machine only; people need https");
            report.note_development("issuer", detail);
        }
        Err(error) => report.note("issuer", Err(format!("{error} (key: issuer)"))),
    }
}

fn transport(config: &SignetConfig) -> Result<String, String> {
    let (certificate, key) = (&config.tls.certificate, &config.tls.key);
    if certificate.as_os_str().is_empty() && key.as_os_str().is_empty() {
        return if config.listen.public.ip().is_loopback() {
            Ok("ended by a proxy on this machine".to_owned())
        } else {
            Err(format!(
                "{} is reachable from outside without TLS: set tls.certificate and tls.key, or listen on loopback",
                config.listen.public
            ))
        };
    }
    tls::acceptor(certificate, key)
        .map(|_| "own certificate".to_owned())
        .map_err(|error| error.to_string())
}

async fn database(config: &SignetConfig, keyring: Option<&Keyring>, report: &mut Report) {
    let settings = match app::pool_settings(config) {
        Ok(settings) => PoolSettings { size: 1, ..settings },
        Err(error) => return report.note("database", Err(error.to_string())),
    };
    for unverified in doctor_database::unverified(config) {
        report.warn("database", unverified);
    }
    let opened = connect::open(&settings).await;
    report.note(
        "database",
        opened
            .as_ref()
            .map(|_| "reached as a role with no more rights than needed".to_owned())
            .map_err(|error| told(error)),
    );
    let Ok(pg_pool) = opened else { return };
    report.note("pooler", doctor_database::pooler(&settings, config).await);
    let pool = settings.pool(pg_pool);
    let Ok(mut connection) = pool.acquire().await else {
        return;
    };
    let schema = migrate::check(&mut connection).await;
    report.note(
        "schema",
        schema
            .as_ref()
            .map(|()| "has everything that this version needs".to_owned())
            .map_err(|error| told(error)),
    );
    if schema.is_err() {
        return;
    }
    match platform::read(&mut connection).await {
        Ok(platform) if platform.development => report.note_development(
            "platform",
            "this database was made by `signet dev`: `signet serve` refuses it".to_owned(),
        ),
        Ok(_) => report.note("platform", Ok("not a development database".to_owned())),
        Err(error) => report.note("platform", Err(told(&error))),
    }
    if let Some(keyring) = keyring {
        report.note("keks", doctor_kek::keks(&mut connection, keyring).await);
        report.note(
            "hook",
            hooks(config, pool.clone(), &mut connection, keyring).await,
        );
        let keys = SigningKeys::load(&mut connection, keyring, &config.signing.algorithms).await;
        let usable = keys.map_err(|error| told(&error)).and_then(|keys| usable(&keys));
        report.note("keys", usable);
        if let Err(unserved) = left_out(config, &mut connection).await {
            report.note("algorithms", Err(unserved));
        }
        replicas(&mut connection, keyring, report).await;
    }
}

/// Whether nobody is registered with an algorithm that is left out.
async fn left_out(config: &SignetConfig, connection: &mut PgConnection) -> Result<(), String> {
    for algorithm in config.signing.left_out() {
        let users = algorithm_use::all(connection, algorithm).await;
        let users = users.map_err(|error| told(&error))?;
        let names: Vec<String> = users.iter().take(10).map(ToString::to_string).collect();
        if !names.is_empty() {
            return Err(format!(
                "{} of clients and resources are registered with {}, which signing.algorithms leaves out, and get no \
                 token: register them with another one ({})",
                users.len(),
                algorithm.name(),
                names.join(", ")
            ));
        }
    }
    Ok(())
}

/// The replicas side by side.
async fn replicas(connection: &mut PgConnection, keyring: &Keyring, report: &mut Report) {
    let shown = async {
        let now = connect::measure(connection).await?.time;
        replicas::side_by_side(connection, keyring, now).await
    };
    match shown.await {
        Ok(lines) => lines.into_iter().for_each(|line| report.note("replica", line)),
        Err(error) => report.note("replica", Err(told(&error))),
    }
}

/// The algorithms that can sign, if every stored key can be used.
fn usable(keys: &SigningKeys) -> Result<String, String> {
    let current = keys.current();
    if let Some(unopened) = current.unopened().first() {
        return Err(unopened.reason.clone());
    }
    let algorithms = current.algorithms().into_iter();
    let names: Vec<_> = algorithms
        .map(crate::protocol::algorithm::Algorithm::name)
        .collect();
    if names.is_empty() {
        return Ok("none yet: the first start makes them".to_owned());
    }
    Ok(names.join(", "))
}

/// Whether every enabled hook could be asked.
async fn hooks(
    config: &SignetConfig,
    pool: Pool,
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Result<String, String> {
    let transports = app::hook_transports(config).map_err(|error| told(&error))?;
    let hooks = Hooks::load(pool, transports, connection, keyring)
        .await
        .map_err(|error| told(&error))?;
    hooks.check().await.map_err(|error| told(&error))?;
    let set = hooks.current();
    if let Some((_, unopened)) = set.unopened().next() {
        return Err(unopened.reason.clone());
    }
    let mut names = Vec::new();
    for hook in set.all() {
        names.push(hook.settings.name.as_str());
        let (Target::Sql(function), Some(transport)) = (&hook.settings.target, hooks.sql()) else {
            continue;
        };
        let found = transport
            .obstacles(function)
            .await
            .map_err(|error| told(&error))?;
        if let Some(obstacle) = found.first() {
            let (problem, mend) = (&obstacle.problem, &obstacle.mend);
            return Err(format!("{}: {problem}; mend it with: {mend}", hook.settings.name));
        }
    }
    Ok(match names.as_slice() {
        [] => "built-in only".to_owned(),
        names => names.join(", "),
    })
}
