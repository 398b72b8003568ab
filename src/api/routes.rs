//! The paths below `/api/v1`, each with its methods. What stands here is what the sweep over foreign ids visits.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post, put};

use super::internal::memberships;
use super::organization::{active, domains, invitations, members, modules, organizations, workspaces};
use super::refusal::name_request;
use crate::http::edge::Edge;

/// Every path of the API.
pub fn routes() -> Router<Edge> {
    let organization = Router::new()
        .route(
            "/",
            get(organizations::show)
                .patch(organizations::change)
                .delete(organizations::delete),
        )
        .route("/members", get(members::list))
        .route(
            "/members/{user}",
            get(members::show).patch(members::change).delete(members::remove),
        )
        .route("/invitations", get(invitations::list).post(invitations::create))
        .route("/invitations/{invitation}", delete(invitations::revoke))
        .route("/invitations/{invitation}/resend", post(invitations::resend))
        .route("/domains", get(domains::list).post(domains::claim))
        .route(
            "/domains/{domain}",
            axum::routing::patch(domains::change).delete(domains::release),
        )
        .route("/domains/{domain}/verify", post(domains::verify))
        .route("/domains/{domain}/renew", post(domains::renew))
        .route("/workspaces", get(workspaces::list).post(workspaces::create))
        .route(
            "/workspaces/{workspace}",
            get(workspaces::show).patch(workspaces::change),
        )
        .route("/workspaces/{workspace}/members", get(workspaces::list_members))
        .route(
            "/workspaces/{workspace}/members/{user}",
            put(workspaces::put_member).delete(workspaces::remove_member),
        )
        .route("/modules/{role}", get(modules::effective))
        .route(
            "/modules/{role}/{module}",
            put(modules::set).delete(modules::clear),
        );
    Router::new()
        .route(
            "/api/v1/organizations",
            get(organizations::list).post(organizations::create),
        )
        .route("/api/v1/organizations/active", put(active::switch))
        .nest("/api/v1/organizations/{organization}", organization)
        .route("/api/v1/invitations/look", post(invitations::look))
        .route("/api/v1/invitations/accept", post(invitations::accept))
        .route("/api/v1/invitations/reject", post(invitations::reject))
        .route(
            "/api/v1/internal/org/{organization}/member/{user}",
            get(memberships::member),
        )
        .route(
            "/api/v1/internal/users/{user}/memberships",
            get(memberships::of_user),
        )
        .layer(from_fn(name_request))
}
