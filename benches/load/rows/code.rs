//! Codes: made by a live session, redeemed for tokens; alone or both in one visit.

use std::sync::Arc;

use super::code_flow::{CodeFlow, Tokens};
use super::ground::{ClientKey, Ground, SCOPE};
use super::measuring::Row;
use super::stock::Stock;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::Http;

/// The exchange alone, of codes that were made before.
pub(super) struct Exchange {
    client: ClientKey,
    stock: Stock<String>,
}

/// The authorization request of a live session, and the exchange.
pub(super) struct Authorize;

impl Exchange {
    pub(super) fn new(client: &ClientKey) -> Self {
        Self {
            client: client.clone(),
            stock: Stock::new(),
        }
    }
}

impl Row for Exchange {
    type Visitor = Redeemer;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Redeemer>> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &self.client, SCOPE));
        let redeemer = || Redeemer {
            flow: Arc::clone(&flow),
            stock: self.stock.clone(),
        };
        Ok((0..ground.connections).map(|_| redeemer()).collect())
    }

    async fn restock(&mut self, ground: &Ground, visits: usize) -> anyhow::Result<()> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &self.client, SCOPE));
        let missing = visits.saturating_sub(self.stock.len());
        let sessions = ground.sessions().await?;
        let makers: Vec<_> = ground
            .shares(sessions)
            .map(|sessions| Person::new(&flow, &sessions, Purpose::Codes(self.stock.clone())))
            .collect();
        let each = missing.div_ceil(makers.len().max(1));
        ground.make(makers, each).await?;
        Ok(())
    }
}

impl Row for Authorize {
    type Visitor = Person;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Person>> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &ground.web_rs256, SCOPE));
        let sessions = ground.sessions().await?;
        Ok(ground
            .shares(sessions)
            .map(|sessions| Person::new(&flow, &sessions, Purpose::Tokens(None)))
            .collect())
    }
}

/// Makes so many families of tokens.
pub(super) async fn families(
    ground: &Ground,
    flow: &Arc<CodeFlow>,
    number: usize,
) -> anyhow::Result<Vec<Tokens>> {
    let stock = Stock::new();
    let sessions = ground.sessions().await?;
    let people: Vec<_> = ground
        .shares(sessions)
        .map(|sessions| Person::new(flow, &sessions, Purpose::Tokens(Some(stock.clone()))))
        .collect();
    let each = number.div_ceil(people.len().max(1));
    ground.make(people, each).await?;
    Ok(stock.take_all())
}

/// A client that redeems.
pub(super) struct Redeemer {
    flow: Arc<CodeFlow>,
    stock: Stock<String>,
}

impl Visitor for Redeemer {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(code) = self.stock.take() else {
            return Ok(Visit::OutOfStock);
        };
        redeem(&self.flow, http, &code).await.map(|_| Visit::Done)
    }
}

/// A browser with sessions, and the application that it is sent back to.
pub(super) struct Person {
    flow: Arc<CodeFlow>,
    requests: Vec<Vec<u8>>,
    next: usize,
    purpose: Purpose,
}

/// What becomes of a code.
enum Purpose {
    /// It is kept.
    Codes(Stock<String>),
    /// It is redeemed, and the tokens are kept if somebody needs them.
    Tokens(Option<Stock<Tokens>>),
}

impl Person {
    fn new(flow: &Arc<CodeFlow>, sessions: &[String], purpose: Purpose) -> Self {
        let requests = sessions
            .iter()
            .map(|session| flow.authorize(Some(session)))
            .collect();
        Self {
            flow: Arc::clone(flow),
            requests,
            next: 0,
            purpose,
        }
    }
}

impl Visitor for Person {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(request) = self.requests.get(self.next % self.requests.len().max(1)) else {
            return Ok(Visit::OutOfStock);
        };
        self.next += 1;
        let answer = http.send(request).await?;
        let Some(code) = answer.location_parameter("code").map(str::to_owned) else {
            return Err(Failure::of(&answer, "authorize"));
        };
        match &self.purpose {
            Purpose::Codes(stock) => stock.put(code),
            Purpose::Tokens(sink) => {
                let tokens = redeem(&self.flow, http, &code).await?;
                if let Some(sink) = sink {
                    sink.put(tokens);
                }
            }
        }
        Ok(Visit::Done)
    }
}

async fn redeem(flow: &CodeFlow, http: &mut Http, code: &str) -> Result<Tokens, Failure> {
    let answer = http.send(&flow.exchange(code)).await?;
    match (answer.status, answer.member("access_token")) {
        (200, Some(access)) => Ok(Tokens {
            access: access.to_owned(),
            refresh: answer.member("refresh_token").map(str::to_owned),
        }),
        _ => Err(Failure::of(&answer, "exchange")),
    }
}
