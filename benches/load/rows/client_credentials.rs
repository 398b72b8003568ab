//! The client's own grant (RFC 6749 §4.4).

use std::sync::Arc;

use super::code_flow::CodeFlow;
use super::ground::{ClientKey, Ground};
use super::measuring::Row;
use crate::drive::{Failure, Visit, Visitor};
use crate::http::Http;

pub(super) struct ClientCredentials {
    pub(super) client: ClientKey,
}

pub(super) struct Service {
    request: Arc<[u8]>,
}

impl Row for ClientCredentials {
    type Visitor = Service;

    async fn visitors(&mut self, ground: &Ground) -> anyhow::Result<Vec<Service>> {
        let request: Arc<[u8]> = CodeFlow::new(&ground.site, &self.client, "")
            .client_credentials()
            .into();
        Ok((0..ground.connections)
            .map(|_| Service {
                request: Arc::clone(&request),
            })
            .collect())
    }
}

impl Visitor for Service {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let answer = http.send(&self.request).await?;
        Failure::unless(&answer, 200, "client_credentials").map_or(Ok(Visit::Done), Err)
    }
}
