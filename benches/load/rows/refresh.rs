//! Rotation: each connection has families of its own and goes round among them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::code;
use super::code_flow::CodeFlow;
use super::ground::{Ground, SCOPE};
use super::measuring::Row;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::Http;

/// So many that no row is hot.
const FAMILIES: usize = 2048;

/// With or without an ID token: that is a matter of the scope.
pub(super) struct Refresh {
    pub(super) scope: &'static str,
}

/// Somebody with families of their own.
pub(crate) struct Rotator {
    flow: Arc<CodeFlow>,
    tokens: VecDeque<String>,
}

impl Row for Refresh {
    type Visitor = Rotator;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Rotator>> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &ground.web_rs256, self.scope));
        let tokens = match &ground.families {
            Some(filled) => filled.take(self.scope == SCOPE)?,
            None => made(ground, &flow).await?,
        };
        Ok(ground
            .shares(&tokens)
            .map(|share| Rotator {
                flow: Arc::clone(&flow),
                tokens: share.into(),
            })
            .collect())
    }
}

/// One for each connection, with an ID token.
pub(crate) async fn rotators(ground: &Ground) -> anyhow::Result<Vec<Rotator>> {
    Refresh { scope: SCOPE }.visitors(ground).await
}

/// Families that the server makes, one after the other.
async fn made(ground: &Ground, flow: &Arc<CodeFlow>) -> anyhow::Result<Vec<String>> {
    let families = code::families(ground, flow, FAMILIES).await?;
    let tokens: Vec<_> = families.into_iter().filter_map(|tokens| tokens.refresh).collect();
    anyhow::ensure!(tokens.len() >= FAMILIES, "the exchange gave no refresh tokens");
    Ok(tokens)
}

impl Visitor for Rotator {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(token) = self.tokens.pop_front() else {
            return Ok(Visit::OutOfStock);
        };
        let answer = http.send(&self.flow.refresh(&token)).await?;
        match (answer.status, answer.member("refresh_token")) {
            (200, Some(successor)) if successor != token => {
                self.tokens.push_back(successor.to_owned());
                Ok(Visit::Done)
            }
            _ => Err(Failure::of(&answer, "refresh")),
        }
    }
}
