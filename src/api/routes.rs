//! The table of the paths below `/api/v1`, one row for each method. The router is made of it, and tests hold the sweep
//! over foreign ids and the `OpenAPI` document against it: a row that either does not know fails them.

use super::internal::{hooks, membership_epoch, memberships};
use super::openapi;
use super::organization::{
    active, consents, domains, invitations, members, modules, organizations, workspaces,
};
use crate::http::route::{Route, delete, get, patch, post, put};

/// Every row.
#[must_use]
pub fn table() -> Vec<Route> {
    [
        vec![get("/api/v1/openapi.json", openapi::show)],
        of_organizations(),
        of_invitations(),
        of_domains(),
        of_workspaces(),
        of_modules(),
        of_consents(),
        of_services(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What databases elsewhere ask in a long poll. It is no row of the table, since no browser calls it: it has no CORS
/// headers.
#[must_use]
pub fn cutoffs() -> Route {
    get("/api/v1/internal/membership-epoch", membership_epoch::get)
}

fn of_organizations() -> Vec<Route> {
    vec![
        get("/api/v1/organizations", organizations::list),
        post("/api/v1/organizations", organizations::create),
        put("/api/v1/organizations/active", active::switch),
        get("/api/v1/organizations/{organization}", organizations::show),
        patch("/api/v1/organizations/{organization}", organizations::change),
        delete("/api/v1/organizations/{organization}", organizations::delete),
        get("/api/v1/organizations/{organization}/members", members::list),
        get(
            "/api/v1/organizations/{organization}/members/{user}",
            members::show,
        ),
        patch(
            "/api/v1/organizations/{organization}/members/{user}",
            members::change,
        ),
        delete(
            "/api/v1/organizations/{organization}/members/{user}",
            members::remove,
        ),
    ]
}

fn of_invitations() -> Vec<Route> {
    const ALL: &str = "/api/v1/organizations/{organization}/invitations";
    vec![
        get(ALL, invitations::list),
        post(ALL, invitations::create),
        delete(
            "/api/v1/organizations/{organization}/invitations/{invitation}",
            invitations::revoke,
        ),
        post(
            "/api/v1/organizations/{organization}/invitations/{invitation}/resend",
            invitations::resend,
        ),
        post("/api/v1/invitations/look", invitations::look),
        post("/api/v1/invitations/accept", invitations::accept),
        post("/api/v1/invitations/reject", invitations::reject),
    ]
}

fn of_domains() -> Vec<Route> {
    const ALL: &str = "/api/v1/organizations/{organization}/domains";
    const ONE: &str = "/api/v1/organizations/{organization}/domains/{domain}";
    vec![
        get(ALL, domains::list),
        post(ALL, domains::claim),
        patch(ONE, domains::change),
        delete(ONE, domains::release),
        post(
            "/api/v1/organizations/{organization}/domains/{domain}/verify",
            domains::verify,
        ),
        post(
            "/api/v1/organizations/{organization}/domains/{domain}/renew",
            domains::renew,
        ),
    ]
}

fn of_workspaces() -> Vec<Route> {
    const ALL: &str = "/api/v1/organizations/{organization}/workspaces";
    const ONE: &str = "/api/v1/organizations/{organization}/workspaces/{workspace}";
    const MEMBER: &str = "/api/v1/organizations/{organization}/workspaces/{workspace}/members/{user}";
    vec![
        get(ALL, workspaces::list),
        post(ALL, workspaces::create),
        get(ONE, workspaces::show),
        patch(ONE, workspaces::change),
        get(
            "/api/v1/organizations/{organization}/workspaces/{workspace}/members",
            workspaces::list_members,
        ),
        put(MEMBER, workspaces::put_member),
        delete(MEMBER, workspaces::remove_member),
    ]
}

fn of_modules() -> Vec<Route> {
    const ENTRY: &str = "/api/v1/organizations/{organization}/modules/{role}/{module}";
    vec![
        get(
            "/api/v1/organizations/{organization}/modules/{role}",
            modules::effective,
        ),
        put(ENTRY, modules::set),
        delete(ENTRY, modules::clear),
    ]
}

fn of_consents() -> Vec<Route> {
    vec![
        get("/api/v1/consents", consents::list),
        post("/api/v1/consents/withdraw", consents::withdraw),
    ]
}

fn of_services() -> Vec<Route> {
    vec![
        get(
            "/api/v1/internal/org/{organization}/member/{user}",
            memberships::member,
        ),
        get("/api/v1/internal/users/{user}/memberships", memberships::of_user),
        post("/api/v1/internal/hooks/preview", hooks::preview),
    ]
}
