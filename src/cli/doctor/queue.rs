//! Whether what waits is done, and whether anything was given up.

use std::time::Duration;

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::base::clock;
use crate::db::{DatabaseError, PgConnection, connect};
use crate::queue::{self, Depth};

/// How long a job may wait before somebody should look.
const LONG: Duration = Duration::from_mins(15);

/// What waits of each kind.
pub(super) async fn depths(connection: &mut PgConnection) -> Result<Vec<Checked>, Problem> {
    let counted = async {
        let now = connect::measure(connection).await?.time;
        Ok::<_, DatabaseError>((now, queue::depth(connection).await?))
    };
    let (now, depths) = counted.await?;
    let late = |depth: &Depth| {
        depth
            .oldest
            .is_some_and(|oldest| oldest <= clock::before(now, LONG))
    };
    let mut lines = Vec::new();
    for depth in depths {
        let kind = depth.kind.name();
        if depth.dead > 0 {
            let detail = format!(
                "{} jobs ({kind}) were given up: `signet queue list --dead` says why; `signet queue replay` tries them anew, \
                 `signet queue drop` forgets one",
                depth.dead
            );
            lines.push(Err(Problem::new(FindingId::QueueDead, detail)));
        }
        lines.push(if late(&depth) {
            let why = depth
                .last_error
                .as_deref()
                .unwrap_or("nobody has begun it: does a server run?");
            let detail = format!(
                "{} jobs ({kind}) wait, the oldest for more than {} minutes: {why}",
                depth.waiting,
                LONG.as_secs() / 60
            );
            Err(Problem::new(FindingId::QueueBehind, detail))
        } else {
            Ok(format!("{kind}: {} wait", depth.waiting))
        });
    }
    Ok(lines)
}
