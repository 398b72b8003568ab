//! Owns the sign-in by password, from the attempt to the session: reserve, hash, complete, in this order, so that no
//! number of parallel guesses passes the limit. The hash is computed outside of any transaction.

use std::time::Duration;

use crate::authentication::device::KnownDevice;
use crate::authentication::login::{self, Attempt, CheckedAttempt, LoginOutcome, Reservation, Whom};
use crate::authentication::password::{HashError, Hasher};
use crate::authentication::throttle::Limits;
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::base::origin::Origin;
use crate::base::secret::Secret;
use crate::db::pool::Pool;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::session::{self, Lifetimes, NewSession};
use crate::user::Identifier;

/// What a sign-in needs of the server.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// Where its statements run: one to reserve, then a transaction.
    pub pool: &'a Pool,
    /// The request's context once more: its time and epoch are read again after the hash, which can have waited.
    pub at_present: &'a (dyn Fn(Origin) -> RequestContext + Send + Sync),
    /// Computes the hash behind its permits.
    pub hasher: &'a Hasher,
    /// When accounts lock.
    pub limits: Limits,
    /// How long the session lives.
    pub lifetimes: Lifetimes,
}

/// What somebody presents.
#[derive(Clone, Copy)]
pub struct PresentedPassword<'a> {
    /// An e-mail address or user name, as it was typed.
    pub username: &'a str,
    /// The password.
    pub password: &'a Secret,
    /// The session that the browser has already.
    pub replaces: Option<&'a Handle>,
    /// The accounts that signed in with the browser before.
    pub device: Option<&'a KnownDevice>,
}

/// How a sign-in ended.
#[derive(Debug)]
pub enum SignInOutcome {
    /// With a session.
    SignedIn {
        /// Its handle.
        handle: Handle,
        /// Whose it is.
        user_id: UserId,
    },
    /// Name and password are not those of anybody who may enter.
    Wrong,
    /// There were too many attempts.
    Locked {
        /// When to come back.
        retry_after: Duration,
    },
    /// The password could not be checked now.
    Busy,
}

impl SignIn<'_> {
    /// Signs in whoever presents a right password.
    pub async fn attempt(
        &self,
        context: RequestContext,
        presented: PresentedPassword<'_>,
    ) -> Result<SignInOutcome, DatabaseError> {
        // What no identifier can be is nobody's: it is refused like any other, but costs no row.
        let Some(identifier) = Identifier::parse(presented.username) else {
            return Ok(SignInOutcome::Wrong);
        };
        let reservation = {
            let mut work = self.single(context.clone()).await?;
            let whom = Whom::Identifier(identifier.as_str());
            login::reserve(&mut work, whom, presented.device, self.limits).await?
        };
        let attempt = match reservation {
            Reservation::Allowed(attempt) => attempt,
            Reservation::Locked { retry_after } => return Ok(SignInOutcome::Locked { retry_after }),
        };
        let checked = match attempt
            .check(self.hasher, &*context.entropy, presented.password)
            .await
        {
            Ok(checked) => checked,
            Err(error) => {
                if !matches!(error, HashError::Busy) {
                    tracing::error!(error = %error, "a password could not be checked");
                }
                self.release(context, &attempt).await;
                return Ok(SignInOutcome::Busy);
            }
        };
        // The proof was given after the hash.
        let context = (self.at_present)(context.origin);
        match self.complete(context.clone(), checked, presented.replaces).await {
            Err(error) => {
                self.release(context, &attempt).await;
                Err(error)
            }
            completed => completed,
        }
    }

    /// Nobody pays for an outage of ours. If the attempt cannot be given back either, it counts as one until its window
    /// is over.
    pub(super) async fn release(&self, context: RequestContext, attempt: &Attempt) {
        let released = async {
            let mut work = self.single(context).await?;
            login::release(&mut work, attempt).await
        };
        if let Err(error) = released.await {
            tracing::warn!(error = %error, "a login that the database cut short counts as an attempt");
        }
    }

    /// In one transaction: the answer to the password, and the session.
    async fn complete(
        &self,
        context: RequestContext,
        checked: CheckedAttempt,
        replaces: Option<&Handle>,
    ) -> Result<SignInOutcome, DatabaseError> {
        let mut work = UnitOfWork::begin(self.pool, context).await?;
        let outcome = match login::complete(&mut work, checked).await? {
            LoginOutcome::Refused => SignInOutcome::Wrong,
            LoginOutcome::Granted(authenticated) => {
                let new = NewSession {
                    user_id: &authenticated.user_id,
                    assurance: authenticated.assurance,
                    lifetimes: self.lifetimes,
                    replaces,
                };
                match session::start(&mut work, new).await? {
                    Some((_, handle)) => SignInOutcome::SignedIn {
                        handle,
                        user_id: authenticated.user_id,
                    },
                    None => SignInOutcome::Wrong,
                }
            }
        };
        work.commit().await?;
        Ok(outcome)
    }

    async fn single(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::single(self.pool, context).await
    }
}
