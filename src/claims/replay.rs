//! Owns the asking of kept questions again, to a candidate that is judged as if it were the only hook. It mints nothing
//! and changes nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::base::id::{HookEventId, UserId};
use crate::hook::ask::Occasion;
use crate::hook::finding::{Agreement, Finding};
use crate::hook::sample::Kept;
use crate::hook::{AskError, Hook, Hooks};

/// What a candidate made of one kept question.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    /// The event.
    pub event_id: HookEventId,
    /// When it was asked first.
    pub occurred_at: Timestamp,
    /// Whom it is about.
    pub user_id: UserId,
    /// The output.
    pub output: String,
    /// How the candidate's word compares with what was said then.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Asks the candidate one kept question. None if the candidate is not asked about this output.
pub async fn replay(hooks: &Hooks, candidate: &Hook, kept: &Kept) -> Result<Option<Replayed>, AskError> {
    let asked = &kept.question;
    let occasion = Occasion {
        preview: true,
        ..asked.occasion()
    };
    let Some(question) = asked
        .ask_on(&occasion)
        .filter(|question| candidate.settings.outputs.contains(&question.output))
    else {
        return Ok(None);
    };
    let verdict = match hooks.consult(candidate, &question, asked.tenancy()).await {
        Ok(said) => Ok(said),
        Err(AskError::Hook(error)) => Err(error.code().to_owned()),
        Err(error @ AskError::Database(_)) => return Err(error),
    };
    Ok(Some(Replayed {
        event_id: asked.event_id().clone(),
        occurred_at: asked.now(),
        user_id: asked.user_id().clone(),
        output: asked.output().to_owned(),
        finding: Finding::between(&kept.verdict, &verdict),
    }))
}

/// How many comparisons came out how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Those that agree.
    pub same: u32,
    /// Those that do not.
    pub differs: u32,
    /// Those in which the candidate failed.
    pub failed: u32,
    /// The codes of its failures and refusals.
    pub codes: BTreeMap<String, u32>,
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, finding: &Finding) {
        let counter = match finding.agreement {
            Agreement::Same => &mut self.same,
            Agreement::Differs => &mut self.differs,
            Agreement::Failed => &mut self.failed,
        };
        *counter += 1;
        if let Some(code) = &finding.candidate {
            *self.codes.entry(code.clone()).or_default() += 1;
        }
    }
}
