//! Owns where parameters stand in a request: `Form` reads the body, `Query` the query. Both hand over the failure
//! instead of answering it, because only the endpoint knows whether that is JSON, a page or a redirect.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::params::{Params, ParamsError, SIZE_LIMIT};

/// The parameters of a form body.
#[derive(Debug)]
pub struct Form(pub Result<Params, ParamsError>);

/// The parameters of the query.
#[derive(Debug)]
pub struct Query(pub Result<Params, ParamsError>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        Ok(Self(read(&parts.headers, body).await))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Params::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        )))
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Params, ParamsError> {
    if !is_form(headers) {
        return Err(ParamsError::ContentType);
    }
    let bytes = to_bytes(body, SIZE_LIMIT).await.map_err(|error| {
        let too_large = std::iter::successors(std::error::Error::source(&error), |source| source.source())
            .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if too_large {
            ParamsError::TooLarge
        } else {
            ParamsError::Unreadable
        }
    })?;
    Params::parse(&bytes)
}

/// Whether the one content type is `application/x-www-form-urlencoded`; parameters such as `charset` may follow.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

impl ParamsError {
    /// The status of an answer that is no redirect.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::REQUEST_TIMEOUT,
            Self::ContentType | Self::TooMany | Self::Encoding | Self::Repeated(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// Fixed text for `error_description`; the code is always `invalid_request`.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        match self {
            Self::ContentType => "the body must be application/x-www-form-urlencoded",
            Self::TooLarge => "the request is too large",
            Self::TooMany => "the request has too many parameters",
            Self::Encoding => "a parameter is not form-encoded UTF-8",
            Self::Unreadable => "the body could not be read",
            Self::Repeated(_) => "a parameter is repeated",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn form(content_type: &str, body: impl Into<Body>) -> Result<Params, ParamsError> {
        let request = Request::post("/")
            .header(CONTENT_TYPE, content_type)
            .body(body.into());
        Form::from_request(request.unwrap(), &()).await.unwrap().0
    }

    #[tokio::test]
    async fn only_form_bodies_are_read() {
        for accepted in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        ] {
            assert_eq!(form(accepted, "a=1").await.unwrap().get("a"), Some("1"));
        }
        for refused in ["application/json", "multipart/form-data", "text/plain", ""] {
            assert_eq!(
                form(refused, "a=1").await,
                Err(ParamsError::ContentType),
                "{refused}"
            );
        }
    }

    #[tokio::test]
    async fn a_large_body_is_too_large() {
        let body = "a".repeat(SIZE_LIMIT + 1);
        let answer = form("application/x-www-form-urlencoded", body).await;
        assert_eq!(answer, Err(ParamsError::TooLarge));
    }
}
