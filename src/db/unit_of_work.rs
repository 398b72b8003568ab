//! Owns the unit of work: one connection, the request's one `now`, entropy, origin and backup epoch. Rooms borrow it;
//! the endpoint that made it commits it by name.

use std::sync::Arc;

use tokio::sync::Notify;

use super::DatabaseError;
use super::connection::PgConnection;
use super::pool::{Pool, PooledConnection, PooledTransaction};
use crate::base::actor::Actor;
use crate::base::clock::Timestamp;
use crate::base::entropy::Entropy;
use crate::base::handle::BackupEpoch;
use crate::base::id::{OrganizationId, UserId};
use crate::base::origin::Origin;

/// What every piece of work carries beside its connection.
#[derive(Clone)]
pub struct RequestContext {
    /// Read once per request, and again once operators' hooks were asked.
    pub now: Timestamp,
    /// Where random bytes come from.
    pub entropy: Arc<dyn Entropy>,
    /// Who asks, for events and logs.
    pub origin: Origin,
    /// Part of every handle's digest.
    pub epoch: BackupEpoch,
    /// Wakes this process's worker once a commit has left it something to do.
    pub wake: Arc<Notify>,
}

/// Whose rows the database shows of tables under FORCE ROW LEVEL SECURITY: `auth.current_user_id()` or
/// `auth.current_organization_id()` in their policies. Without it, nobody's.
#[derive(Debug, Clone, Copy)]
pub enum RowsOf<'a> {
    /// A person's.
    Person(&'a UserId),
    /// An organization's.
    Organization(&'a OrganizationId),
}

enum Connection {
    Transaction(PooledTransaction),
    Single {
        connection: PooledConnection,
        used: bool,
    },
    Finished,
}

/// A connection with its context: a transaction, or an autocommit connection for exactly one statement.
pub struct UnitOfWork {
    connection: Connection,
    context: RequestContext,
    wakes: bool,
}

impl UnitOfWork {
    /// A transaction.
    pub async fn begin(pool: &Pool, context: RequestContext) -> Result<Self, DatabaseError> {
        Ok(Self {
            connection: Connection::Transaction(pool.begin().await?),
            context,
            wakes: false,
        })
    }

    /// A transaction in which tables under FORCE ROW LEVEL SECURITY show the rows of one person or organization. One
    /// statement more than [`Self::begin`].
    pub async fn begin_as(
        pool: &Pool,
        context: RequestContext,
        rows_of: RowsOf<'_>,
    ) -> Result<Self, DatabaseError> {
        let mut work = Self::begin(pool, context).await?;
        let (user_id, organization_id) = match rows_of {
            RowsOf::Person(id) => (Some(id.as_str()), None),
            RowsOf::Organization(id) => (None, Some(id.as_str())),
        };
        sqlx::query!("select auth.set_context($1, $2)", user_id, organization_id)
            .execute(work.connection()?)
            .await?;
        Ok(work)
    }

    /// One statement that may come twice without doing anything twice: it is sent again if the connection turns out to
    /// be lost.
    pub async fn repeatable(pool: &Pool, context: RequestContext) -> Result<Self, DatabaseError> {
        Ok(Self::of_one(pool.acquire_repeatable().await?, context))
    }

    /// One statement.
    pub async fn single(pool: &Pool, context: RequestContext) -> Result<Self, DatabaseError> {
        Ok(Self::of_one(pool.acquire().await?, context))
    }

    /// Work whose statement was part of somebody else's: it has no connection, and nothing is left to commit.
    #[must_use]
    pub const fn without_connection(context: RequestContext) -> Self {
        Self {
            connection: Connection::Finished,
            context,
            wakes: false,
        }
    }

    const fn of_one(connection: PooledConnection, context: RequestContext) -> Self {
        Self {
            connection: Connection::Single {
                connection,
                used: false,
            },
            context,
            wakes: false,
        }
    }

    /// The connection for the next statement. Without a transaction there is only one, since a second could see
    /// another state of the world.
    pub fn connection(&mut self) -> Result<&mut PgConnection, DatabaseError> {
        match &mut self.connection {
            Connection::Transaction(transaction) => Ok(transaction),
            Connection::Single { connection, used } => {
                if std::mem::replace(used, true) {
                    return Err(DatabaseError::SecondStatement);
                }
                Ok(connection)
            }
            Connection::Finished => Err(DatabaseError::SecondStatement),
        }
    }

    /// The request's present.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Where random bytes come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.context.entropy
    }

    /// Who asks.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.context.origin
    }

    /// Who does it: what the request has proven. Rooms ask here and are not told beside it, so that an event names whom
    /// the rules judged.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.context.origin.actor()
    }

    /// The backup epoch that digests need.
    #[must_use]
    pub const fn epoch(&self) -> BackupEpoch {
        self.context.epoch
    }

    /// Once this is committed, this process's worker looks for something to do.
    pub const fn wakes_worker(&mut self) {
        self.wakes = true;
    }

    /// Begins a part of a transaction that can be taken back by itself. One statement.
    pub async fn begin_part(&mut self) -> Result<(), DatabaseError> {
        sqlx::query("savepoint part").execute(self.connection()?).await?;
        Ok(())
    }

    /// Keeps the part, or takes it back. One statement, whichever: nobody sees from outside which it was.
    pub async fn end_part(&mut self, keep: bool) -> Result<(), DatabaseError> {
        let statement = if keep {
            "release savepoint part"
        } else {
            "rollback to savepoint part"
        };
        sqlx::query(statement).execute(self.connection()?).await?;
        Ok(())
    }

    /// Commits. On an error the outcome can be unknown; nothing may be told to have happened. A single statement is
    /// committed already: then this gives the connection back, which costs less than dropping it.
    pub async fn commit(mut self) -> Result<(), DatabaseError> {
        match std::mem::replace(&mut self.connection, Connection::Finished) {
            Connection::Transaction(transaction) => transaction.commit().await?,
            Connection::Single { connection, .. } => connection.keep(),
            Connection::Finished => {}
        }
        if self.wakes {
            self.context.wake.notify_one();
        }
        Ok(())
    }

    /// Takes everything back.
    pub async fn rollback(mut self) -> Result<(), DatabaseError> {
        match std::mem::replace(&mut self.connection, Connection::Finished) {
            Connection::Transaction(transaction) => transaction.rollback().await,
            Connection::Single { .. } | Connection::Finished => Ok(()),
        }
    }
}

impl Drop for UnitOfWork {
    fn drop(&mut self) {
        if matches!(self.connection, Connection::Transaction(_)) {
            self.context.origin.mark_abandoned();
        }
    }
}
