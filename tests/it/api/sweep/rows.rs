//! What the sweep knows of each row of the API's table: a body that would do, and who is refused. A row that is not
//! known here fails it.

use reqwest::Method;
use serde_json::{Value, json};
use signet::api::routes::table;
use signet::http::route::Route;

use crate::api::caller::Caller;
use crate::app::Reply;

/// Who may use a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Everybody: it says the same to all.
    Everybody,
    /// Everybody who is signed in; it names no organization in its path.
    People,
    /// Everybody who has joined the organization.
    Members,
    /// Who manages: a viewer of the organization and of the workspace may not.
    Managers,
    /// Services with a key.
    Services,
}

/// A row with what the sweep needs to visit it.
pub struct Row {
    pub method: Method,
    pub path: &'static str,
    pub whose: For,
    pub body: Value,
}

/// What stands for the variables of a path.
#[derive(Debug, Clone)]
pub struct Ids {
    pub organization: String,
    pub user: String,
    pub invitation: String,
    pub domain: String,
    pub workspace: String,
}

/// Every row of the API.
pub fn rows() -> Vec<Row> {
    table().iter().map(known).collect()
}

/// The rows that name an organization and are for people.
pub fn of_organizations() -> impl Iterator<Item = Row> {
    rows()
        .into_iter()
        .filter(|row| matches!(row.whose, For::Members | For::Managers))
}

fn known(route: &Route) -> Row {
    let short = route
        .path
        .strip_prefix("/api/v1")
        .expect("below /api/v1")
        .replacen("/organizations/{organization}", "…", 1);
    let none = json!(null);
    let (whose, body) = match (route.method.as_str(), short.as_str()) {
        ("GET", "/openapi.json") => (For::Everybody, none),
        ("GET", "/organizations")
        | ("PUT", "/organizations/active")
        | ("POST", "/invitations/look" | "/invitations/accept" | "/invitations/reject") => {
            (For::People, none)
        }
        ("GET", "/consents") => (For::People, none),
        ("POST", "/consents/withdraw") => (For::People, json!({ "client_id": "console" })),
        ("POST", "/organizations") => (For::People, json!({ "name": "Acme" })),
        ("GET", path) if path.starts_with("/internal/") => (For::Services, none),
        ("POST", "/internal/hooks/preview") => (For::Services, json!({ "user": "bob", "client": "console" })),
        ("GET", "…/invitations" | "…/domains") => (For::Managers, none),
        ("GET", path) if path.starts_with('…') => (For::Members, none),
        ("DELETE", path) if path.starts_with('…') => (For::Managers, none),
        ("PATCH", "…") => (For::Managers, json!({ "name": "Taken" })),
        ("PATCH", "…/members/{user}") | ("PUT", "…/workspaces/{workspace}/members/{user}") => {
            (For::Managers, json!({ "role": "viewer" }))
        }
        ("POST", "…/invitations") => (For::Managers, json!({ "email": "new@example.test" })),
        ("POST", "…/domains") => (For::Managers, json!({ "domain": "new.example.com" })),
        ("PATCH", "…/domains/{domain}") => (For::Managers, json!({ "auto_join_role": "viewer" })),
        (
            "POST",
            "…/invitations/{invitation}/resend" | "…/domains/{domain}/verify" | "…/domains/{domain}/renew",
        ) => (For::Managers, json!({})),
        ("POST", "…/workspaces") => (For::Managers, json!({ "name": "New" })),
        ("PATCH", "…/workspaces/{workspace}") => {
            (For::Managers, json!({ "name": "Taken", "archived": true }))
        }
        ("PUT", "…/modules/{role}/{module}") => (For::Managers, json!({ "access": "none" })),
        (method, path) => panic!("the sweep does not know {method} {path}: say here whose it is"),
    };
    Row {
        method: route.method.clone(),
        path: route.path,
        whose,
        body,
    }
}

impl Row {
    /// Its path below `/api/v1` with these ids.
    pub fn filled(&self, ids: &Ids) -> String {
        let path = self.path.strip_prefix("/api/v1").expect("below /api/v1");
        let filled = path
            .replace("{organization}", &ids.organization)
            .replace("{user}", &ids.user)
            .replace("{invitation}", &ids.invitation)
            .replace("{domain}", &ids.domain)
            .replace("{workspace}", &ids.workspace)
            .replace("{role}", "member")
            .replace("{module}", "crm");
        assert!(!filled.contains('{'), "the sweep has no id for {filled}");
        filled
    }

    /// Whether its path has a variable.
    pub fn has(&self, variable: &str) -> bool {
        self.path.contains(&format!("{{{variable}}}"))
    }

    /// Asserts that a caller is answered so.
    pub async fn assert_answered(&self, caller: &Caller, ids: &Ids, status: u16, who: &str) -> Reply {
        let path = self.filled(ids);
        let reply = caller
            .call(self.method.clone(), &path, Some(self.body.clone()))
            .await;
        assert_eq!(
            reply.status, status,
            "{who}: {} {path}: {}",
            self.method, reply.body
        );
        reply
    }
}
