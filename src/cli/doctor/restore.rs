//! Whether the database is where it was: a backup that was restored brings back what was used up since.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::db::place::Moved;
use crate::db::{PgConnection, platform};

pub(super) async fn place(connection: &mut PgConnection) -> Checked {
    let (Some(there), Some(here)) = platform::places(connection).await? else {
        return Ok("not written down yet where the data lie: the next start does that, if it may".to_owned());
    };
    match there.moved_to(&here) {
        None => Ok("the data lie where they did".to_owned()),
        Some(Moved::Restored(how)) => Err(Problem::new(
            FindingId::RestoreUnconfirmed,
            format!(
                "this database is not where it was written to ({how}): if it was restored from a backup, end what that \
                 has brought back with `signet backup-epoch bump`; if it was moved as a whole, `signet backup-epoch keep`"
            ),
        )),
        Some(Moved::Recovered) => Err(Problem::new(
            FindingId::RestoreRecovered,
            "the timeline of this database is another one: if a standby took over that had every commit, `signet \
             backup-epoch keep`; if something was lost, or it was recovered to a point in time, `signet backup-epoch \
             bump`",
        )),
    }
}
