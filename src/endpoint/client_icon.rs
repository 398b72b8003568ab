//! The icon of a client (`logo_uri` of RFC 7591 §2) as it was fetched once. One statement, which brings no
//! picture that was served lately; the address names the bytes, so that a browser asks once a year. Whatever the picture turns out to be, nothing of it runs.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, StatusCode};

use crate::client::icon::{ServedIcon, kept};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::page_error::PageError;
use crate::web::client_icon;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers with the picture of a name.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let Some(digest) = client_icon::digest(&name) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let mut work = state.app.repeatable(context).await?;
    let found = kept::serve(&mut work, &digest, state.app.served_icons()).await?;
    work.commit().await?;
    let missing = || StatusCode::NOT_FOUND.into_response();
    Ok(found.as_deref().map_or_else(missing, picture))
}

fn picture(icon: &ServedIcon) -> Response {
    let headers = [
        (CONTENT_TYPE, icon.kind.media_type()),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
        (RESOURCE_POLICY, "same-origin"),
    ];
    (headers, icon.bytes.clone()).into_response()
}
