//! Owns the service that calls the internal API as handlers ask for it: `ServiceCaller<MembershipRead>` is a service
//! whose key has the scope `membership:read`. Whoever has none is refused before the body is read. One statement.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::service_key;
use crate::authentication::service_key::{ServiceKey, ServiceScope};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::problem::Problem;

/// A scope as a type.
pub trait NeededScope {
    /// The scope.
    const SCOPE: ServiceScope;
}

/// `epoch:read`
pub enum EpochRead {}
/// `hooks:preview`
pub enum HooksPreview {}
/// `membership:read`
pub enum MembershipRead {}

impl NeededScope for EpochRead {
    const SCOPE: ServiceScope = ServiceScope::EpochRead;
}

impl NeededScope for HooksPreview {
    const SCOPE: ServiceScope = ServiceScope::HooksPreview;
}

impl NeededScope for MembershipRead {
    const SCOPE: ServiceScope = ServiceScope::MembershipRead;
}

/// A service whose key has the scope.
pub struct ServiceCaller<S> {
    /// Its key.
    pub key: ServiceKey,
    scope: PhantomData<S>,
}

impl<S: NeededScope> FromRequestParts<AppState> for ServiceCaller<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Ok(context) = RequestContext::from_request_parts(parts, state).await;
        let key = service_key::require(state, &parts.headers, &context, S::SCOPE).await?;
        Ok(Self {
            key,
            scope: PhantomData,
        })
    }
}
