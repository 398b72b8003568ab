//! Owns the order of the middleware that stands around every route, outermost first: address, request id, origin,
//! log lines, headers. All of it is one layer: a router copies what is inside of each of its layers for every request.
//! What answers in any case (`form`) stands around each audience, inside its CORS.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tracing::Instrument as _;

use super::client_ip::{self, Proxies};
use super::origin;
use super::refusal_log::RefusalLog;
use super::request_id::{self, RequestIds};
use super::request_log::{self, Line};
use super::security_headers::{self, TransportSettings};

/// What the stack needs to know.
pub struct MiddlewareSettings {
    /// What request ids are made of.
    pub request_ids: RequestIds,
    /// Which proxies are believed.
    pub proxies: Arc<Proxies>,
    /// Whether the issuer is https.
    pub transport: TransportSettings,
}

struct Stack {
    settings: MiddlewareSettings,
    refusal_log: RefusalLog,
}

/// Puts the stack around a finished router. Routes that are added later stand outside of it.
pub fn surround(router: Router, settings: MiddlewareSettings) -> Router {
    let stack = Stack {
        settings,
        refusal_log: RefusalLog::default(),
    };
    router.layer(from_fn_with_state(Arc::new(stack), pass))
}

async fn pass(State(stack): State<Arc<Stack>>, mut request: Request, next: Next) -> Response {
    let Stack {
        settings,
        refusal_log,
    } = &*stack;
    client_ip::identify(&settings.proxies, &mut request);
    let id = request_id::assign(&settings.request_ids, &mut request);
    let origin = origin::attach(&mut request);
    let route = request_log::route(&request);
    let line = Line::begin(&request, &id, &route);
    let span = line.span();
    let mut response = next.run(request).instrument(span).await;
    security_headers::complete(response.headers_mut(), settings.transport);
    line.end(&response);
    refusal_log.write(&response, &route, id.as_str());
    response.extensions_mut().insert(origin);
    request_id::show(&id, &mut response);
    response
}
