//! Owns the asking: the hooks of an output in their order, each with what stands by then, each answer judged before
//! the next is asked. No transaction of ours is open meanwhile, and no connection of the application's is held. What
//! becomes of each question is counted, timed and, if it failed, logged under a stable code.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::contract;
use super::definition::{Hook, Mode, OnFailure, Target};
use super::error::{AskError, HookError};
use super::event;
use super::merge::{self, Draft};
use super::registry::{HookSet, Hooks};
use super::response::{self, HookResponse};
use super::shadow::Course;
use super::store;
use super::transport::http;
use crate::base::clock::{self, Timestamp};
use crate::base::id::{ClientId, HookEventId, UserId};
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::protocol::claims::Output;

/// What the hooks of every output of one grant are told alike.
#[derive(Debug, Clone)]
pub struct Occasion<'a> {
    /// The same for every hook, output and attempt.
    pub event_id: HookEventId,
    /// The request's present.
    pub now: Timestamp,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// Whom the tokens are about.
    pub user_id: &'a UserId,
    /// For whom they are.
    pub client_id: &'a ClientId,
    /// Whether that client is an operator's own.
    pub first_party: bool,
    /// How it came; none where no grant is under way.
    pub grant_type: Option<&'a str>,
    /// The same in the words of existing functions.
    pub authentication_method: &'a str,
    /// When the grant began, or its code; none where it would begin now.
    pub since: Option<Timestamp>,
    /// Whether nothing comes of it but a report.
    pub preview: bool,
}

/// One output's question.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What all outputs share.
    pub occasion: &'a Occasion<'a>,
    /// The output.
    pub output: Output,
    /// What stands before anybody is asked.
    pub draft: Draft<'a>,
}

const RUNS: &str = "signet_hook_runs_total";
const FAILURES: &str = "signet_hook_failures_total";
const DURATION: &str = "signet_hook_duration_seconds";

impl Hooks {
    /// Asks every deciding hook of the output. Gives what is said beside the protocol's claims. Shadows are asked
    /// later, and nobody waits for them.
    pub async fn ask(
        &self,
        context: &RequestContext,
        question: &Question<'_>,
    ) -> Result<Map<String, Value>, AskError> {
        let set = self.current();
        let mut course = Course::new(question.draft.tenancy.clone());
        let outcome = self.decide(&set, context, question, &mut course).await;
        if let Err(error) = &outcome {
            course.fails(error);
        }
        self.watch(&set, question, course);
        outcome
    }

    async fn decide(
        &self,
        set: &HookSet,
        context: &RequestContext,
        question: &Question<'_>,
        course: &mut Course,
    ) -> Result<Map<String, Value>, AskError> {
        let mut additions = question.draft.tenancy.clone();
        let mut last = None;
        for hook in set.deciding(question.output) {
            course.comes_to(hook.settings.position);
            match self.consult(hook, question, &additions).await {
                Ok(said) => {
                    if said != additions {
                        last = Some(hook);
                    }
                    additions = said;
                }
                Err(AskError::Hook(error)) if !error.is_refusal() => {
                    let ends = !falls_back(hook);
                    self.record(context, hook, question.occasion, &error, ends);
                    if ends {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error),
            }
            course.stands(&additions);
        }
        if let Err(error) = response::check_size(&additions) {
            // What is too much together is told of the last who added to it; nobody falls back.
            if let Some(hook) = last {
                failed(hook, &error, Duration::ZERO);
                self.record(context, hook, question.occasion, &error, true);
            }
            return Err(error.into());
        }
        Ok(additions)
    }

    /// Asks one hook and judges its answer.
    pub async fn consult(
        &self,
        hook: &Hook,
        question: &Question<'_>,
        additions: &Map<String, Value>,
    ) -> Result<Map<String, Value>, AskError> {
        if let Target::Unopened(_) = hook.settings.target {
            let error = HookError::Unopened;
            note(hook, question.output, Duration::ZERO, Some(&error));
            return Err(error.into());
        }
        let event = self.event(hook, question, additions).await?;
        let started = Instant::now();
        let answered = self.reach(hook, &event, question.occasion.now).await;
        let outcome = answered.and_then(|bytes| {
            let shown = event.get("claims").and_then(Value::as_object);
            match HookResponse::of(response::receive(&bytes)?)? {
                // A replacing hook says everything; saying nothing is no answer of its contract.
                HookResponse::Unchanged if hook.settings.mode == Mode::Replace => Err(HookError::NoClaims),
                HookResponse::Unchanged => Ok(additions.clone()),
                HookResponse::Refused { http_code } => Err(HookError::Denied {
                    hook: hook.settings.name.clone(),
                    http_code,
                }),
                HookResponse::Claims(claims) => {
                    let shown = shown.unwrap_or(additions);
                    tell_of_dropped(hook, question.output, shown, &claims);
                    merge::judge(&hook.settings, &question.draft, additions, shown, claims)
                }
            }
        });
        note(hook, question.output, started.elapsed(), outcome.as_ref().err());
        Ok(outcome?)
    }

    /// The event of one question. One statement for a function that was written for another product, else none.
    pub async fn event(
        &self,
        hook: &Hook,
        question: &Question<'_>,
        additions: &Map<String, Value>,
    ) -> Result<Value, DatabaseError> {
        let Question {
            occasion,
            output,
            draft,
        } = question;
        let mut claims = draft.protocol.clone();
        claims.extend(additions.clone());
        let request = json!({
            "event_id": occasion.event_id,
            "time": occasion.now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "client_id": occasion.client_id,
            "first_party": occasion.first_party,
            "grant_type": occasion.grant_type,
            "authentication_method": occasion.authentication_method,
            "token_use": output.name(),
            "facts": draft.facts,
            "active_organization": draft.facts.get("org_id"),
            "ip_address": occasion.address,
            "since": occasion.since,
            "preview": occasion.preview.then_some(true),
            "contract": (hook.settings.mode == Mode::Replace).then_some(event::OTHER_PRODUCT),
        });
        if hook.settings.mode != Mode::Replace {
            return Ok(event::of(occasion.user_id.as_str(), claims, &request));
        }
        let mut connection = self.pool().acquire_repeatable().await?;
        let event = store::event(
            &mut connection,
            occasion.user_id,
            &Value::Object(claims),
            &request,
        )
        .await?;
        connection.keep();
        Ok(event)
    }

    /// The bytes that a hook answers, however it is reached; none at all where it says that nothing changes. One that
    /// does not answer is left alone for a while.
    pub async fn reach(&self, hook: &Hook, event: &Value, now: Timestamp) -> Result<Vec<u8>, HookError> {
        let started = Instant::now();
        let permit = self
            .breaker()
            .enter(&hook.settings.name, now)
            .ok_or(HookError::LeftAlone)?;
        let answer = self.send(hook, event, now).await;
        match &answer {
            Err(error) if error.is_outage() => permit.failed(clock::after(now, started.elapsed())),
            _ => permit.succeeded(),
        }
        answer
    }

    async fn send(&self, hook: &Hook, event: &Value, now: Timestamp) -> Result<Vec<u8>, HookError> {
        let timeout = hook.settings.timeout;
        match &hook.settings.target {
            Target::Unopened(_) => Err(HookError::Unopened),
            Target::Sql(function) => {
                let sql = self
                    .sql()
                    .ok_or(HookError::Unavailable("database.hook_url is not set"))?;
                sql.ask(function, event, timeout).await
            }
            Target::Http(target) => {
                // The event's own id, so that a receiver knows an event again, whatever it is asked by.
                let id = event.pointer("/metadata/uuid").and_then(Value::as_str);
                let body = event.to_string();
                let id = id.unwrap_or_default();
                http::ask(self.fetch(), target, id, body.as_bytes(), now, timeout).await
            }
        }
    }
}

/// Says of a replacing hook which of its words no token has: a `role` is the database's in its own product, not ours.
fn tell_of_dropped(hook: &Hook, output: Output, shown: &Map<String, Value>, claims: &Map<String, Value>) {
    if hook.settings.mode != Mode::Replace {
        return;
    }
    let dropped: Vec<&str> = contract::dropped(shown, claims).collect();
    if !dropped.is_empty() {
        let (name, dropped) = (&hook.settings.name, dropped.join(" "));
        tracing::info!(
            hook.name = name,
            output = output.name(),
            dropped,
            "a replacing hook sets what no token says"
        );
    }
}

fn falls_back(hook: &Hook) -> bool {
    hook.settings.on_failure == OnFailure::BuiltIn
}

/// Counts a run, and tells the operator of a failure. A hook's name is its operator's and labels may be few.
fn note(hook: &Hook, output: Output, elapsed: Duration, error: Option<&HookError>) {
    let name = &hook.settings.name;
    let outcome = match error {
        None => "answered",
        Some(error) if error.is_refusal() => "refused",
        Some(_) => "failed",
    };
    metrics::counter!(RUNS, "hook" => name.clone(), "output" => output.name(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!(DURATION, "hook" => name.clone()).record(elapsed);
    let Some(error) = error else { return };
    if error.is_refusal() {
        let duration_ms = milliseconds(elapsed);
        tracing::info!(hook.name = name, error = %error, duration_ms, "a hook refused a token");
        return;
    }
    failed(hook, error, elapsed);
}

fn milliseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

fn failed(hook: &Hook, error: &HookError, elapsed: Duration) {
    let name = &hook.settings.name;
    let duration_ms = milliseconds(elapsed);
    metrics::counter!(FAILURES, "hook" => name.clone(), "code" => error.code()).increment(1);
    if hook.settings.shadow {
        let code = error.code();
        tracing::warn!(hook.name = name, error.code = code, error = %error, duration_ms, "a shadow failed");
        return;
    }
    tracing::error!(
        hook.name = name,
        error.code = error.code(),
        error = %error,
        on_failure = hook.settings.on_failure.name(),
        duration_ms,
        "a hook failed"
    );
}
