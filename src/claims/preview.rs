//! Owns the dry run of hooks: what each would be shown, what it answers, what becomes of the answer claim by claim, and
//! what keeps it from running. It mints nothing, and what an SQL hook does is rolled back as ever.

use std::time::Instant;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::draft;
use super::mint::{self, Decided, HookOccasion, MintRequest};
use super::token_issuer::TokenIssuer;
use crate::base::clock::Timestamp;
use crate::hook::ask::Question;
use crate::hook::definition::{Mode, OnFailure, Target};
use crate::hook::difference::Difference;
use crate::hook::response::{self, HookResponse};
use crate::hook::transport::sql::Obstacle;
use crate::hook::{AskError, Hook, HookError, Hooks, contract, merge};

/// How often an answer is judged anew without the claim that was refused.
const MOST_REFUSED: usize = 50;

/// What one hook would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PreviewStep)]
pub struct HookDryRun {
    /// Its name.
    pub hook: String,
    /// The function or URL.
    pub target: String,
    /// What it is shown.
    #[schema(value_type = Map<String, Value>)]
    pub event: Value,
    /// What it answered; none if there was no answer that is an object.
    #[schema(required, value_type = Option<Map<String, Value>>)]
    pub answer: Option<Value>,
    /// What it adds, changes and removes, as far as that is allowed.
    pub difference: Difference,
    /// Claims that it may not set so, each with the code of the refusal.
    pub refused: Vec<RefusedClaim>,
    /// Members of the other product's view that a replacing hook says otherwise than it was shown: no token says them.
    pub dropped: Map<String, Value>,
    /// The failure or refusal that a grant would meet.
    #[schema(required)]
    pub failure: Option<Failure>,
    /// From question to answer.
    pub milliseconds: u64,
    /// What keeps it from running, with what mends it.
    pub obstacles: Vec<Obstacle>,
}

/// A claim that a hook may not set so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedClaim {
    /// The claim.
    pub claim: String,
    /// The value that the hook wanted.
    pub value: Value,
    /// The stable code.
    pub code: &'static str,
}

/// A failure or refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PreviewFailure)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// For the operator.
    pub reason: String,
    /// Whether somebody decided that there be no token.
    pub is_refusal: bool,
}

impl From<&HookError> for Failure {
    fn from(error: &HookError) -> Self {
        Self {
            code: error.code(),
            reason: error.to_string(),
            is_refusal: error.is_refusal(),
        }
    }
}

/// What the hooks would do to one output.
#[derive(Debug)]
pub struct DryRun {
    /// Each hook in its order.
    pub steps: Vec<HookDryRun>,
    /// Why it would not be said.
    pub failure: Option<Failure>,
    /// What would be said beside the protocol's claims; none if a hook ends it.
    pub decided: Option<Decided>,
}

/// What is tried out: these hooks, through these transports.
#[derive(Clone, Copy)]
pub struct Candidates<'a> {
    /// How hooks are reached.
    pub transports: &'a Hooks,
    /// Each that may be asked, whether or not it lists an output.
    pub hooks: &'a [Hook],
}

/// Asks each hook that lists the output in turn, with what stands by then.
pub async fn dry_run(
    token_issuer: &TokenIssuer,
    candidates: Candidates<'_>,
    request: MintRequest<'_>,
    occasion: &HookOccasion,
    now: Timestamp,
) -> Result<DryRun, AskError> {
    let draft = draft::draft(token_issuer, request, now);
    let mut run = DryRun {
        steps: Vec::new(),
        failure: None,
        decided: None,
    };
    let Some(occasion) = mint::told(request, occasion, now, None) else {
        return Ok(run);
    };
    let question = mint::question(token_issuer, request, &draft, &occasion);
    let mut additions = draft.tenancy.clone();
    let listed = candidates
        .hooks
        .iter()
        .filter(|hook| hook.settings.outputs.contains(&question.output));
    for hook in listed {
        let (step, said) = try_hook(candidates.transports, hook, &question, &additions).await?;
        if run.failure.is_none() && stops(hook, &step) {
            run.failure.clone_from(&step.failure);
        }
        // A failure that falls back leaves what stood before.
        if step.failure.is_none() {
            additions = said;
        }
        run.steps.push(step);
    }
    if let Err(error) = response::check_size(&additions)
        && run.failure.is_none()
    {
        run.failure = Some(Failure::from(&error));
    }
    if run.failure.is_none() {
        run.decided = Some(Decided(additions));
    }
    Ok(run)
}

fn stops(hook: &Hook, step: &HookDryRun) -> bool {
    step.failure
        .as_ref()
        .is_some_and(|failure| failure.is_refusal || hook.settings.on_failure == OnFailure::Closed)
}

/// What a hook would do to what stands, and what stands then: unchanged if it fails.
async fn try_hook(
    hooks: &Hooks,
    hook: &Hook,
    question: &Question<'_>,
    additions: &Map<String, Value>,
) -> Result<(HookDryRun, Map<String, Value>), AskError> {
    let event = hooks.event(hook, question, additions).await?;
    let started = Instant::now();
    let bytes = hooks.reach(hook, &event, question.occasion.now).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let read = bytes.and_then(|bytes| response::receive(&bytes));
    let mut step = HookDryRun {
        hook: hook.settings.name.clone(),
        target: hook.settings.target.address(),
        answer: None,
        difference: Difference::default(),
        refused: Vec::new(),
        dropped: Map::new(),
        failure: None,
        milliseconds,
        obstacles: obstacles(hooks, hook, read.as_ref().err()).await?,
        event,
    };
    let outcome = match read {
        Ok(read) => {
            step.answer = read.clone().map(Value::Object);
            judged(hook, question, additions, read, &mut step)
        }
        Err(error) => Err(error),
    };
    let said = outcome.unwrap_or_else(|error| {
        // A grant meets the first; what follows from leaving that out is nobody's failure.
        step.failure.get_or_insert_with(|| Failure::from(&error));
        additions.clone()
    });
    step.difference = Difference::between(additions, &said);
    Ok((step, said))
}

/// Judges an answer as a grant would; what is refused is noted and left out, to see the rest of it.
fn judged(
    hook: &Hook,
    question: &Question<'_>,
    additions: &Map<String, Value>,
    read: Option<Map<String, Value>>,
    step: &mut HookDryRun,
) -> Result<Map<String, Value>, HookError> {
    let mut claims = match HookResponse::of(read)? {
        HookResponse::Unchanged => return Ok(additions.clone()),
        HookResponse::Refused { http_code } => {
            return Err(HookError::Denied {
                hook: hook.settings.name.clone(),
                http_code,
            });
        }
        HookResponse::Claims(claims) => claims,
    };
    let shown = step.event.get("claims").and_then(Value::as_object);
    let shown = shown.unwrap_or(additions);
    if hook.settings.mode == Mode::Replace {
        let dropped = contract::dropped(shown, &claims).filter_map(|name| claims.get_key_value(name));
        step.dropped = dropped
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
    }
    for _ in 0..MOST_REFUSED {
        let judged = merge::judge(&hook.settings, &question.draft, additions, shown, claims.clone());
        let error = match judged {
            Ok(said) => return Ok(said),
            Err(error) => error,
        };
        let Some((claim, value)) = error.claim().and_then(|claim| claims.remove_entry(claim)) else {
            return Err(error);
        };
        step.failure.get_or_insert_with(|| Failure::from(&error));
        // A replacing hook's answer must have what the protocol decides: it is judged on as if it had left that alone.
        if let (HookError::LockedClaim(_), Some(value)) = (&error, shown.get(&claim)) {
            claims.insert(claim.clone(), value.clone());
        }
        let code = error.code();
        step.refused.push(RefusedClaim { claim, value, code });
    }
    Err(HookError::Oversized)
}

async fn obstacles(hooks: &Hooks, hook: &Hook, error: Option<&HookError>) -> Result<Vec<Obstacle>, AskError> {
    let (Target::Sql(function), Some(sql)) = (&hook.settings.target, hooks.sql()) else {
        return Ok(Vec::new());
    };
    let mut obstacles = sql.obstacles(function).await?;
    if let Some(HookError::Permission {
        relation: Some(relation),
        ..
    }) = error
    {
        obstacles.extend(sql.unreadable(relation).await?);
    }
    Ok(obstacles)
}
