//! Owns one question to an HTTP hook: a signed POST (Standard Webhooks 1.0.0), at most three attempts under one id
//! and inside one budget, and an answer of bounded size. What a hook says when it fails is not read. It knows neither
//! the event nor what an answer means.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::target::HttpTarget;
use crate::base::clock::{self, Timestamp};
use crate::base::fetch::{Answer, Bounds, Fetch, FetchError};
use crate::hook::error::HookError;
use crate::hook::response::ANSWER_LIMIT;

/// The largest budget: a person waits for it.
pub const LONGEST_BUDGET: Duration = Duration::from_secs(5);
/// How often one event is sent.
pub const ATTEMPTS: u32 = 3;

/// The pause before another attempt where the hook asks for none.
const PAUSE: Duration = Duration::from_millis(50);
/// Counts attempts by what became of them.
const ATTEMPTED: &str = "signet_hook_http_attempts_total";

/// Why an HTTP hook gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpFault {
    /// No connection, or it broke off. The reason is the socket's or TLS's own.
    #[error("hook_unreachable: {0}")]
    Unreachable(String),
    /// The host has no address that this server may reach.
    #[error("hook_forbidden_address: the hook's host has no address that this server may reach")]
    ForbiddenAddress,
    /// A status that is no answer; redirects are among them.
    #[error("hook_status: the hook answered with status {0}")]
    Status(u16),
    /// 200 or 202 without `application/json`, or compressed.
    #[error("hook_content_type: the hook's answer is not application/json")]
    ContentType,
    /// 200 or 202 without a body; 204 says that nothing changes.
    #[error("hook_empty: the hook's answer has no body")]
    Empty,
    /// The request cannot be written down.
    #[error("hook_request: the event's id or the hook's URL does not fit a request")]
    Request,
}

impl HttpFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "hook_unreachable",
            Self::ForbiddenAddress => "hook_forbidden_address",
            Self::Status(_) => "hook_status",
            Self::ContentType => "hook_content_type",
            Self::Empty => "hook_empty",
            Self::Request => "hook_request",
        }
    }

    /// Whether nobody was there: no connection, or a proxy or the hook itself that says so.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Status(429 | 502..=504))
    }
}

/// Asks a hook and returns the bytes of its answer; none at all is 204, by which a hook says that nothing changes.
/// `webhook_id` is the event's, the same for each attempt; `now` is when it was asked first. After `budget`, which no
/// number of attempts stretches, the answer is [`HookError::Timeout`].
pub async fn ask(
    fetch: &Fetch,
    target: &HttpTarget,
    webhook_id: &str,
    body: &[u8],
    now: Timestamp,
    budget: Duration,
) -> Result<Vec<u8>, HookError> {
    let started = Instant::now();
    let question = Question {
        fetch,
        target,
        webhook_id,
        body,
        now,
        started,
        deadline: started + budget.min(LONGEST_BUDGET),
    };
    timeout_at(question.deadline, question.ask())
        .await
        .unwrap_or(Err(HookError::Timeout))
}

struct Question<'a> {
    fetch: &'a Fetch,
    target: &'a HttpTarget,
    webhook_id: &'a str,
    body: &'a [u8],
    now: Timestamp,
    started: Instant,
    deadline: Instant,
}

/// What one attempt came to.
enum Attempt {
    Answered(Vec<u8>),
    /// Another attempt may do better, after a pause.
    Again(HttpFault, Duration),
    Failed(HookError),
}

impl Attempt {
    const fn name(&self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Again(..) => "transient",
            Self::Failed(_) => "failed",
        }
    }
}

impl Question<'_> {
    async fn ask(&self) -> Result<Vec<u8>, HookError> {
        let mut left = ATTEMPTS;
        loop {
            left = left.saturating_sub(1);
            let attempt = self.attempt().await;
            metrics::counter!(ATTEMPTED, "outcome" => attempt.name()).increment(1);
            let (fault, pause) = match attempt {
                Attempt::Answered(body) => return Ok(body),
                Attempt::Failed(error) => return Err(error),
                Attempt::Again(fault, pause) => (fault, pause),
            };
            // Waiting past the deadline would only turn a known reason into "no answer in time".
            let fits = Instant::now()
                .checked_add(pause)
                .is_some_and(|then| then < self.deadline);
            if left == 0 || !fits {
                return Err(fault.into());
            }
            sleep(pause).await;
        }
    }

    async fn attempt(&self) -> Attempt {
        let Some(headers) = self.headers() else {
            return Attempt::Failed(HttpFault::Request.into());
        };
        let bounds = Bounds {
            time: self.deadline.saturating_duration_since(Instant::now()),
            size: ANSWER_LIMIT,
        };
        let sent = self
            .fetch
            .post(self.target.url(), headers, self.body.to_vec(), bounds);
        match sent.await {
            Ok(answer) => judge(answer, self.present()),
            Err(error) => missed(&error),
        }
    }

    /// The attempt's own time stands in the signature, so that a receiver can refuse old ones.
    fn headers(&self) -> Option<HeaderMap> {
        let timestamp = self.present().timestamp();
        let signature = self.target.sign(self.webhook_id, timestamp, self.body);
        let text = |value: &str| HeaderValue::from_str(value).ok();
        Some(HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (ACCEPT, HeaderValue::from_static("application/json")),
            (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            (HeaderName::from_static("webhook-id"), text(self.webhook_id)?),
            (
                HeaderName::from_static("webhook-timestamp"),
                HeaderValue::from(timestamp),
            ),
            (HeaderName::from_static("webhook-signature"), text(&signature)?),
        ]))
    }

    fn present(&self) -> Timestamp {
        clock::after(self.now, self.started.elapsed())
    }
}

fn missed(error: &FetchError) -> Attempt {
    match error {
        error if error.is_timeout() => Attempt::Failed(HookError::Timeout),
        error if error.is_broken_connection() => {
            Attempt::Again(HttpFault::Unreachable(error.reason()), PAUSE)
        }
        FetchError::ForbiddenAddress => Attempt::Failed(HttpFault::ForbiddenAddress.into()),
        FetchError::TooLarge => Attempt::Failed(HookError::Oversized),
        FetchError::Failed(_) | FetchError::Malformed | FetchError::Unavailable(_) => {
            Attempt::Failed(HttpFault::Request.into())
        }
    }
}

fn judge(answer: Answer, now: Timestamp) -> Attempt {
    let Answer {
        status,
        headers,
        body,
    } = answer;
    let fault = match status {
        StatusCode::OK | StatusCode::ACCEPTED if !is_plain_json(&headers) => HttpFault::ContentType,
        StatusCode::OK | StatusCode::ACCEPTED if body.is_empty() => HttpFault::Empty,
        StatusCode::OK | StatusCode::ACCEPTED => return Attempt::Answered(body),
        StatusCode::NO_CONTENT => return Attempt::Answered(Vec::new()),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let pause = retry_after(&headers, now).unwrap_or(PAUSE);
            return Attempt::Again(HttpFault::Status(status.as_u16()), pause);
        }
        _ => HttpFault::Status(status.as_u16()),
    };
    Attempt::Failed(fault.into())
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let essence = text(CONTENT_TYPE).map(|value| value.split(';').next().unwrap_or_default().trim());
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && match headers.get(CONTENT_ENCODING) {
            None => true,
            Some(coding) => coding.as_bytes().eq_ignore_ascii_case(b"identity"),
        }
}

/// How long the hook asks to be left alone (RFC 9110 §10.2.3): seconds, or a date. Of anything else there is no
/// reading, and one that reaches beyond the budget ends the attempts.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let until = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or(Duration::ZERO))
}
