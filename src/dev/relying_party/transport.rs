//! Owns the way from the `openidconnect` crate to the only outgoing HTTP.

use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::base::fetch::{Fetch, FetchError};

/// [`Fetch`], as that crate calls it. A closure would do, but its future would borrow, and no handler could prove
/// that it is `Send`.
#[derive(Debug, Clone)]
pub(super) struct Transport(pub(super) Fetch);

impl AsyncHttpClient<'_> for Transport {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>>;

    fn call(&self, request: HttpRequest) -> Self::Future {
        let fetch = self.0.clone();
        Box::pin(async move { fetch.send(request).await })
    }
}
