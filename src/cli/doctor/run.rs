//! Owns the order of the checks: each stands on those before it.

use std::process::ExitCode;

use super::finding::FindingId;
use super::report::{Problem, Report};
use super::{algorithms, configuration, database, hooks, keks, keys, mail, queue, replicas, restore, way};
use crate::app;
use crate::cli::output;
use crate::config::SignetConfig;
use crate::db::connect::{self, PoolSettings};
use crate::db::told;
use crate::sealing::Keyring;

/// Runs every check; exits with 1 if something is wrong.
pub(in crate::cli) async fn run(config: &SignetConfig, json: bool) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    report.note("issuer", configuration::issuer(config));
    report.note("tls", configuration::transport(config));
    report.note("proxies", configuration::proxies(config));
    report.note("mail", mail::leaves(config).await);
    let keyring = Keyring::load(&config.sealing);
    report.note("sealing", configuration::sealing(&keyring));
    look_into_database(config, keyring.ok().as_ref(), &mut report).await;
    report.tell_development_once();
    output::write(&report, json)?;
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look_into_database(config: &SignetConfig, keyring: Option<&Keyring>, report: &mut Report) {
    let settings = match app::pool_settings(config) {
        Ok(settings) => PoolSettings { size: 1, ..settings },
        Err(error) => return report.object(Problem::new(FindingId::DatabaseUnconfigured, told(&error))),
    };
    for unverified in way::unverified(config) {
        report.object(Problem::new(FindingId::DatabaseUnverified, unverified));
    }
    let pg_pool = match connect::open(&settings).await {
        Ok(pg_pool) => pg_pool,
        Err(error) => return report.object(way::closed(&error)),
    };
    report.note(
        "database",
        Ok("reached as a role with no more rights than needed".to_owned()),
    );
    report.note("pooler", way::pooler(&settings, config).await);
    let pool = settings.pool(pg_pool);
    let mut connection = match pool.acquire().await {
        Ok(connection) => connection,
        Err(error) => return report.object(error.into()),
    };
    let schema = database::schema(&mut connection).await;
    let is_there = schema.is_ok();
    report.note("schema", schema);
    if !is_there {
        return;
    }
    report.note("platform", database::platform(&mut connection).await);
    report.note("restore", restore::place(&mut connection).await);
    let Some(keyring) = keyring else { return };
    match keks::known(&mut connection, keyring).await {
        Ok(known) => report.note("keks", Ok(known)),
        Err(problem) => report.object(problem),
    }
    let asked = hooks::enabled(config, pool.clone(), &mut connection, keyring).await;
    report.note("hook", asked);
    match keys::looked_at(config, &mut connection, keyring).await {
        Ok(lines) => lines.into_iter().for_each(|line| report.note("keys", line)),
        Err(problem) => report.object(problem),
    }
    if let Err(problem) = algorithms::served(config, &mut connection).await {
        report.object(problem);
    }
    match queue::depths(&mut connection).await {
        Ok(lines) => lines.into_iter().for_each(|line| report.note("queue", line)),
        Err(problem) => report.object(problem),
    }
    match replicas::side_by_side(&mut connection, keyring).await {
        Ok(lines) => lines.into_iter().for_each(|line| report.note("replica", line)),
        Err(problem) => report.object(problem),
    }
}
