//! Whether every enabled hook could be asked.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::app;
use crate::config::SignetConfig;
use crate::db::pool::Pool;
use crate::db::{PgConnection, told};
use crate::hook::Hooks;
use crate::hook::definition::Target;
use crate::sealing::Keyring;

pub(super) async fn enabled(
    config: &SignetConfig,
    pool: Pool,
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Checked {
    let unreachable = |detail| Problem::new(FindingId::HookUnreachable, detail);
    let transports = app::hook_transports(config).map_err(|error| unreachable(told(&error)))?;
    let hooks = Hooks::load(pool, transports, connection, keyring)
        .await
        .map_err(|error| unreachable(told(&error)))?;
    hooks.check().await.map_err(|error| unreachable(told(&error)))?;
    let set = hooks.current();
    if let Some((_, unopened)) = set.unopened().next() {
        return Err(Problem::new(FindingId::HookUnopened, unopened.reason.clone()));
    }
    let mut names = Vec::new();
    for hook in set.all() {
        names.push(hook.settings.name.as_str());
        let (Target::Sql(function), Some(transport)) = (&hook.settings.target, hooks.sql()) else {
            continue;
        };
        let found = transport.obstacles(function).await;
        let found = found.map_err(|error| unreachable(told(&error)))?;
        if let Some(obstacle) = found.first() {
            let (problem, mend) = (&obstacle.problem, &obstacle.mend);
            let detail = format!("{}: {problem}; mend it with: {mend}", hook.settings.name);
            return Err(Problem::new(FindingId::HookObstacle, detail));
        }
    }
    Ok(match names.as_slice() {
        [] => "built-in only".to_owned(),
        names => names.join(", "),
    })
}
