//! Owns the rate per address, in this process's memory: a cheap first bound per group of endpoints. Attempts per
//! account, across replicas, are `authentication::throttle`'s.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::client_ip::ClientAddress;
use super::counters::Counters;
use super::request_id::RequestId;
use crate::http::respond::ended::Ended;

/// How many times the rate of one /64 its /48 has: a customer may hold all of it, and so may somebody hostile.
const NETWORKS_OF_A_SITE: u32 = 16;

/// How often one address may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests in a minute; 0 is no limit.
    pub per_minute: u32,
    /// Requests at once; 0 stands for `per_minute`.
    pub burst: u32,
}

/// The limit of one group of endpoints.
#[derive(Clone)]
pub struct RateLimit(Arc<Group>);

struct Group {
    name: &'static str,
    counted: Option<Counted>,
}

/// The counters of addresses (one /64 of IPv6), and of the /48 around each of IPv6.
struct Counted {
    networks: Counters,
    sites: Counters,
}

impl RateLimit {
    /// A limit with counters of its own.
    #[must_use]
    pub fn new(name: &'static str, rate: Rate) -> Self {
        let counted = NonZeroU32::new(rate.per_minute).map(|per_minute| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(per_minute);
            let of_site = |of_network: NonZeroU32| {
                of_network.saturating_mul(NonZeroU32::new(NETWORKS_OF_A_SITE).unwrap_or(NonZeroU32::MIN))
            };
            Counted {
                networks: Counters::new(per_minute, burst),
                sites: Counters::new(of_site(per_minute), of_site(burst)),
            }
        });
        Self(Arc::new(Group { name, counted }))
    }

    /// How long this address has to wait; `None` if it may go on.
    #[must_use]
    pub fn check(&self, address: ClientAddress) -> Option<Duration> {
        let counted = self.0.counted.as_ref()?;
        // The narrow one first: what one network is refused takes nothing from its neighbours in the site.
        let of_network = counted.networks.count(address.key());
        of_network.or_else(|| address.site().and_then(|site| counted.sites.count(site)))
    }
}

/// Refuses what exceeds the limit.
pub async fn enforce(State(limit): State<RateLimit>, request: Request, next: Next) -> Response {
    let address = request
        .extensions()
        .get::<ClientAddress>()
        .copied()
        .unwrap_or_default();
    let Some(wait) = limit.check(address) else {
        return next.run(request).await;
    };
    metrics::counter!("signet_http_rate_limited_total", "group" => limit.0.name).increment(1);
    let seconds = wait.as_secs().saturating_add(1);
    Ended::TooMany { seconds }.problem(RequestId::of(request.extensions()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_one() -> RateLimit {
        RateLimit::new(
            "test",
            Rate {
                per_minute: 1,
                burst: 0,
            },
        )
    }

    fn may(limit: &RateLimit, address: &str) -> bool {
        limit
            .check(ClientAddress(Some(address.parse().unwrap())))
            .is_none()
    }

    #[test]
    fn a_site_of_ipv6_has_sixteen_networks_worth() {
        let limit = of_one();
        let networks = (0..40).filter(|network| may(&limit, &format!("2001:db8:0:{network:x}::1")));
        assert_eq!(networks.count(), 16);
        assert!(may(&limit, "2001:db8:1::1"), "another site");
    }

    #[test]
    fn addresses_of_ipv4_have_no_site() {
        let limit = of_one();
        assert!((0..40).all(|host| may(&limit, &format!("192.0.2.{host}"))));
        assert!(!may(&limit, "192.0.2.1"));
    }

    #[test]
    fn no_rate_is_no_limit() {
        let limit = RateLimit::new(
            "test",
            Rate {
                per_minute: 0,
                burst: 0,
            },
        );
        assert!((0..100).all(|_| may(&limit, "192.0.2.1")));
    }
}
