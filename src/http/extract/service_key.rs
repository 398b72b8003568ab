//! Owns who asks the internal API: a service, by its key in `X-Service-Key` or as a bearer token. One statement.

use http::{HeaderMap, HeaderName, StatusCode};

use super::bearer::{self, BearerError};
use crate::authentication::service_key::{ServiceKey, ServiceScope, service};
use crate::base::handle::{Handle, Kind};
use crate::base::secret::Secret;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::Problem;

/// The header of clients that keep Authorization for something else.
pub const HEADER: HeaderName = HeaderName::from_static("x-service-key");

/// Why a service is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKeyError {
    /// No key is presented.
    Missing,
    /// More than one is.
    Several,
    /// It is none of ours, or it has ended.
    Invalid,
    /// It is not for this.
    InsufficientScope,
    /// A failure of ours.
    Failure(Failure),
}

impl From<BearerError> for ServiceKeyError {
    fn from(error: BearerError) -> Self {
        match error {
            BearerError::Missing => Self::Missing,
            BearerError::Several => Self::Several,
            BearerError::Malformed => Self::Invalid,
        }
    }
}

impl From<DatabaseError> for ServiceKeyError {
    fn from(error: DatabaseError) -> Self {
        Self::Failure(error.into())
    }
}

impl ServiceKeyError {
    /// As the service is told.
    #[must_use]
    pub fn problem(self, request_id: &str) -> Problem {
        let (code, detail) = match self {
            Self::Missing => (
                "service_key_missing",
                "Present a service key in X-Service-Key or as a bearer token.",
            ),
            Self::Several => (
                "service_key_repeated",
                "The service key is presented in more than one way.",
            ),
            Self::Invalid => (
                "service_key_invalid",
                "The service key is unknown, or it has ended.",
            ),
            Self::InsufficientScope => {
                let detail = "This service key may not do that.";
                return Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", detail, request_id);
            }
            Self::Failure(failure) => return failure.problem(request_id),
        };
        Problem::new(StatusCode::UNAUTHORIZED, code, detail, request_id).challenge()
    }
}

/// The service that asks, if its key is live and holds the scope; the answer to refuse it with otherwise.
pub(super) async fn require(
    state: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
    scope: ServiceScope,
) -> Result<ServiceKey, Problem> {
    authenticate(state, headers, context, scope)
        .await
        .map_err(|error| error.problem(&context.origin.request_id))
}

async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
    scope: ServiceScope,
) -> Result<ServiceKey, ServiceKeyError> {
    let presented = read(headers)?;
    // A false checksum touches no row.
    let handle = Handle::parse(Kind::ServiceKey, presented.expose()).ok_or(ServiceKeyError::Invalid)?;
    let mut work = state.app.repeatable(context.clone()).await?;
    let key = service::authenticate(&mut work, &handle).await?;
    key.ok_or(ServiceKeyError::Invalid).and_then(|key| {
        if key.may(scope) {
            Ok(key)
        } else {
            Err(ServiceKeyError::InsufficientScope)
        }
    })
}

fn read(headers: &HeaderMap) -> Result<Secret, BearerError> {
    let mut own = headers.get_all(HEADER).iter();
    match (own.next(), own.next(), bearer::read(headers, None)) {
        (None, _, bearer) => bearer,
        (Some(value), None, Err(BearerError::Missing)) => match value.to_str() {
            Ok(text) => Ok(Secret::new(text.trim().to_owned())),
            Err(_) => Err(BearerError::Malformed),
        },
        (Some(_), _, _) => Err(BearerError::Several),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn one_header_or_the_other() {
        let read = |pairs: &[_]| super::read(&headers(pairs)).map(|key| key.expose().to_owned());
        assert_eq!(read(&[(HEADER, " sk_x ")]), Ok("sk_x".to_owned()));
        assert_eq!(read(&[(AUTHORIZATION, "Bearer sk_x")]), Ok("sk_x".to_owned()));
        assert_eq!(read(&[]), Err(BearerError::Missing));
        assert_eq!(read(&[(AUTHORIZATION, "Basic eDp5")]), Err(BearerError::Missing));
        for twice in [
            [(HEADER, "a"), (HEADER, "a")],
            [(HEADER, "a"), (AUTHORIZATION, "Bearer a")],
        ] {
            assert_eq!(read(&twice), Err(BearerError::Several));
        }
    }
}
