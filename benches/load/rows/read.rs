//! What only reads: introspection, userinfo, documents. Every request is rendered beforehand.

use std::sync::Arc;

use super::code;
use super::code_flow::{CodeFlow, Tokens};
use super::ground::{Ground, SCOPE};
use super::measuring::Row;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::Http;

/// So many that rows of the database differ. The server computes the signature of each only once.
const TOKENS: usize = 512;

/// What is read.
pub(super) enum Read {
    Introspection,
    Userinfo,
    Document(&'static str),
}

pub(super) struct Reader {
    requests: Vec<Vec<u8>>,
    next: usize,
    /// What the body must hold.
    proof: &'static str,
}

impl Row for Read {
    type Visitor = Reader;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Reader>> {
        let flow = Arc::new(CodeFlow::new(&ground.site, &ground.reader, SCOPE));
        let site = &ground.site;
        let with_tokens = async |request: &dyn Fn(&Tokens) -> Vec<u8>| {
            let families = code::families(ground, &flow, TOKENS).await?;
            Ok::<_, anyhow::Error>(families.iter().map(request).collect::<Vec<_>>())
        };
        let (requests, proof) = match self {
            Self::Introspection => (
                with_tokens(&|tokens| flow.introspect(&tokens.access)).await?,
                "\"active\":true",
            ),
            Self::Userinfo => {
                let bearer = |tokens: &Tokens| format!("Bearer {}", tokens.access);
                let request =
                    |tokens: &Tokens| site.get("/oauth2/userinfo", &[("authorization", &bearer(tokens))]);
                (with_tokens(&request).await?, "\"sub\":\"")
            }
            Self::Document(path) => (vec![site.get(path, &[])], "{"),
        };
        Ok(ground
            .shares(&requests)
            .map(|requests| Reader {
                requests,
                next: 0,
                proof,
            })
            .collect())
    }
}

impl Visitor for Reader {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(request) = self.requests.get(self.next % self.requests.len().max(1)) else {
            return Ok(Visit::OutOfStock);
        };
        self.next += 1;
        let answer = http.send(request).await?;
        if answer.status == 200 && answer.body.contains(self.proof) {
            Ok(Visit::Done)
        } else {
            Err(Failure::of(&answer, "reading"))
        }
    }
}
