//! Owns `/api/v1/openapi.json`: the document, put together of what handlers and types say of themselves. Its server is
//! named relative to itself, so that it is true below any issuer.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use serde_json::Value;
use utoipa::openapi::Components;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problems;
use crate::api::internal::membership_epoch::long_poll;
use crate::api::internal::{hooks, memberships};
use crate::api::organization::{
    active, consents, domains, invitations, members, modules, organizations, workspaces,
};
use crate::http::respond::problem::ProblemBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "signet",
        version = "1",
        description = "For applications of signed-in people, and for services. Who is no member of an organization gets \
                       404, whatever they ask.",
    ),
    servers((url = "../v1", description = "Beside this document")),
    tags(
        (name = "anybody", description = "For whoever asks."),
        (name = "people", description = "For applications of signed-in people, with their access token."),
        (name = "services", description = "For services, with a key of their own."),
    ),
    paths(
        show,
        organizations::list, organizations::create, organizations::show, organizations::change, organizations::delete,
        active::switch,
        members::list, members::show, members::change, members::remove,
        invitations::list, invitations::create, invitations::revoke, invitations::resend,
        invitations::look, invitations::accept, invitations::reject,
        domains::list, domains::claim, domains::change, domains::release, domains::verify, domains::renew,
        workspaces::list, workspaces::create, workspaces::show, workspaces::change,
        workspaces::list_members, workspaces::put_member, workspaces::remove_member,
        modules::effective, modules::set, modules::clear,
        consents::list, consents::withdraw,
        memberships::member, memberships::of_user, long_poll::get, hooks::preview,
    ),
    components(schemas(ProblemBody<'static>)),
    modifiers(&Shared),
)]
struct Document;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::json!(Document::openapi());
    problems::require_challenge(&mut document);
    document
});
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// The document, for a page of ours.
pub(super) fn value() -> &'static Value {
    &DOCUMENT
}

/// This document
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "anybody",
    responses((status = 200, description = "The answer", body = BTreeMap<String, Value>)),
    security(()),
)]
pub async fn show() -> Response {
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// What other parts of the document refer to.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        // Of the package, not of the API.
        document.info.license = None;
        let components = document.components.get_or_insert_with(Components::new);
        for (name, response) in problems::responses() {
            components.responses.insert(name.to_owned(), response.into());
        }
        for (name, scheme) in security_schemes() {
            components.add_security_scheme(name, scheme);
        }
    }
}

fn security_schemes() -> [(&'static str, SecurityScheme); 3] {
    let bearer = |description: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        SecurityScheme::Http(scheme.description(Some(description)).build())
    };
    let token = "An access token of a person whose audience is the issuer. GET needs the scope organizations or \
                 organizations:manage, everything else organizations:manage; what stands below /consents needs the scope \
                 consents.";
    let key = ApiKeyValue::with_description("X-Service-Key", "A key that an operator made for a service.");
    let key = SecurityScheme::ApiKey(ApiKey::Header(key));
    [
        ("accessToken", bearer(token)),
        ("serviceKey", key),
        ("serviceKeyAsBearer", bearer("The same key.")),
    ]
}
