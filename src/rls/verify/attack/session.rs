//! Owns the connection that attacks run on. Each attempt has a savepoint and leaves nothing behind.

use sqlx::postgres::{PgDatabaseError, PgSeverity};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::context::Context;
use crate::rls::verify::quote;

/// How long one attack may take, and wait for somebody else's lock.
const LIMITS: &str = "set local statement_timeout = '5s'; set local lock_timeout = '1s'; \
    set local idle_in_transaction_session_timeout = '60s'; set local client_min_messages = error; set local standard_conforming_strings = on";

/// Locks of the session outlive what took them.
const LET_GO: &str = "select pg_catalog.pg_advisory_unlock_all()";

const LONGEST_MESSAGE: usize = 120;

/// A connection in a transaction that will be rolled back.
#[derive(Debug)]
pub(super) struct Session {
    connection: PgConnection,
    /// How many attacks were run.
    pub(super) attacks: usize,
}

/// In whose name a statement runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Actor<'a> {
    /// Whoever is connected.
    Verifier,
    /// An application role.
    Role(&'a str),
}

/// What a statement does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Statement<'a> {
    /// It answers one number.
    Count(&'a str),
    /// It changes rows.
    Change(&'a str),
}

/// Whether an attempt leaves what it did for the rest of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    Rows,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AttackOutcome {
    /// So many rows were seen or changed.
    Rows(u64),
    /// The policies let it through; a constraint did not.
    Constrained,
    /// No policy or right let it through.
    Refused,
    /// It failed otherwise.
    Raised(Raised),
    /// It could not be tried.
    Untried(String),
}

/// An error of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raised {
    pub(super) code: String,
    pub(super) message: String,
}

impl AttackOutcome {
    /// Rows seen or changed; what only a constraint stopped counts as one.
    pub(super) const fn touched(&self) -> u64 {
        match self {
            Self::Rows(rows) => *rows,
            Self::Constrained => 1,
            Self::Refused | Self::Raised(_) | Self::Untried(_) => 0,
        }
    }
}

impl Session {
    pub(super) const fn new(connection: PgConnection) -> Self {
        Self {
            connection,
            attacks: 0,
        }
    }

    /// Begins the transaction.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.command("begin").await?;
        self.command(LIMITS).await
    }

    /// Ends it, without a trace.
    pub(super) async fn roll_back(&mut self) -> Result<(), sqlx::Error> {
        self.command(&format!("rollback; {LET_GO}")).await
    }

    /// Runs one statement as somebody, with a context, and undoes it.
    pub(super) async fn attack(
        &mut self,
        role: &str,
        context: &Context,
        statement: Statement<'_>,
    ) -> Result<AttackOutcome, sqlx::Error> {
        self.attacks += 1;
        self.run(Actor::Role(role), context, statement, Keep::Nothing)
            .await
    }

    /// Runs one statement as whoever is connected, and undoes it.
    pub(super) async fn attack_as_verifier(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<AttackOutcome, sqlx::Error> {
        self.run(Actor::Verifier, &Context::none(), statement, Keep::Nothing)
            .await
    }

    /// Runs one statement as somebody and keeps what it did, if it did anything.
    pub(super) async fn keep(
        &mut self,
        actor: Actor<'_>,
        context: &Context,
        statement: &str,
    ) -> Result<AttackOutcome, sqlx::Error> {
        self.run(actor, context, Statement::Change(statement), Keep::Rows)
            .await
    }

    /// A statement that answers one text, undone like an attack.
    pub(super) async fn text(
        &mut self,
        role: &str,
        context: &Context,
        statement: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        Ok(self.said(role, context, statement).await?.ok())
    }

    async fn said(
        &mut self,
        role: &str,
        context: &Context,
        statement: &str,
    ) -> Result<Result<String, AttackOutcome>, sqlx::Error> {
        self.command("savepoint signet_verify").await?;
        let said = if let Some(raised) = self.become_somebody(Actor::Role(role), context).await? {
            Err(AttackOutcome::Untried(raised.message))
        } else {
            let asked = sqlx::query(AssertSqlSafe(statement.to_owned()))
                .persistent(false)
                .fetch_one(&mut self.connection)
                .await;
            match asked {
                Ok(row) => row
                    .try_get::<serde_json::Value, _>(0)
                    .map(|value| value.to_string())
                    .map_err(|_| AttackOutcome::Untried("it answered what cannot be read".to_owned())),
                Err(error) => Err(judge(error)?),
            }
        };
        self.command("rollback to savepoint signet_verify").await?;
        Ok(said)
    }

    /// What a statement answers, as one JSON, where nothing can be written; or how it fails.
    pub(super) async fn answer(
        &mut self,
        role: &str,
        context: &Context,
        statement: &str,
    ) -> Result<Result<String, AttackOutcome>, sqlx::Error> {
        self.attacks += 1;
        self.command("savepoint signet_verify_read; set local transaction_read_only = on")
            .await?;
        let answer = self.said(role, context, statement).await?;
        self.command(&format!(
            "rollback to savepoint signet_verify_read; release savepoint signet_verify_read; {LET_GO}"
        ))
        .await?;
        Ok(answer)
    }

    /// Whether a role can be taken on.
    pub(super) async fn can_become(&mut self, role: &str) -> Result<bool, sqlx::Error> {
        self.command("savepoint signet_verify").await?;
        let refused = self
            .become_somebody(Actor::Role(role), &Context::none())
            .await?
            .is_some();
        self.command("rollback to savepoint signet_verify").await?;
        Ok(!refused)
    }

    async fn run(
        &mut self,
        actor: Actor<'_>,
        context: &Context,
        statement: Statement<'_>,
        keep: Keep,
    ) -> Result<AttackOutcome, sqlx::Error> {
        self.command("savepoint signet_verify").await?;
        let outcome = match self.become_somebody(actor, context).await? {
            Some(raised) => AttackOutcome::Untried(raised.message),
            None => self.send(statement).await?,
        };
        if keep == Keep::Rows && matches!(outcome, AttackOutcome::Rows(_)) {
            self.command("reset role; release savepoint signet_verify")
                .await?;
            self.command(&context.cleared()).await?;
        } else {
            self.command("rollback to savepoint signet_verify").await?;
        }
        Ok(outcome)
    }

    async fn become_somebody(
        &mut self,
        actor: Actor<'_>,
        context: &Context,
    ) -> Result<Option<Raised>, sqlx::Error> {
        let role = match actor {
            Actor::Verifier => String::new(),
            Actor::Role(role) => format!("set local role {};", quote::identifier(role)),
        };
        match self.command(&format!("{}{role}", context.set())).await {
            Ok(()) => Ok(None),
            Err(error) => raised(error).map(Some),
        }
    }

    async fn send(&mut self, statement: Statement<'_>) -> Result<AttackOutcome, sqlx::Error> {
        let answer = match statement {
            Statement::Count(sql) => sqlx::query(AssertSqlSafe(sql.to_owned()))
                .persistent(false)
                .fetch_one(&mut self.connection)
                .await
                .and_then(|row| row.try_get::<i64, _>(0))
                .map(|count| u64::try_from(count).unwrap_or(0)),
            Statement::Change(sql) => sqlx::query(AssertSqlSafe(sql.to_owned()))
                .persistent(false)
                .execute(&mut self.connection)
                .await
                .map(|done| done.rows_affected()),
        };
        match answer {
            Ok(rows) => Ok(AttackOutcome::Rows(rows)),
            Err(error) => judge(error),
        }
    }

    /// A statement that may fail; whether it did not.
    pub(super) async fn try_command(&mut self, statement: &str) -> Result<bool, sqlx::Error> {
        let outcome = self.keep(Actor::Verifier, &Context::none(), statement).await?;
        Ok(matches!(outcome, AttackOutcome::Rows(_)))
    }

    /// Statements without an answer.
    pub(super) async fn command(&mut self, statements: &str) -> Result<(), sqlx::Error> {
        if statements.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(&mut self.connection)
            .await
            .map(|_| ())
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

/// An error of the statement; one of the connection is passed on.
fn raised(error: sqlx::Error) -> Result<Raised, sqlx::Error> {
    match error.as_database_error() {
        // The connection is gone: nothing more can be asked. A code alone does not say so: any function may raise any.
        Some(database)
            if database
                .try_downcast_ref::<PgDatabaseError>()
                .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)) =>
        {
            Err(error)
        }
        Some(database) => Ok(Raised {
            code: database.code().unwrap_or_default().into_owned(),
            message: shortened(database.message()),
        }),
        None => Err(error),
    }
}

/// A message may quote what was sent.
fn shortened(message: &str) -> String {
    if message.chars().count() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    message.chars().take(LONGEST_MESSAGE).chain(['…']).collect()
}

fn judge(error: sqlx::Error) -> Result<AttackOutcome, sqlx::Error> {
    let raised = raised(error)?;
    Ok(match raised.code.as_str() {
        // A policy or a right.
        "42501" => AttackOutcome::Refused,
        "57014" => AttackOutcome::Untried("it took longer than five seconds".to_owned()),
        "55P03" | "40P01" => AttackOutcome::Untried("somebody else holds a lock".to_owned()),
        "25006" => AttackOutcome::Untried("the database only reads".to_owned()),
        code if code.starts_with("23") => AttackOutcome::Constrained,
        _ => AttackOutcome::Raised(raised),
    })
}
