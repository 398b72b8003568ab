//! Owns the proof that a person gives once more who is signed in already, before something that a session alone does
//! not open (RV-06): their password, really checked, with a budget of attempts of its own.

use super::sign_in::SignIn;
use crate::authentication::login::{self, CheckedAttempt, Reservation, Whom};
use crate::authentication::password::HashError;
use crate::base::id::UserId;
use crate::base::secret::Secret;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use std::time::Duration;

/// What a presented password is so far.
#[derive(Debug)]
pub enum Confirmation {
    /// It was checked; `login::complete` says in the transaction of the act whether it holds.
    Checked(CheckedAttempt),
    /// There were too many attempts.
    Locked {
        /// When to come back.
        retry_after: Duration,
    },
    /// It could not be checked now.
    Busy,
}

impl SignIn<'_> {
    /// Checks the password of a person who is signed in. Counted before it is checked, in a statement of its own.
    pub async fn confirm(
        &self,
        context: RequestContext,
        user: &UserId,
        password: &Secret,
    ) -> Result<Confirmation, DatabaseError> {
        let reservation = {
            let mut work = UnitOfWork::single(self.pool, context.clone()).await?;
            login::reserve(&mut work, Whom::User(user), None, self.limits).await?
        };
        let attempt = match reservation {
            Reservation::Allowed(attempt) => attempt,
            Reservation::Locked { retry_after } => return Ok(Confirmation::Locked { retry_after }),
        };
        match attempt.check(self.hasher, &*context.entropy, password).await {
            Ok(checked) => Ok(Confirmation::Checked(checked)),
            Err(error) => {
                if !matches!(error, HashError::Busy) {
                    tracing::error!(error = %error, "a password could not be checked");
                }
                self.release(context, &attempt).await;
                Ok(Confirmation::Busy)
            }
        }
    }
}
