//! Whether nobody is registered with an algorithm that is left out.

use super::finding::FindingId;
use super::report::Problem;
use crate::client::algorithm_use;
use crate::config::SignetConfig;
use crate::db::PgConnection;

pub(super) async fn served(config: &SignetConfig, connection: &mut PgConnection) -> Result<(), Problem> {
    for algorithm in config.signing.left_out() {
        let users = algorithm_use::all(connection, algorithm).await?;
        let names: Vec<String> = users.iter().take(10).map(ToString::to_string).collect();
        if !names.is_empty() {
            let detail = format!(
                "{} of clients and resources are registered with {}, which signing.algorithms leaves out, and get no \
                 token: register them with another one ({})",
                users.len(),
                algorithm.name(),
                names.join(", ")
            );
            return Err(Problem::new(FindingId::AlgorithmsLeftOut, detail));
        }
    }
    Ok(())
}
