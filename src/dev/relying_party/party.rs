//! Owns the application itself: what its routes share.

use std::sync::Arc;

use super::browsers::Browsers;
use super::error::DemoError;
use super::provider::{Discovery, Provider};
use super::respond::Frame;
use super::settings::RelyingPartySettings;
use super::transport::Transport;
use crate::base::clock::Clock;
use crate::base::entropy::Entropy;
use crate::base::fetch::Fetch;

/// The demo application.
pub(super) struct Party {
    pub(super) settings: RelyingPartySettings,
    pub(super) frame: Frame,
    pub(super) transport: Transport,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) discovery: Discovery,
    pub(super) browsers: Browsers,
}

impl Party {
    pub(super) fn new(
        settings: RelyingPartySettings,
        fetch: Fetch,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            frame: Frame::new(&settings),
            settings,
            transport: Transport(fetch),
            entropy,
            clock,
            discovery: Discovery::default(),
            browsers: Browsers::default(),
        }
    }

    pub(super) async fn provider(&self) -> Result<Arc<Provider>, DemoError> {
        self.discovery.provider(&self.settings, &self.transport).await
    }
}
