//! Owns the reading of a JSON body: the one content type, no unknown member, a problem that names what is wrong.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::http::app_state::AppState;
use crate::http::middleware::request_id::RequestId;
use crate::http::respond::problem::Problem;

/// The largest body: the middleware refused anything larger already.
const SIZE_LIMIT: usize = 64 * 1024;

/// A NUL as JSON writes it; the bare byte is no JSON.
const NUL: &[u8] = b"\\u0000";

/// What a request's body says.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Response> {
        let id = RequestId::of(request.extensions()).to_owned();
        let refuse = |status, code, detail: String| Problem::new(status, code, detail, &id).into_response();
        if !is_json(request.headers()) {
            return Err(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "The body must be sent as application/json.".to_owned(),
            ));
        }
        let bytes = to_bytes(request.into_body(), SIZE_LIMIT).await.map_err(|_| {
            refuse(
                StatusCode::BAD_REQUEST,
                "unreadable",
                "The body could not be read.".to_owned(),
            )
        })?;
        // PostgreSQL's text holds no NUL, however it is written.
        if bytes.windows(NUL.len()).any(|window| window == NUL) {
            return Err(refuse(
                StatusCode::BAD_REQUEST,
                "malformed",
                "The body holds a NUL character.".to_owned(),
            ));
        }
        // serde's message names the member and the place, never its value's neighbours.
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, "malformed", error.to_string()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    })
}
