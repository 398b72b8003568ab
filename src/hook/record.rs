//! Owns which failures of hooks become security events: the first of a hook and code, then one a minute of each for as
//! long as it goes on, in each process. The rest stands in metrics and logs. An event says hook, code, whether tokens
//! went on without it, and the first whom it met; never what the hook answered, nor a claim. Nobody's token waits for
//! the writing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::ask::Occasion;
use super::definition::{Hook, OnFailure};
use super::error::HookError;
use super::registry::Hooks;
use crate::audit::{self, HookEvent};
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};

/// How long further failures of the same kind are not recorded.
const PAUSE: Duration = Duration::from_mins(1);
/// How many records are written at once. There is one of each kind; more wait for the next failure of theirs.
pub(super) const AT_ONCE: usize = 4;

/// A hook and a code.
type Kind = (String, &'static str);

/// When each kind of failure was recorded last. There are as many as hooks times codes. The time is this process's own:
/// requests' presents come in no order, and may be set back.
#[derive(Debug, Default)]
pub(super) struct Recorded(Mutex<HashMap<Kind, Instant>>);

impl Recorded {
    /// Whether this one is to be recorded; if so, further ones are not for a while.
    fn admits(&self, kind: &Kind, now: Instant) -> bool {
        let mut recorded = self.lock();
        let last = recorded.get(kind);
        if last.is_some_and(|last| now.saturating_duration_since(*last) < PAUSE) {
            return false;
        }
        recorded.insert(kind.clone(), now);
        true
    }

    /// What was admitted then was not recorded: the next one is.
    fn release(&self, kind: &Kind, admitted: Instant) {
        let mut recorded = self.lock();
        if recorded.get(kind) == Some(&admitted) {
            recorded.remove(kind);
        }
    }

    /// Keeps what is known of these hooks; one that was disabled for a while begins anew.
    pub(super) fn retain(&self, mut keep: impl FnMut(&str) -> bool) {
        self.lock().retain(|(hook, _), _| keep(hook));
    }

    /// A map of plain values stays whole when a holder of the lock panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<Kind, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hooks {
    /// Records a deciding hook's failure if its turn has come, later and beside. That it could not be recorded changes
    /// nobody's answer; the next failure tries again. `ends` is whether there is no token for it.
    pub(super) fn record(
        &self,
        context: &RequestContext,
        hook: &Hook,
        occasion: &Occasion<'_>,
        error: &HookError,
        ends: bool,
    ) {
        let kind = (hook.settings.name.clone(), error.code());
        let now = Instant::now();
        if !self.recorded().admits(&kind, now) {
            return;
        }
        let Ok(permit) = Arc::clone(self.recording()).try_acquire_owned() else {
            self.recorded().release(&kind, now);
            return;
        };
        let on_failure = if ends {
            OnFailure::Closed
        } else {
            OnFailure::BuiltIn
        };
        let event = HookEvent::Failed {
            hook: hook.settings.name.clone(),
            client: Some(occasion.client_id.clone()),
            user: Some(occasion.user_id.clone()),
            problem: error.code(),
            on_failure: on_failure.name(),
        };
        let (hooks, context) = (self.clone(), context.clone());
        tokio::spawn(async move {
            if let Err(error) = hooks.write(context, event).await {
                tracing::warn!(hook.name = kind.0, error = %error, "a hook's failure was not recorded");
                hooks.recorded().release(&kind, now);
            }
            drop(permit);
        });
    }

    async fn write(&self, context: RequestContext, event: HookEvent) -> Result<(), DatabaseError> {
        let mut work = UnitOfWork::single(self.pool(), context).await?;
        audit::record(&mut work, event).await?;
        work.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_is_recorded_once_a_minute() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let recorded = Recorded::default();
        for (hook, code, seconds, admitted) in [
            ("a", "hook_timeout", 10, true),
            ("a", "hook_timeout", 69, false),
            ("a", "hook_left_alone", 11, true),
            ("b", "hook_timeout", 11, true),
            ("a", "hook_timeout", 70, true),
            ("a", "hook_timeout", 71, false),
            // Another thread read the clock earlier.
            ("a", "hook_timeout", 69, false),
        ] {
            assert_eq!(
                recorded.admits(&(hook.to_owned(), code), at(seconds)),
                admitted,
                "{hook} {code} {seconds}"
            );
        }
        let (a, b) = (("a".to_owned(), "hook_timeout"), ("b".to_owned(), "hook_timeout"));
        recorded.retain(|hook| hook != "a");
        assert!(recorded.admits(&a, at(31)));
        assert!(!recorded.admits(&b, at(31)));
    }

    #[test]
    fn what_was_not_written_silences_nothing() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let kind = ("a".to_owned(), "hook_timeout");
        let recorded = Recorded::default();
        assert!(recorded.admits(&kind, start));
        recorded.release(&kind, start);
        assert!(recorded.admits(&kind, later));
        // A word that comes late is about another one.
        recorded.release(&kind, start);
        assert!(!recorded.admits(&kind, later));
    }
}
