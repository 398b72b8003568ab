//! Owns how a page's handler ends without its page: what went wrong as a value, which `?` makes of any failure of
//! ours. [`write()`] writes it down with the frame of every page and the id of its request.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;

use super::authorization::{cross_site, gone};
use super::failure::Failure;
use crate::http::app_state::AppState;
use crate::http::middleware::request_id::RequestId;

/// Why a browser is not shown the page that it asked for.
#[derive(Debug)]
pub enum PageError {
    /// An error page that is not written yet.
    Page(ErrorKind),
    /// The answer that is given instead, such as the way on from a request that is over.
    Answer(Box<Response>),
}

/// Which error page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A failure of ours.
    Failure(Failure),
    /// An interaction is over, or was never this browser's.
    Gone,
    /// A form came from elsewhere.
    CrossSite,
}

impl PageError {
    /// An interaction is over, or was never this browser's.
    pub const GONE: Self = Self::Page(ErrorKind::Gone);
    /// A form came from elsewhere.
    pub const CROSS_SITE: Self = Self::Page(ErrorKind::CrossSite);

    /// Another answer instead of the page.
    #[must_use]
    pub fn answer(response: Response) -> Self {
        Self::Answer(Box::new(response))
    }
}

/// A failure of ours.
impl<E> From<E> for PageError
where
    Failure: From<E>,
{
    fn from(error: E) -> Self {
        Self::Page(ErrorKind::Failure(error.into()))
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(response) => *response,
            Self::Page(kind) => {
                let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
                response.extensions_mut().insert(kind);
                response
            }
        }
    }
}

/// Writes the error page that a handler asked for.
pub async fn write(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let request_id = RequestId::of(request.extensions()).to_owned();
    let layout = state.frames.of(request.headers());
    let mut response = next.run(request).await;
    let Some(kind) = response.extensions_mut().remove::<ErrorKind>() else {
        return response;
    };
    let mut written = match kind {
        ErrorKind::Failure(failure) => failure.page(&layout, &request_id),
        ErrorKind::Gone => gone(&state, &layout, &request_id),
        ErrorKind::CrossSite => cross_site(&layout, &request_id),
    };
    // What the handler added stays: a cookie that binds the browser to a request, what the log is told.
    let (parts, _) = response.into_parts();
    for cookie in parts.headers.get_all(SET_COOKIE) {
        written.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    written.extensions_mut().extend(parts.extensions);
    written
}
