//! Owns `/api/v1/openapi.json`: the document, put together of its parts. Its server is named relative to itself, so that
//! it is true below any issuer.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;

const HEAD: &str = include_str!("head.json");
const PATHS: [&str; 4] = [
    include_str!("organizations.json"),
    include_str!("consents.json"),
    include_str!("spaces.json"),
    include_str!("services.json"),
];
const COMPONENTS: &str = include_str!("components.json");

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let paths = PATHS.map(members).join(",");
    let head = members(HEAD);
    format!("{{{head},\n\"paths\": {{{paths}}},\n\"components\": {COMPONENTS}}}\n")
});

/// The document, for everybody.
pub async fn show() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// What stands between an object's braces.
fn members(object: &str) -> &str {
    let object = object.trim();
    object
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(object)
        .trim_end()
}
