//! Owns the request id: made here for each request, shown in the reply, the log line and error pages. What a client
//! sends under the same name is never read.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::base::clock::Clock;
use crate::base::entropy::Entropy;
use crate::base::id;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What request ids are made of.
#[derive(Clone)]
pub struct RequestIds {
    /// Gives the time in them.
    pub clock: Arc<dyn Clock>,
    /// Gives the chance in them.
    pub entropy: Arc<dyn Entropy>,
}

/// The id of one request, among its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a request; empty where the middleware does not stand.
    #[must_use]
    pub fn of(extensions: &http::Extensions) -> &str {
        extensions.get::<Self>().map_or("", Self::as_str)
    }
}

/// Gives the request its id.
pub(super) fn assign(ids: &RequestIds, request: &mut Request) -> RequestId {
    let text = id::new_v7(ids.clock.now(), &*ids.entropy);
    let id = RequestId(text.as_str().into());
    request.extensions_mut().insert(id.clone());
    id
}

/// Gives the reply its header.
pub(super) fn show(id: &RequestId, response: &mut Response) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
}
