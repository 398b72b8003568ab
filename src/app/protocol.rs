//! Owns what answers to clients: who is registered, how they prove who they are, and what mints their tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;

use super::configured::hook_transports;
use super::error::AppError;
use super::platform::Platform;
use super::root::App;
use super::start;
use crate::authorization::code::Codes;
use crate::base::fetch::Fetch;
use crate::base::origin::Origin;
use crate::claims::TokenIssuer;
use crate::client::auth::replay::UsedAssertions;
use crate::client::auth::{Authenticator, PublishedKeys};
use crate::client::icon::ServedIcons;
use crate::client::{Registry, Resources};
use crate::config::SignetConfig;
use crate::grant::GrantServices;
use crate::grant::groups::GrantGroups;
use crate::hook::Hooks;
use crate::protocol::issuer::Issuer;
use crate::signing::rotation::Sightings;
use crate::token::liveness::Liveness;

/// Clients, resources, and what tokens are made with.
pub(super) struct Protocol {
    pub(super) token_issuer: TokenIssuer,
    jwks_caching: HeaderValue,
    sightings: Sightings,
    clients: Registry,
    authenticator: Authenticator,
    resources: Resources,
    served_icons: ServedIcons,
    groups: GrantGroups,
    codes: Codes,
    liveness: Liveness,
    unserved_resource: AtomicBool,
}

impl Protocol {
    /// Loads hooks and keys; makes the keys that are missing.
    pub(super) async fn load(
        issuer: Issuer,
        config: &SignetConfig,
        platform: &Platform,
    ) -> Result<Self, AppError> {
        let Platform {
            pool,
            keyring,
            freshness,
            sharing,
            ..
        } = platform;
        let mut connection = pool.acquire().await?;
        let hooks = Hooks::load(pool.clone(), hook_transports(config)?, &mut connection, keyring).await?;
        connection.keep();
        hooks.check().await?;
        let context = platform.context(Origin::internal("start"));
        let (keys, policy) = start::provide_keys(platform, config, context).await?;
        let mut connection = pool.acquire().await?;
        let unserved_resource = start::unserved_resource(&mut connection, &config.signing, &keys).await?;
        connection.keep();
        let authenticator = Authenticator {
            issuer: issuer.as_str().to_owned(),
            token_endpoint: issuer.url("/oauth2/token"),
            published: PublishedKeys::new(Fetch::new(config.clients.reach())),
            used: UsedAssertions::new(pool.clone()),
        };
        let token_issuer = TokenIssuer {
            issuer: Arc::new(issuer),
            keys,
            settings: Arc::new(config.tokens.clone()),
            hooks,
        };
        Ok(Self {
            groups: GrantGroups::new(sharing, token_issuer.clone(), Arc::clone(freshness)),
            codes: Codes::new(sharing, token_issuer.settings.code()),
            liveness: Liveness::new(sharing),
            token_issuer,
            // Digits and words: it is always a header's value.
            jwks_caching: HeaderValue::try_from(policy.cache_control())
                .unwrap_or(HeaderValue::from_static("no-cache")),
            sightings: Sightings::new(config.keys.verifiers.clone()),
            clients: Registry::new(pool.clone(), Arc::clone(freshness)),
            authenticator,
            resources: Resources::new(pool.clone(), Arc::clone(freshness)),
            served_icons: ServedIcons::default(),
            unserved_resource: AtomicBool::new(unserved_resource),
        })
    }
}

impl App {
    /// What minting needs.
    #[must_use]
    pub fn token_issuer(&self) -> &TokenIssuer {
        &self.0.protocol.token_issuer
    }

    /// How verifiers may keep the key set.
    #[must_use]
    pub fn jwks_caching(&self) -> &HeaderValue {
        &self.0.protocol.jwks_caching
    }

    /// Who fetches the key set.
    #[must_use]
    pub fn sightings(&self) -> &Sightings {
        &self.0.protocol.sightings
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.0.protocol.token_issuer.issuer
    }

    /// Registered clients.
    #[must_use]
    pub fn clients(&self) -> &Registry {
        &self.0.protocol.clients
    }

    /// How clients prove who they are.
    #[must_use]
    pub fn authenticator(&self) -> &Authenticator {
        &self.0.protocol.authenticator
    }

    /// Clients' icons that were served lately.
    #[must_use]
    pub fn served_icons(&self) -> &ServedIcons {
        &self.0.protocol.served_icons
    }

    /// Registered resources.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.0.protocol.resources
    }

    /// Where codes are issued.
    #[must_use]
    pub fn codes(&self) -> &Codes {
        &self.0.protocol.codes
    }

    /// Where tokens are asked about.
    #[must_use]
    pub fn liveness(&self) -> &Liveness {
        &self.0.protocol.liveness
    }

    /// How many requests wait for a statement that several share.
    #[must_use]
    pub fn waiting_requests(&self) -> usize {
        let protocol = &self.0.protocol;
        protocol.groups.waiting()
            + protocol.codes.waiting()
            + protocol.liveness.waiting()
            + self.sessions().waiting()
    }

    /// What token requests are carried out with.
    #[must_use]
    pub fn grant_services(&self) -> GrantServices<'_> {
        GrantServices {
            pool: &self.0.platform.pool,
            clock: &**self.clock(),
            token_issuer: self.token_issuer(),
            freshness: self.freshness(),
            groups: &self.0.protocol.groups,
            unserved_resource: &self.0.protocol.unserved_resource,
        }
    }

    /// Looks again whether a resource wants an algorithm that nothing is signed with.
    pub(super) async fn look_for_unserved(&self) -> Result<(), AppError> {
        let (settings, keys) = (&self.config().signing, &self.token_issuer().keys);
        let unserved_resource = &self.0.protocol.unserved_resource;
        let any = !settings.left_out().is_empty() || !keys.current().awaited().is_empty();
        if any || unserved_resource.load(Ordering::Relaxed) {
            let mut connection = self.0.platform.pool.acquire_repeatable().await?;
            let unserved = start::unserved_resource(&mut connection, settings, keys).await?;
            connection.keep();
            unserved_resource.store(unserved, Ordering::Relaxed);
        }
        Ok(())
    }
}
