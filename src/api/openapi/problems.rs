//! Owns how refusals are described: problems (RFC 9457), with a challenge where a token is missing or not enough.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

use crate::http::respond::problem::{MEDIA_TYPE, ProblemBody};

/// Every shared response under its name.
pub(super) fn responses() -> [(&'static str, Response); 4] {
    [
        (PROBLEM, problem("A problem (RFC 9457)").build()),
        (
            UNAUTHORIZED,
            challenge(
                "No access token that is good here; the challenge names the error (RFC 6750, section 3)",
            ),
        ),
        (
            SERVICE_UNAUTHORIZED,
            challenge("No service key, or none that is good here; the challenge names the scheme"),
        ),
        (
            FORBIDDEN,
            challenge(
                "The token's scope (insufficient_scope, with a challenge) or the person's role is not enough",
            ),
        ),
    ]
}

const PROBLEM: &str = "Problem";
const UNAUTHORIZED: &str = "Unauthorized";
const SERVICE_UNAUTHORIZED: &str = "ServiceUnauthorized";
const FORBIDDEN: &str = "Forbidden";
const CHALLENGE: &str = "WWW-Authenticate";

fn problem(description: &str) -> ResponseBuilder {
    let body = Ref::from_schema_name(ProblemBody::name());
    ResponseBuilder::new()
        .description(description)
        .content(MEDIA_TYPE, Content::new(Some(body)))
}

fn challenge(description: &str) -> Response {
    let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
    problem(description).header(CHALLENGE, header.build()).build()
}

/// A 401 never comes without its challenge. utoipa's header has no such member.
pub(super) fn require_challenge(document: &mut Value) {
    for name in [UNAUTHORIZED, SERVICE_UNAUTHORIZED] {
        let header = format!("/components/responses/{name}/headers/{CHALLENGE}");
        if let Some(Value::Object(header)) = document.pointer_mut(&header) {
            header.insert("required".to_owned(), true.into());
        }
    }
}

/// What a person's application is refused with.
pub struct PersonProblems;

impl IntoResponses for PersonProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        named([("401", UNAUTHORIZED), ("403", FORBIDDEN), ("default", PROBLEM)])
    }
}

/// What a service is refused with.
pub struct ServiceProblems;

impl IntoResponses for ServiceProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        named([("401", SERVICE_UNAUTHORIZED), ("default", PROBLEM)])
    }
}

fn named<const N: usize>(answers: [(&str, &str); N]) -> BTreeMap<String, RefOr<Response>> {
    let reference =
        |(status, name): (&str, &str)| (status.to_owned(), RefOr::Ref(Ref::from_response_name(name)));
    answers.into_iter().map(reference).collect()
}
