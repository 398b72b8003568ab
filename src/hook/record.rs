//! Owns which failures of hooks become security events: the first of a hook and code, then one a minute of each for as
//! long as it goes on, in each process. The rest stands in metrics and logs. An event says hook, code, whether tokens
//! went on without it, and the first whom it met; never what the hook answered, nor a claim.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ask::Occasion;
use super::definition::Hook;
use super::error::HookError;
use super::registry::Hooks;
use crate::audit::{self, Event};
use crate::base::clock::{self, Timestamp};
use crate::db::work::Circumstances;
use crate::db::{DatabaseError, Work};

/// How long further failures of the same kind are not recorded.
const PAUSE: Duration = Duration::from_mins(1);

/// When each kind of failure was recorded last, by hook and code. There are as many as hooks times codes.
#[derive(Debug, Default)]
pub(super) struct Recorded(Mutex<HashMap<(String, &'static str), Timestamp>>);

impl Recorded {
    /// Whether this one is to be recorded; if so, further ones are not for a while.
    fn admits(&self, hook: &str, code: &'static str, now: Timestamp) -> bool {
        let mut recorded = self.lock();
        let last = recorded.get(&(hook.to_owned(), code));
        if last.is_some_and(|last| *last <= now && now < clock::after(*last, PAUSE)) {
            return false;
        }
        recorded.insert((hook.to_owned(), code), now);
        true
    }

    /// Keeps what is known of these hooks; one that was disabled for a while begins anew.
    pub(super) fn retain(&self, mut keep: impl FnMut(&str) -> bool) {
        self.lock().retain(|(hook, _), _| keep(hook));
    }

    /// A map of plain values stays whole when a holder of the lock panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<(String, &'static str), Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hooks {
    /// Records a deciding hook's failure if its turn has come. That it could not be recorded changes nobody's answer.
    pub(super) async fn record(
        &self,
        circumstances: &Circumstances,
        hook: &Hook,
        occasion: &Occasion<'_>,
        error: &HookError,
    ) {
        let settings = &hook.settings;
        if !self
            .recorded()
            .admits(&settings.name, error.code(), circumstances.now)
        {
            return;
        }
        let event = Event::HookFailed {
            hook: settings.name.clone(),
            client: Some(occasion.client_id.clone()),
            user: Some(occasion.user_id.clone()),
            problem: error.code(),
            on_failure: settings.on_failure.name(),
        };
        if let Err(error) = self.write(circumstances, event).await {
            tracing::warn!(hook.name = settings.name, error = %error, "a hook's failure was not recorded");
        }
    }

    async fn write(&self, circumstances: &Circumstances, event: Event) -> Result<(), DatabaseError> {
        let lease = self.lender().lend().await?;
        let mut work = Work::single(lease, circumstances.clone());
        audit::record(&mut work, event).await?;
        work.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_is_recorded_once_a_minute() {
        let at = |seconds: i64| Timestamp::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        let recorded = Recorded::default();
        for (hook, code, seconds, admitted) in [
            ("a", "hook_timeout", 0, true),
            ("a", "hook_timeout", 59, false),
            ("a", "hook_left_alone", 1, true),
            ("b", "hook_timeout", 1, true),
            ("a", "hook_timeout", 60, true),
            ("a", "hook_timeout", 61, false),
            // A clock that was set back does not silence anything.
            ("a", "hook_timeout", 30, true),
        ] {
            assert_eq!(
                recorded.admits(hook, code, at(seconds)),
                admitted,
                "{hook} {code} {seconds}"
            );
        }
        recorded.retain(|hook| hook != "a");
        assert!(recorded.admits("a", "hook_timeout", at(31)));
        assert!(!recorded.admits("b", "hook_timeout", at(31)));
    }
}
