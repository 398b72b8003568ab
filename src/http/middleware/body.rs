//! Owns the reading of bodies. They are small forms, so they are read whole before the endpoint runs: a drip of bytes
//! costs a buffer and never a database connection. This stands inside the routes and their rates: a path that does not
//! exist, a method that a path does not have, and an address that asks too often have nothing read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use metrics::counter;
use tokio::time::{Instant, timeout_at};

use super::budget::{BodyBudget, Share};
use super::client_ip::ClientAddress;
use super::request_id::RequestId;
use crate::http::respond::ended::Ended;

/// Bodies for which there was no room.
pub const REFUSED: &str = "signet_http_bodies_refused_total";

/// What a body costs while it is waited for, beside its bytes: the request that waits with it.
const WAITING: usize = 16 * 1024;

/// How long a body may take before it counts as slow: a form comes right behind its head.
const PROMPT: Duration = Duration::from_millis(500);

/// The bounds of bodies.
#[derive(Debug, Clone)]
pub struct Bodies {
    /// The largest body.
    pub size: usize,
    /// How long one may take to arrive.
    pub time: Duration,
    /// The room for all of them.
    pub budget: BodyBudget,
}

impl Bodies {
    /// The largest body that is read.
    pub const LARGEST: usize = 64 * 1024;

    /// The bounds with a room of so many bytes.
    #[must_use]
    pub fn within(bytes: usize) -> Self {
        Self {
            size: Self::LARGEST,
            time: Duration::from_secs(15),
            budget: BodyBudget::new(bytes, Self::LARGEST + WAITING),
        }
    }
}

/// Reads the body within its bounds, then runs the endpoint. The room is given back with the answer.
pub async fn read(State(bodies): State<Bodies>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // What stands in a GET says nothing (RFC 9110 §9.3.1). It is let go of here, so that nothing of it is kept while
    // the endpoint waits for somebody.
    if body.is_end_stream() || parts.method == Method::GET || parts.method == Method::HEAD {
        return next.run(Request::from_parts(parts, Body::empty())).await;
    }
    let address = parts
        .extensions
        .get::<ClientAddress>()
        .copied()
        .unwrap_or_default();
    let mut share = bodies.budget.share(address.widest());
    match gather(body, &bodies, &mut share).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(ended) => {
            if ended == Ended::NoRoom {
                counter!(REFUSED).increment(1);
            }
            ended.problem(RequestId::of(&parts.extensions))
        }
    }
}

async fn gather(body: Body, bodies: &Bodies, share: &mut Share) -> Result<Bytes, Ended> {
    // Refused by its announced length before a byte of it is read.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > bodies.size) {
        return Err(Ended::TooLarge);
    }
    if !share.take(WAITING) {
        return Err(Ended::NoRoom);
    }
    let whole = pieces(body, bodies, share).await;
    share.give_back(WAITING);
    whole
}

/// Puts the pieces together in a buffer of their own: each would keep the connection's buffer that it came in.
async fn pieces(mut body: Body, bodies: &Bodies, share: &mut Share) -> Result<Bytes, Ended> {
    let mut whole = Vec::new();
    let began = Instant::now();
    let mut until = began + PROMPT.min(bodies.time);
    loop {
        let frame = match timeout_at(until, body.frame()).await {
            Ok(None) => return Ok(Bytes::from(whole)),
            Ok(Some(frame)) => frame.map_err(|_| Ended::BrokeOff)?,
            Err(_) if until >= began + bodies.time => return Err(Ended::TooSlow),
            Err(_) if share.slow_down() => {
                until = began + bodies.time;
                continue;
            }
            Err(_) => return Err(Ended::NoRoom),
        };
        let Ok(piece) = frame.into_data() else { continue };
        if piece.len() > bodies.size - whole.len() {
            return Err(Ended::TooLarge);
        }
        if !share.take(piece.len()) {
            return Err(Ended::NoRoom);
        }
        whole.extend_from_slice(&piece);
    }
}
