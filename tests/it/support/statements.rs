//! How many statements an operation costs, counted by the database itself.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::database::TestDatabase;

/// A counter on one test's database.
pub struct Statements(PgConnection);

impl Statements {
    pub async fn of(database: &TestDatabase) -> Self {
        let mut connection = database.admin().await;
        sqlx::query("create extension if not exists pg_stat_statements with schema public")
            .execute(&mut connection)
            .await
            .expect(
                "PostgreSQL's pg_stat_statements is installed (Debian: it is in postgresql-15 and later)",
            );
        Self(connection)
    }

    /// The statements that the server sends meanwhile, transaction control aside.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        let before = self.seen().await;
        let outcome = work.await;
        let mut sent = Vec::new();
        for (text, calls) in self.seen().await {
            let more = calls - before.get(&text).copied().unwrap_or(0);
            sent.extend((0..more).map(|_| text.clone()));
        }
        (outcome, sent)
    }

    async fn seen(&mut self) -> BTreeMap<String, i64> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select query, sum(calls)::bigint \
             from public.pg_stat_statements \
             where dbid = (select oid from pg_database where datname = current_database()) \
             and userid = 'signet_app'::regrole \
             group by query",
        )
        .fetch_all(&mut self.0)
        .await
        .expect("the counters");
        let control = ["begin", "commit", "rollback", "start transaction"];
        rows.into_iter()
            .filter(|(text, _)| !control.iter().any(|word| text.to_lowercase().starts_with(word)))
            .collect()
    }
}
