//! Owns who asks the internal API: a service, by its key in `X-Service-Key` or as a bearer token. One statement.

use http::{HeaderMap, HeaderName, StatusCode};

use super::bearer::{self, BearerError};
use crate::authentication::service_key::{ServiceKey, ServiceScope, service};
use crate::base::handle::{Handle, Kind};
use crate::base::secret::Secret;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::respond::failure::Failure;
use crate::http::respond::problem::Problem;

/// The header of clients that keep Authorization for something else.
pub const HEADER: HeaderName = HeaderName::from_static("x-service-key");

/// The service that asks, if its key is live and holds the scope; the answer to refuse it with otherwise.
pub async fn require(
    state: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
    scope: ServiceScope,
) -> Result<ServiceKey, Problem> {
    let request_id = context.origin.request_id.as_str();
    let refuse = |code, detail| Problem::new(StatusCode::UNAUTHORIZED, code, detail, request_id).challenge();
    let invalid = || {
        refuse(
            "service_key_invalid",
            "The service key is unknown, or it has ended.",
        )
    };
    let presented = read(headers).map_err(|error| match error {
        BearerError::Missing => refuse(
            "service_key_missing",
            "Present a service key in X-Service-Key or as a bearer token.",
        ),
        BearerError::Several => refuse(
            "service_key_repeated",
            "The service key is presented in more than one way.",
        ),
        BearerError::Malformed => invalid(),
    })?;
    // A false checksum touches no row.
    let handle = Handle::parse(Kind::ServiceKey, presented.expose()).ok_or_else(invalid)?;
    let failed = |error| Failure::from(error).problem(request_id);
    let mut work = state.app.repeatable(context.clone()).await.map_err(failed)?;
    let key = service::authenticate(&mut work, &handle).await.map_err(failed)?;
    let key = key.ok_or_else(invalid)?;
    if key.may(scope) {
        Ok(key)
    } else {
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            "This service key may not do that.",
            request_id,
        ))
    }
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
