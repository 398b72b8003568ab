//! Owns the asking of candidates beside the hooks that decide. A shadow never decides, and nobody waits for it: it is
//! asked after the answer is known, a few at a time; where there are too many, it is left out and counted. A shadow
//! stands beside the hooks of its own position: it sees what they saw, and is compared with what stood after them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ask::Question;
use super::definition::Hook;
use super::error::AskError;
use super::finding::{Finding, Verdict};
use super::record;
use super::registry::{HookSet, Hooks};
use super::sample::{Kept, OwnQuestion};
use super::store;
use crate::db::DatabaseError;

/// How many questions wait for their shadows at once.
/// Fewer than connections for SQL hooks by default, so that shadows leave some to the hooks that decide.
pub(super) const AT_ONCE: usize = 4;
/// Counts what shadows said, by agreement.
const SHADOWS: &str = "signet_hook_shadow_total";
/// Counts questions whose shadows were not asked.
const LEFT_OUT: &str = "signet_hook_shadow_left_out_total";

/// What stood after each deciding hook, by position.
#[derive(Debug)]
pub(super) struct Course {
    start: Map<String, Value>,
    steps: Vec<(i32, Map<String, Value>)>,
    /// Which hook is asked.
    at: i32,
    /// Where it ended, if a hook failed or refused.
    end: Option<(i32, String)>,
}

impl Course {
    pub(super) const fn new(start: Map<String, Value>) -> Self {
        Self {
            start,
            steps: Vec::new(),
            at: i32::MIN,
            end: None,
        }
    }

    /// A hook of this position is asked.
    pub(super) const fn comes_to(&mut self, position: i32) {
        self.at = position;
    }

    /// It was asked, and this stands since.
    pub(super) fn stands(&mut self, said: &Map<String, Value>) {
        self.steps.push((self.at, said.clone()));
    }

    /// It ended everything.
    pub(super) fn fails(&mut self, error: &AskError) {
        self.end = Some((self.at, code(error)));
    }

    /// What a hook of this position is shown.
    fn before(&self, position: i32) -> &Map<String, Value> {
        let mut latest = self.steps.iter().rev();
        latest
            .find(|(at, _)| *at < position)
            .map_or(&self.start, |(_, said)| said)
    }

    /// What the hooks up to this position made of it.
    fn after(&self, position: i32) -> Verdict {
        if let Some((_, code)) = self.end.as_ref().filter(|(at, _)| *at <= position) {
            return Err(code.clone());
        }
        let mut latest = self.steps.iter().rev();
        let last = latest.find(|(at, _)| *at <= position);
        Ok(last.map_or(&self.start, |(_, said)| said).clone())
    }
}

/// Everything that is left to do about a question once it is answered.
struct Watch {
    hooks: Hooks,
    shadows: Vec<Arc<Hook>>,
    question: OwnQuestion,
    course: Course,
    slot: Option<i32>,
    permit: OwnedSemaphorePermit,
}

impl Hooks {
    /// Looks after what was decided: asks the shadows and keeps the question if its turn has come, later and beside.
    pub(super) fn watch(&self, set: &HookSet, question: &Question<'_>, course: Course) {
        let shadows: Vec<Arc<Hook>> = set.shadows(question.output).cloned().collect();
        let slot = self.sampler().slot(&question.occasion.event_id, question.output);
        if shadows.is_empty() && slot.is_none() {
            return;
        }
        let Ok(permit) = Arc::clone(self.watching()).try_acquire_owned() else {
            metrics::counter!(LEFT_OUT).increment(1);
            return;
        };
        let watch = Watch {
            hooks: self.clone(),
            shadows,
            question: OwnQuestion::of(question),
            course,
            slot,
            permit,
        };
        tokio::spawn(watch.run());
    }

    /// Waits until no shadow is being asked and no failure is being recorded: for a stop that loses nothing.
    pub async fn settle(&self) {
        for (running, at_once) in [(self.watching(), AT_ONCE), (self.recording(), record::AT_ONCE)] {
            let all = u32::try_from(at_once).unwrap_or(u32::MAX);
            // The semaphores are never closed.
            drop(Semaphore::acquire_many(running, all).await);
        }
    }
}

impl Watch {
    async fn run(self) {
        let mut findings = BTreeMap::new();
        for shadow in &self.shadows {
            let Some(finding) = self.compare(shadow).await else {
                continue;
            };
            let name = &shadow.settings.name;
            let agreement = finding.agreement.name();
            metrics::counter!(SHADOWS, "hook" => name.clone(), "agreement" => agreement).increment(1);
            findings.insert(name.clone(), finding);
        }
        if let Some(slot) = self.slot
            && let Err(error) = self.keep(slot, findings).await
        {
            tracing::warn!(error = %error, "a hook's event was not kept");
        }
        drop(self.permit);
    }

    async fn compare(&self, shadow: &Hook) -> Option<Finding> {
        let position = shadow.settings.position;
        let occasion = self.question.occasion();
        let question = self.question.ask_on(&occasion)?;
        let before = self.course.before(position);
        let said = self.hooks.consult(shadow, &question, before).await;
        let candidate = said.map_err(|error| code(&error));
        Some(Finding::between(&self.course.after(position), &candidate))
    }

    async fn keep(&self, slot: i32, findings: BTreeMap<String, Finding>) -> Result<(), DatabaseError> {
        let kept = Kept {
            question: self.question.clone().without_the_person(),
            verdict: self.course.after(i32::MAX),
            findings,
        };
        let mut connection = self.hooks.pool().acquire().await?;
        store::events::keep(&mut connection, slot, &kept).await?;
        connection.keep();
        Ok(())
    }
}

/// The stable code of a failure, which a comparison keeps instead of its text.
pub(super) fn code(error: &AskError) -> String {
    match error {
        AskError::Hook(error) => error.code().to_owned(),
        AskError::Database(_) => "database".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hook::error::HookError;

    fn set(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_shadow_stands_beside_the_hooks_of_its_position() {
        let (start, one, two) = (
            set(&json!({})),
            set(&json!({"a": 1})),
            set(&json!({"a": 1, "b": 2})),
        );
        let mut course = Course::new(start.clone());
        for (position, said) in [(1, &one), (5, &two)] {
            course.comes_to(position);
            course.stands(said);
        }
        for (position, before, after) in [
            (0, &start, &start),
            (1, &start, &one),
            (3, &one, &one),
            (9, &two, &two),
        ] {
            assert_eq!(course.before(position), before);
            assert_eq!(course.after(position).as_ref(), Ok(after));
        }
        course.comes_to(7);
        course.fails(&AskError::Hook(HookError::Timeout));
        assert_eq!(course.after(5), Ok(two));
        assert_eq!(course.after(7), Err("hook_timeout".to_owned()));
    }
}
