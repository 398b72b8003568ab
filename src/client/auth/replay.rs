//! Owns the single use of assertions (RFC 7523 §3, `jti`): whoever writes it down first has used it, on whatever replica.
//! Assertions that come while a statement is under way go into the next one together, so that many cost the database
//! little more than one. It does not know what an assertion says.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::base::clock::{self, Timestamp};
use crate::base::digest::{self, Digest};
use crate::base::id::ClientId;
use crate::client::store::{self, AssertionUse};
use crate::db::pool::Pool;
use crate::db::{DatabaseError, UnitOfWork};

/// The most assertions in one statement.
const MOST: usize = 512;
/// What has expired is kept this much longer, whatever a clock says.
const KEPT: Duration = Duration::from_mins(10);

/// The assertions that were used, as the database knows them.
#[derive(Clone)]
pub struct UsedAssertions {
    pool: Pool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    /// Whether a task is there that writes down what waits.
    writing: bool,
}

struct Waiting {
    asked: AssertionUse,
    answer: oneshot::Sender<Result<bool, DatabaseError>>,
}

impl UsedAssertions {
    /// Over the database.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            state: Arc::default(),
        }
    }

    /// Whether this is the first use of the client's assertion of this `jti`. It is used up from now on, whatever
    /// becomes of the request, and also if the caller does not wait for the answer.
    pub(super) async fn use_once(
        &self,
        client_id: &ClientId,
        jti: &str,
        expires_at: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let (answer, answered) = oneshot::channel();
        let asked = AssertionUse {
            digest: digest::sha256(&[b"client_assertion", client_id.as_str().as_bytes(), jti.as_bytes()]),
            client_id: client_id.clone(),
            expires_at,
        };
        let idle = {
            let mut state = self.state();
            state.waiting.push(Waiting { asked, answer });
            !mem::replace(&mut state.writing, true)
        };
        if idle {
            let writer = Writer {
                of: self.clone(),
                done: false,
            };
            tokio::spawn(writer.run());
        }
        answered.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes into the next statement; nothing if nobody waits, and then there is no writer any more.
    fn next(&self) -> Vec<Waiting> {
        let mut state = self.state();
        let most = state.waiting.len().min(MOST);
        let next: Vec<Waiting> = state.waiting.drain(..most).collect();
        state.writing = !next.is_empty();
        next
    }

    async fn write(&self, uses: &[AssertionUse]) -> Result<Vec<Digest>, DatabaseError> {
        let mut connection = self.pool.acquire().await?;
        let first = store::use_assertions(&mut connection, uses).await?;
        connection.keep();
        Ok(first)
    }
}

/// Writes down what waits until nothing does. Should it break off, the next assertion brings another.
struct Writer {
    of: UsedAssertions,
    done: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.done {
            self.of.state().writing = false;
        }
    }
}

impl Writer {
    async fn run(mut self) {
        loop {
            let mut next = self.of.next();
            if next.is_empty() {
                self.done = true;
                return;
            }
            // The same one may have come twice: the first of them may be the first use, the other is none.
            next.sort_by(|one, other| one.asked.digest.as_bytes().cmp(other.asked.digest.as_bytes()));
            let mut uses: Vec<AssertionUse> = next.iter().map(|waiting| waiting.asked.clone()).collect();
            uses.dedup_by(|one, other| one.digest == other.digest);
            match self.of.write(&uses).await {
                Ok(mut first) => {
                    for Waiting { asked, answer } in next {
                        let place = first.iter().position(|digest| *digest == asked.digest);
                        let is_first = place.map(|place| first.swap_remove(place)).is_some();
                        // Nobody may be there any more to hear it.
                        drop(answer.send(Ok(is_first)));
                    }
                }
                Err(error) => {
                    for waiting in next {
                        drop(waiting.answer.send(Err(again(&error))));
                    }
                }
            }
        }
    }
}

/// The error for each who waited for the statement: the error itself cannot be had twice, its kind and text can.
fn again(error: &DatabaseError) -> DatabaseError {
    match error {
        DatabaseError::Unavailable(source) => {
            DatabaseError::Unavailable(sqlx::Error::Protocol(source.to_string()))
        }
        error => DatabaseError::Failed(sqlx::Error::Protocol(error.to_string())),
    }
}

/// Forgets at most `limit` assertions that have expired; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire_assertions(work, before, limit).await
}
