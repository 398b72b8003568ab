//! Owns the rate per address, in this process's memory: a cheap first bound per group of endpoints. Attempts per
//! account, across replicas, are `authentication::throttle`'s.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, MonotonicClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::{ACCEPT, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::client_ip::{AddressKey, ClientAddress};
use super::request_id::RequestId;
use super::request_log::LoggedError;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::problem::Problem;
use crate::web::error::ErrorPage;
use crate::web::layout::Layout;

/// After so many requests, addresses that have rested are forgotten.
const SWEEP_INTERVAL: u32 = 4096;

/// The group whose answers are never pages.
const PROGRAMS: &str = "api";

/// How often one address may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests in a minute; 0 is no limit.
    pub per_minute: u32,
    /// Requests at once; 0 stands for `per_minute`.
    pub burst: u32,
}

/// The limit of one group of endpoints.
#[derive(Clone)]
pub struct RateLimit {
    group: &'static str,
    limiter: Option<Arc<DefaultKeyedRateLimiter<AddressKey>>>,
    asked: Arc<AtomicU32>,
    layout: Arc<Layout>,
}

impl RateLimit {
    /// A limit with counters of its own; the layout is for the page that a browser gets.
    #[must_use]
    pub fn new(group: &'static str, rate: Rate, layout: Arc<Layout>) -> Self {
        let limiter = NonZeroU32::new(rate.per_minute).map(|per_minute| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(per_minute);
            Arc::new(RateLimiter::keyed(
                Quota::per_minute(per_minute).allow_burst(burst),
            ))
        });
        Self {
            group,
            limiter,
            asked: Arc::default(),
            layout,
        }
    }

    /// How long this address has to wait; `None` if it may go on.
    #[must_use]
    pub fn check(&self, address: AddressKey) -> Option<Duration> {
        let limiter = self.limiter.as_ref()?;
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_INTERVAL == SWEEP_INTERVAL - 1 {
            limiter.retain_recent();
        }
        let refusal = limiter.check_key(&address).err()?;
        Some(refusal.wait_time_from(MonotonicClock.now()))
    }
}

/// Refuses what exceeds the limit.
pub async fn enforce(State(limit): State<RateLimit>, request: Request, next: Next) -> Response {
    let address = request
        .extensions()
        .get::<ClientAddress>()
        .copied()
        .unwrap_or_default();
    let Some(wait) = limit.check(address.key()) else {
        return next.run(request).await;
    };
    metrics::counter!("signet_http_rate_limited_total", "group" => limit.group).increment(1);
    let id = RequestId::of(request.extensions());
    let mut response = if limit.group != PROGRAMS && wants_page(request.headers()) {
        let page = ErrorPage::too_many_requests(&limit.layout, id);
        page::with_status(StatusCode::TOO_MANY_REQUESTS, &page, FormAction::None)
    } else {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests came from this address; wait and try again.",
            id,
        )
        .into_response()
    };
    response.extensions_mut().insert(LoggedError("too_many_requests"));
    let seconds = wait.as_secs().saturating_add(1);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
