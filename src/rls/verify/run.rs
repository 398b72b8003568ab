//! Owns a verification from the connection to the report.

use super::catalog;
use super::context;
use super::error::VerifyError;
use super::finding::{Finding, Findings};
use super::reach::Reach;
use super::report::{Report, Summary};
use super::scope::Scope;
use super::settings::Settings;
use super::{attack, checks};
use crate::rls::connection;

/// Verifies the database that the URL names. Nothing is left behind.
pub async fn run(url: &str, settings: &Settings) -> Result<Report, VerifyError> {
    let mut connection = connection::open(url).await?;
    let catalog = catalog::read(&mut connection).await?;
    let names = context::names(&catalog, &settings.schema);
    let reach = Reach::of(&catalog, &names);
    let scope = Scope::of(&catalog, settings, &names, &reach)?;
    let mut findings = Findings::default();
    checks::run(&scope, &mut findings);
    let attacks = attack::run(&scope, connection, &mut findings).await?;
    let (accepted, told): (Vec<Finding>, Vec<Finding>) = findings
        .into_sorted()
        .into_iter()
        .partition(|finding| is_accepted(settings, finding));
    let summary = Summary {
        tables: scope.subjects.len(),
        roles: scope.roles.len(),
        attacks,
        accepted: accepted.len(),
        ..Summary::default()
    };
    Ok(Report::new(told, summary))
}

fn is_accepted(settings: &Settings, finding: &Finding) -> bool {
    settings
        .accepted
        .iter()
        .any(|accepted| accepted.covers(finding.code, &finding.place.schema, &finding.place.name))
}
