//! The client's own grant with an assertion (RFC 7523 §2.2). Assertions are signed beforehand: a client's own work is no
//! part of the server's.

use std::time::SystemTime;

use anyhow::Context as _;
use serde_json::json;

use super::ground::{Ground, SigningClient};
use super::measuring::Row;
use super::stock::Stock;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::{Http, Site, encode};

/// Shorter than the server permits, longer than a run takes.
const LIFETIME: u64 = 240;

pub(super) struct PrivateKeyJwt {
    requests: Stock<Vec<u8>>,
    made: u64,
}

pub(super) struct Worker {
    requests: Stock<Vec<u8>>,
}

impl PrivateKeyJwt {
    pub(super) fn new() -> Self {
        Self {
            requests: Stock::new(),
            made: 0,
        }
    }

    fn request(&mut self, site: &Site, client: &SigningClient, now: u64) -> anyhow::Result<Vec<u8>> {
        self.made += 1;
        let claims = json!({
            "iss": client.id,
            "sub": client.id,
            "aud": client.issuer,
            "jti": format!("{now}-{}", self.made),
            "exp": now + LIFETIME,
        });
        let assertion = client.key.sign("client-authentication+jwt", &claims)?;
        let assertion_type = encode(signet::protocol::client_authentication::JWT_BEARER);
        let form = format!(
            "grant_type=client_credentials&client_assertion_type={assertion_type}&client_assertion={assertion}"
        );
        Ok(site.post("/oauth2/token", &[], &form))
    }
}

impl Row for PrivateKeyJwt {
    type Visitor = Worker;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Worker>> {
        let worker = || Worker {
            requests: self.requests.clone(),
        };
        Ok((0..ground.connections).map(|_| worker()).collect())
    }

    async fn restock(&mut self, ground: &Ground, visits: usize) -> anyhow::Result<()> {
        // What is left of the last run may expire in the next.
        drop(self.requests.take_all());
        let now = seconds()?;
        let client = ground
            .service_signing
            .as_ref()
            .context("there is no client that signs assertions")?;
        for _ in 0..visits {
            let request = self.request(&ground.site, client, now)?;
            self.requests.put(request);
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an assertion tells the server's time, which is this machine's"
)]
fn seconds() -> anyhow::Result<u64> {
    Ok(SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs())
}

impl Visitor for Worker {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let Some(request) = self.requests.take() else {
            return Ok(Visit::OutOfStock);
        };
        let answer = http.send(&request).await?;
        Failure::unless(&answer, 200, "private_key_jwt").map_or(Ok(Visit::Done), Err)
    }
}
