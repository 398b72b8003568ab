//! Whether nobody is registered with an algorithm that is left out.

use super::finding::FindingId;
use super::report::Problem;
use crate::client::algorithm_use;
use crate::config::SignetConfig;
use crate::db::PgConnection;

pub(super) async fn served(config: &SignetConfig, connection: &mut PgConnection) -> Result<(), Problem> {
    let users = algorithm_use::all(connection, &config.signing.left_out()).await?;
    let mut told_of = Vec::new();
    for algorithm in config.signing.left_out() {
        let users = users.iter().filter(|user| user.algorithm == algorithm);
        let names: Vec<String> = users.clone().take(10).map(ToString::to_string).collect();
        if !names.is_empty() {
            told_of.push(format!(
                "{} of clients and resources are registered with {}, which signing.algorithms leaves out, and get no \
                 token: register them with another one ({})",
                users.count(),
                algorithm.name(),
                names.join(", ")
            ));
        }
    }
    if told_of.is_empty() {
        return Ok(());
    }
    Err(Problem::new(FindingId::AlgorithmsLeftOut, told_of.join("; ")))
}
