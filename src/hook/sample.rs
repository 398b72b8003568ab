//! Owns which questions are kept, for how long, and what of them: enough to ask again, nothing that a person would not
//! want in a second place. It does not compare.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ask::{Occasion, Question};
use super::finding::{Finding, Verdict};
use super::merge::Draft;
use crate::base::clock::Timestamp;
use crate::base::digest::plain_sha256;
use crate::base::id::{ClientId, HookEventId, UserId};
use crate::protocol::claims::{self, Output};

/// Claims of an ID token's own request; they tie it to one browser.
const OF_ONE_REQUEST: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];

/// What is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sampling {
    /// Every how many-th question; 0 keeps none.
    pub every: u32,
    /// How many at most.
    pub keep: u32,
    /// How long.
    pub kept_for: Duration,
}

/// Which question's turn it is.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    sampling: Sampling,
    asked: AtomicU32,
}

impl Sampler {
    pub(super) fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            asked: AtomicU32::new(0),
        }
    }

    /// Whether any question is kept.
    pub(super) const fn is_on(&self) -> bool {
        self.sampling.every > 0
    }

    /// The slot of this question, if it is kept. The event's id chooses it, so that replicas share the slots.
    pub(super) fn slot(&self, event_id: &HookEventId, output: Output) -> Option<i32> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        if turn.checked_rem(self.sampling.every) != Some(0) {
            return None;
        }
        let digest = plain_sha256(format!("{event_id} {}", output.name()).as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        let slot = number.checked_rem(u64::from(self.sampling.keep))?;
        i32::try_from(slot).ok()
    }
}

/// A question that belongs to itself: it can wait, be kept, and be asked again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnQuestion {
    event_id: HookEventId,
    now: Timestamp,
    #[serde(skip)]
    address: Option<std::net::IpAddr>,
    user_id: UserId,
    client_id: ClientId,
    first_party: bool,
    grant_type: Option<String>,
    authentication_method: String,
    #[serde(default)]
    since: Option<Timestamp>,
    output: String,
    protocol: Map<String, Value>,
    tenancy: Map<String, Value>,
    facts: Map<String, Value>,
    user_role_alias: bool,
    claim_names: Option<BTreeMap<String, String>>,
}

impl OwnQuestion {
    /// A copy of a question.
    #[must_use]
    pub fn of(question: &Question<'_>) -> Self {
        let Question {
            occasion,
            output,
            draft,
        } = question;
        Self {
            event_id: occasion.event_id.clone(),
            now: occasion.now,
            address: occasion.address,
            user_id: occasion.user_id.clone(),
            client_id: occasion.client_id.clone(),
            first_party: occasion.first_party,
            grant_type: occasion.grant_type.map(str::to_owned),
            authentication_method: occasion.authentication_method.to_owned(),
            since: occasion.since,
            output: output.name().to_owned(),
            protocol: draft.protocol.clone(),
            tenancy: draft.tenancy.clone(),
            facts: draft.facts.clone(),
            user_role_alias: draft.user_role_alias,
            claim_names: draft.claim_names.cloned(),
        }
    }

    /// The same without the person's standard claims, and without what belongs to one request.
    #[must_use]
    pub(super) fn without_the_person(mut self) -> Self {
        self.protocol
            .retain(|name, _| claims::scope_of(name).is_none() && !OF_ONE_REQUEST.contains(&name.as_str()));
        self.address = None;
        self
    }

    /// The occasion, for [`Self::ask_on`].
    #[must_use]
    pub fn occasion(&self) -> Occasion<'_> {
        Occasion {
            event_id: self.event_id.clone(),
            now: self.now,
            address: self.address,
            user_id: &self.user_id,
            client_id: &self.client_id,
            first_party: self.first_party,
            grant_type: self.grant_type.as_deref(),
            authentication_method: &self.authentication_method,
            since: self.since,
            preview: false,
        }
    }

    /// The question itself; none if this version does not know its output.
    #[must_use]
    pub fn ask_on<'a>(&'a self, occasion: &'a Occasion<'a>) -> Option<Question<'a>> {
        Some(Question {
            occasion,
            output: Output::parse(&self.output)?,
            draft: Draft {
                protocol: &self.protocol,
                tenancy: &self.tenancy,
                facts: &self.facts,
                user_role_alias: self.user_role_alias,
                claim_names: self.claim_names.as_ref(),
            },
        })
    }

    /// What membership says, before any hook.
    #[must_use]
    pub const fn tenancy(&self) -> &Map<String, Value> {
        &self.tenancy
    }

    /// The event's id.
    #[must_use]
    pub const fn event_id(&self) -> &HookEventId {
        &self.event_id
    }

    /// The present of the request that asked.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whom it is about.
    #[must_use]
    pub const fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// The output's name.
    #[must_use]
    pub fn output(&self) -> &str {
        &self.output
    }
}

/// A question that was kept, with what came of it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The question.
    pub question: OwnQuestion,
    /// What counted.
    pub verdict: Verdict,
    /// What each shadow made of it, by name.
    pub findings: BTreeMap<String, Finding>,
}
