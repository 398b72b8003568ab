//! Owns a connection that was lent, and that no wait on it is without end. The database ends a statement that runs too
//! long; if its word does not come either, the connection is frozen: the wait ends here, shortly after, and the
//! connection with it. Every statement of the server passes through this place.
//!
//! A connection that failed for itself (it was cut, it froze, or its server may no longer be written to) is given up,
//! and with it all that were opened before: what befell one has befallen the others. Where its asker said that nothing
//! is done twice if the statement comes twice, it is sent once more on a new connection.
//!
//! Where a pooler gives each transaction another session, a statement outside of one gets its own: the messages that it
//! consists of must reach the same session. None is prepared under a name there, which would stay behind.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{
    AssertSqlSafe, Connection as _, Describe, Either, Execute, Executor, Postgres, SqlSafeStr, SqlStr,
};
use tokio::time::timeout;

use super::fault;
use super::pool::Shared;

/// A connection of a pool, for as long as it is lent.
pub struct PgConnection {
    // None once it was given back or given up.
    raw: Option<PoolConnection<Postgres>>,
    pub(super) shared: Arc<Shared>,
    condition: Condition,
    transaction: Transaction,
    /// Whether it answered since it was lent.
    proven: bool,
    /// Whether a statement may be sent twice.
    pub(super) repeats: bool,
    pub(super) age: Age,
}

/// When a connection was opened.
#[derive(Clone, Copy)]
pub(super) struct Age {
    pub(super) born: Instant,
    /// How many times connections had been given up by then.
    pub(super) era: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// Its last statement was answered.
    Answered,
    /// A statement is under way, or nobody waited for its answer.
    Asked,
    /// It is of no more use.
    Lost,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    /// It ends with us.
    Ours,
    /// Whoever has the connection has begun it in words of their own, and ends it.
    Theirs,
}

/// What comes back from a statement.
type Answer = Vec<Either<PgQueryResult, PgRow>>;

impl fmt::Debug for PgConnection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PgConnection").finish_non_exhaustive()
    }
}

impl PgConnection {
    /// A connection that was kept since its last answer, or opened for this.
    pub(super) const fn new(raw: PoolConnection<Postgres>, age: Age, shared: Arc<Shared>) -> Self {
        Self {
            raw: Some(raw),
            shared,
            condition: Condition::Answered,
            transaction: Transaction::None,
            proven: false,
            repeats: false,
            age,
        }
    }

    /// Asks nothing, to see whether it answers; tries a new one if it does not.
    pub async fn ping(&mut self) -> Result<(), sqlx::Error> {
        let time = self.shared.bounds.check;
        match self.check(time).await {
            Err(_) if self.may_be_replaced() => {
                Box::pin(self.replace()).await?;
                self.check(time).await
            }
            answer => answer,
        }
    }

    /// Asks nothing, to see whether it answers in this time.
    pub(super) async fn check(&mut self, time: Duration) -> Result<(), sqlx::Error> {
        let raw = asked(&mut self.raw, &mut self.condition)?;
        let outcome = timeout(time, raw.ping()).await;
        self.settle(outcome.unwrap_or_else(|_| Err(no_answer())))
    }

    /// Begins a transaction; nothing was done yet if that fails, so a new connection is tried.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        // From here on: whoever is broken off while it begins leaves a transaction behind.
        self.transaction = Transaction::Ours;
        let begin = Arc::clone(&self.shared.begin);
        // A pooler lets wait for a session of the database's.
        let time = if self.shared.sessions.keep_statements() {
            self.shared.bounds.check
        } else {
            self.shared.bounds.statement
        };
        match self.control(AssertSqlSafe(Arc::clone(&begin)), time).await {
            Err(_) if self.may_be_replaced() => {
                Box::pin(self.replace()).await?;
                self.transaction = Transaction::Ours;
                self.control(AssertSqlSafe(begin), self.shared.bounds.statement)
                    .await
            }
            answer => answer,
        }
    }

    /// Ends the transaction, as the word says.
    pub(super) async fn finish(&mut self, word: &'static str) -> Result<(), sqlx::Error> {
        self.control(word, self.shared.bounds.statement).await?;
        self.transaction = Transaction::None;
        Ok(())
    }

    /// Says that a transaction is begun in words of the asker's own, and ended so: what comes until the connection is
    /// given back is no statement by itself.
    pub const fn hold(&mut self) {
        self.transaction = Transaction::Theirs;
    }

    async fn control(&mut self, word: impl SqlSafeStr, time: Duration) -> Result<(), sqlx::Error> {
        self.send(Statement::of(sqlx::raw_sql(word))?, time).await?;
        Ok(())
    }

    /// How many prepared statements are known to be in the session.
    #[must_use]
    pub fn cached_statements(&self) -> usize {
        self.raw.as_ref().map_or(0, |raw| raw.cached_statements_size())
    }

    /// One statement, and once more if that is allowed and the connection turned out to be lost.
    async fn answer(&mut self, statement: Result<Statement, sqlx::Error>) -> Result<Answer, sqlx::Error> {
        let mut statement = statement?;
        if !self.shared.sessions.keep_statements() {
            statement.persistent = false;
            // A text without parameters is a single message.
            if matches!(self.transaction, Transaction::None) && statement.arguments.is_some() {
                return Box::pin(self.answer_alone(statement)).await;
            }
        }
        let time = self.shared.bounds.statement;
        let again = (self.repeats && !self.proven).then(|| statement.clone());
        match (self.send(statement, time).await, again) {
            (Err(error), Some(statement)) if self.may_be_replaced() => {
                tracing::info!(error = %error, "a statement is sent again on a new connection");
                Box::pin(self.replace()).await?;
                self.send(statement, time).await
            }
            (answer, _) => answer,
        }
    }

    /// One statement in a transaction of its own, and once more if that is allowed and the connection turned out to be
    /// lost.
    async fn answer_alone(&mut self, statement: Statement) -> Result<Answer, sqlx::Error> {
        let again = self.repeats.then(|| statement.clone());
        match (self.enclosed(statement).await, again) {
            (Err(error), Some(statement)) if self.is_lost() => {
                tracing::info!(error = %error, "a statement is sent again on a new connection");
                self.replace().await?;
                self.enclosed(statement).await
            }
            (answer, _) => answer,
        }
    }

    async fn enclosed(&mut self, statement: Statement) -> Result<Answer, sqlx::Error> {
        self.begin().await?;
        let answer = self.send(statement, self.shared.bounds.statement).await;
        match &answer {
            Ok(_) => self.finish("commit").await?,
            Err(_) if self.is_lost() => {}
            // What is wrong with the statement is told; what is wrong with the connection is found when it is mended.
            Err(_) => drop(self.finish("rollback").await),
        }
        answer
    }

    async fn send(&mut self, statement: Statement, time: Duration) -> Result<Answer, sqlx::Error> {
        let raw = asked(&mut self.raw, &mut self.condition)?;
        let outcome = timeout(time, raw.fetch_many(statement).try_collect()).await;
        self.settle(outcome.unwrap_or_else(|_| Err(no_answer())))
    }

    /// Notes what an answer says of the connection.
    fn settle<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        let lost = answer
            .as_ref()
            .is_err_and(|error| fault::ends_connection(error, self.shared.writes));
        if lost {
            self.condition = Condition::Lost;
            self.shared.distrust(self.age.era);
        } else {
            self.condition = Condition::Answered;
            self.proven = true;
        }
        answer
    }

    /// Whether it was lost before it did anything for whoever has it.
    const fn may_be_replaced(&self) -> bool {
        matches!(self.condition, Condition::Lost) && !self.proven
    }

    /// Takes a new connection in the place of one that is lost.
    async fn replace(&mut self) -> Result<(), sqlx::Error> {
        if let Some(raw) = self.raw.take() {
            end(raw);
        }
        let shared = Arc::clone(&self.shared);
        let (raw, age) = shared.open().await?;
        *self = Self {
            repeats: self.repeats,
            proven: true,
            ..Self::new(raw, age, shared)
        };
        Ok(())
    }

    /// Whether it can be lent again as it is.
    pub(super) const fn is_sound(&self) -> bool {
        matches!(self.condition, Condition::Answered) && !matches!(self.transaction, Transaction::Ours)
    }

    /// Whether it is to be ended.
    pub(super) const fn is_lost(&self) -> bool {
        matches!(self.condition, Condition::Lost)
    }

    /// Whoever has it ends it.
    pub(super) const fn lose(&mut self) {
        self.condition = Condition::Lost;
    }

    /// Makes it sound, whatever was left of its last use, or finds out that it is not.
    pub(super) async fn mend(&mut self) {
        let mended = if matches!(self.transaction, Transaction::Ours) {
            self.finish("rollback").await
        } else {
            // What is under way may take its whole time.
            self.check(self.shared.bounds.statement).await
        };
        if mended.is_err() {
            self.condition = Condition::Lost;
        }
    }

    /// The same with what was taken out of it.
    pub(super) fn left_over(&self, raw: PoolConnection<Postgres>) -> Self {
        Self {
            condition: self.condition,
            transaction: self.transaction,
            ..Self::new(raw, self.age, Arc::clone(&self.shared))
        }
    }

    /// The connection itself, for whoever keeps or ends it.
    pub(super) fn take(&mut self) -> Option<PoolConnection<Postgres>> {
        self.raw.take()
    }
}

/// Ends a connection beside, within the pool's own bound: nobody waits for a goodbye.
pub(super) fn end(mut raw: PoolConnection<Postgres>) {
    raw.close_on_drop();
}

/// The connection, which is under a question from now on.
fn asked<'a>(
    raw: &'a mut Option<PoolConnection<Postgres>>,
    condition: &mut Condition,
) -> Result<&'a mut sqlx::PgConnection, sqlx::Error> {
    *condition = Condition::Asked;
    raw.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
}

fn no_answer() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the database did not answer in time",
    ))
}

/// A statement apart from who built it, so that it can be sent twice.
#[derive(Clone)]
struct Statement {
    sql: SqlStr,
    arguments: Option<PgArguments>,
    persistent: bool,
}

impl Statement {
    fn of<'q>(mut query: impl Execute<'q, Postgres>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            arguments: query.take_arguments().map_err(sqlx::Error::Encode)?,
            persistent: query.persistent(),
            sql: query.sql(),
        })
    }
}

impl Execute<'_, Postgres> for Statement {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&PgStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, sqlx::error::BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

impl<'c> Executor<'c> for &'c mut PgConnection {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        stream::once(self.answer(Statement::of(query)))
            .map_ok(|answer| stream::iter(answer).map(Ok::<_, sqlx::Error>))
            .try_flatten()
            .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let statement = Statement::of(query);
        Box::pin(async move {
            let answer = self.answer(statement).await?;
            Ok(answer.into_iter().find_map(Either::right))
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let raw = asked(&mut self.raw, &mut self.condition)?;
            let outcome = timeout(self.shared.bounds.statement, raw.prepare_with(sql, parameters)).await;
            self.settle(outcome.unwrap_or_else(|_| Err(no_answer())))
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let raw = asked(&mut self.raw, &mut self.condition)?;
            let outcome = timeout(self.shared.bounds.statement, raw.describe(sql)).await;
            self.settle(outcome.unwrap_or_else(|_| Err(no_answer())))
        })
    }
}
