//! A person's whole way: authorization request, login page, password, code.

use std::sync::Arc;

use super::code_flow::CodeFlow;
use super::ground::{Ground, PASSWORD, SCOPE};
use super::run::Row;
use super::stock::Stock;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::{Http, encode};

pub(super) struct Login;

/// A browser without cookies that signs one of its people in at each visit.
pub(super) struct LoginVisitor {
    flow: Arc<CodeFlow>,
    people: Vec<String>,
    next: usize,
    /// Where sessions go, if somebody needs them.
    sink: Option<Stock<SignedIn>>,
}

/// What a login leaves.
pub(super) struct SignedIn {
    /// The session cookie.
    pub(super) session: String,
}

impl LoginVisitor {
    pub(super) fn new(flow: &Arc<CodeFlow>, people: Vec<String>, sink: Option<Stock<SignedIn>>) -> Self {
        Self {
            flow: Arc::clone(flow),
            people,
            next: 0,
            sink,
        }
    }
}

impl Row for Login {
    type Visitor = LoginVisitor;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<LoginVisitor>> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &ground.web_rs256, SCOPE));
        Ok(ground
            .shares(&ground.people)
            .map(|people| LoginVisitor::new(&flow, people, None))
            .collect())
    }
}

impl Visitor for LoginVisitor {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(person) = self.people.get(self.next % self.people.len().max(1)) else {
            return Ok(Visit::OutOfStock);
        };
        self.next += 1;
        let signed_in = sign_in(&self.flow, http, person).await?;
        if let Some(sink) = &self.sink {
            sink.put(signed_in);
        }
        Ok(Visit::Done)
    }
}

/// Where the browser is sent next, with a cookie that comes along.
struct LoginStep {
    path: String,
    cookie: String,
}

async fn sign_in(flow: &CodeFlow, http: &mut Http, person: &str) -> Result<SignedIn, Failure> {
    let page = step(flow, http, &flow.authorize(None), ("authorize", "signet_flow")).await?;
    let answer = http
        .send(&flow.site.get(&page.path, &[("cookie", &page.cookie)]))
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
        &[("cookie", &page.cookie), ("origin", &flow.site.origin)],
        &form,
    );
    let next = step(flow, http, &post, ("login", "signet_session")).await?;
    let cookies = format!("{}; {}", page.cookie, next.cookie);
    let answer = http
        .send(&flow.site.get(&next.path, &[("cookie", &cookies)]))
        .await?;
    match answer.location_parameter("code") {
        Some(_) => Ok(SignedIn { session: next.cookie }),
        None => Err(Failure::of(&answer, "continue")),
    }
}

async fn step(
    flow: &CodeFlow,
    http: &mut Http,
    request: &[u8],
    (name, cookie): (&'static str, &str),
) -> Result<LoginStep, Failure> {
    let answer = http.send(request).await?;
    match (answer.status, answer.header("location"), answer.cookie(cookie)) {
        (303, Some(location), Some(cookie)) => Ok(LoginStep {
            path: flow.site.relative(location).to_owned(),
            cookie: cookie.to_owned(),
        }),
        _ => Err(Failure::of(&answer, name)),
    }
}
