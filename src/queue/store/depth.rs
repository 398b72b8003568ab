//! Owns the statement that counts what waits.

use super::row;
use crate::db::{DatabaseError, PgConnection};
use crate::queue::depth::Depth;
use crate::queue::job::JobKind;

/// A newer version may have kinds that this one does not know.
pub(in crate::queue) async fn depth(connection: &mut PgConnection) -> Result<Vec<Depth>, DatabaseError> {
    let known = JobKind::ALL.map(JobKind::name);
    let rows = sqlx::query!(
        r#"select kind,
               count(*) filter (where dead_at is null) as "waiting!",
               count(*) filter (where dead_at is null and last_error is not null) as "failing!",
               count(*) filter (where dead_at is not null) as "dead!",
               min(queued_at) filter (where dead_at is null) as oldest,
               max(last_error) filter (where dead_at is null) as last_error
           from auth.queue
           where kind = any($1)
           group by kind
           order by kind"#,
        &known as &[&str],
    )
    .fetch_all(connection)
    .await?;
    let depths = rows.into_iter().map(|row| {
        Ok(Depth {
            kind: row::kind(&row.kind)?,
            waiting: row.waiting,
            failing: row.failing,
            oldest: row.oldest,
            last_error: row.last_error,
            dead: row.dead,
        })
    });
    depths.collect()
}
