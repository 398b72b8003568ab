//! Owns how a browser without cookies gets a session: the pages in between are each product's own.

use super::code_flow::CodeFlow;
use super::ground::PASSWORD;
use crate::drive::Failure;
use crate::http::{Http, encode};

/// Whose pages a browser meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// signet's: a page that asks for the password.
    Password,
    /// node-oidc-provider's interaction, with a page of ours that asks for a name alone.
    Interaction,
}

/// What a login leaves.
pub(super) struct SignedIn {
    /// The session cookie.
    pub(super) session: String,
}

/// Where the browser is sent next, with the cookies that come along.
struct Step {
    path: String,
    cookies: String,
}

impl SignIn {
    /// Signs somebody in, as far as the code.
    pub(super) async fn perform(
        self,
        flow: &CodeFlow,
        http: &mut Http,
        person: &str,
    ) -> Result<SignedIn, Failure> {
        match self {
            Self::Password => with_password(flow, http, person).await,
            Self::Interaction => with_interaction(flow, http, person).await,
        }
    }
}

async fn with_password(flow: &CodeFlow, http: &mut Http, person: &str) -> Result<SignedIn, Failure> {
    let page = step(flow, http, &flow.authorize(None), "authorize", &["signet_flow"]).await?;
    let answer = http
        .send(&flow.site.get(&page.path, &[("cookie", &page.cookies)]))
        .await?;
    if let Some(failure) = Failure::unless(&answer, 200, "login page") {
        return Err(failure);
    }
    let (action, request) = page.path.split_once('?').unwrap_or((&page.path, ""));
    let form = format!(
        "{request}&username={}&password={}",
        encode(person),
        encode(PASSWORD)
    );
    let post = flow.site.post(
        action,
        &[("cookie", &page.cookies), ("origin", &flow.site.origin)],
        &form,
    );
    let next = step(flow, http, &post, "login", &["signet_session"]).await?;
    let cookies = format!("{}; {}", page.cookies, next.cookies);
    let answer = http
        .send(&flow.site.get(&next.path, &[("cookie", &cookies)]))
        .await?;
    match answer.location_parameter("code") {
        Some(_) => Ok(SignedIn {
            session: next.cookies,
        }),
        None => Err(Failure::of(&answer, "continue")),
    }
}

async fn with_interaction(flow: &CodeFlow, http: &mut Http, person: &str) -> Result<SignedIn, Failure> {
    let cookies = &["_interaction", "_interaction_resume"];
    let page = step(flow, http, &flow.authorize(None), "authorize", cookies).await?;
    let form = format!("login={}", encode(person));
    let post = flow.site.post(&page.path, &[("cookie", &page.cookies)], &form);
    let next = step(flow, http, &post, "login", &[]).await?;
    let answer = http
        .send(&flow.site.get(&next.path, &[("cookie", &page.cookies)]))
        .await?;
    match (answer.location_parameter("code"), answer.cookie("_session")) {
        (Some(_), Some(session)) => Ok(SignedIn {
            session: session.to_owned(),
        }),
        _ => Err(Failure::of(&answer, "continue")),
    }
}

/// A request whose answer must send the browser on and set these cookies.
async fn step(
    flow: &CodeFlow,
    http: &mut Http,
    request: &[u8],
    name: &'static str,
    cookies: &[&str],
) -> Result<Step, Failure> {
    let answer = http.send(request).await?;
    let set: Option<Vec<&str>> = cookies.iter().map(|cookie| answer.cookie(cookie)).collect();
    match (answer.status, answer.header("location"), set) {
        (303, Some(location), Some(set)) => Ok(Step {
            path: flow.site.relative(location).to_owned(),
            cookies: set.join("; "),
        }),
        _ => Err(Failure::of(&answer, name)),
    }
}
