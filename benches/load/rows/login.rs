//! A person's whole way: authorization request, login page, code.

use std::sync::Arc;

use super::code_flow::CodeFlow;
use super::ground::{Ground, SCOPE};
use super::measuring::Row;
use super::sign_in::{SignIn, SignedIn};
use super::stock::Stock;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::Http;

pub(super) struct Login;

/// A browser without cookies that signs one of its people in at each visit.
pub(super) struct LoginVisitor {
    sign_in: SignIn,
    flow: Arc<CodeFlow>,
    people: Vec<String>,
    next: usize,
    /// Where sessions go, if somebody needs them.
    sink: Option<Stock<SignedIn>>,
}

impl LoginVisitor {
    pub(super) fn new(
        sign_in: SignIn,
        flow: &Arc<CodeFlow>,
        people: Vec<String>,
        sink: Option<Stock<SignedIn>>,
    ) -> Self {
        Self {
            sign_in,
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
            .map(|people| LoginVisitor::new(ground.sign_in, &flow, people, None))
            .collect())
    }
}

impl Visitor for LoginVisitor {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(person) = self.people.get(self.next % self.people.len().max(1)) else {
            return Ok(Visit::OutOfStock);
        };
        self.next += 1;
        let signed_in = self.sign_in.perform(&self.flow, http, person).await?;
        if let Some(sink) = &self.sink {
            sink.put(signed_in);
        }
        Ok(Visit::Done)
    }
}
