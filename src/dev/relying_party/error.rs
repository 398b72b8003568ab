//! Owns what can go wrong between the demo application, its provider and a browser. Nothing here holds a token.

use http::StatusCode;
use openidconnect::{ClaimsVerificationError, DiscoveryError};

use crate::base::fetch::FetchError;
use crate::http::extract::params::ParamsError;

/// Why a sign-in, a refresh or a sign-out did not happen.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// The provider cannot be reached or its metadata are wrong.
    #[error("The provider's discovery document could not be read.")]
    Discovery(#[source] DiscoveryError<FetchError>),
    /// An address in the settings or in the metadata is missing or malformed.
    #[error("The provider's metadata or the application's settings lack a usable {0}.")]
    Unusable(&'static str),
    /// The request's parameters cannot be read.
    #[error("The request could not be read.")]
    Params(#[from] ParamsError),
    /// `state` belongs to nothing that this browser began, or was used before.
    #[error("This answer belongs to no sign-in that this browser began here, or it was used already.")]
    UnknownState,
    /// RFC 9207 §2.4: the answer comes from somebody else, or hides from whom.
    #[error("The answer does not come from the provider that was asked.")]
    WrongIssuer,
    /// Neither a code nor an error.
    #[error("The provider's answer carries no code.")]
    NoCode,
    /// The provider says no.
    #[error("The provider refused.")]
    Refused {
        /// `error`.
        code: String,
        /// `error_description`.
        description: Option<String>,
    },
    /// The token endpoint did not answer.
    #[error("The token endpoint could not be reached.")]
    TokenRequest(#[source] FetchError),
    /// The token endpoint answered something else than tokens.
    #[error("The token endpoint's answer could not be read.")]
    TokenAnswer,
    /// Core §3.1.3.3: there must be one.
    #[error("The provider sent no ID token.")]
    NoIdToken,
    /// The ID token is not what was asked for.
    #[error("The ID token is not valid.")]
    IdToken(#[source] ClaimsVerificationError),
    /// Core §3.1.3.8: the access token was exchanged on its way.
    #[error("The access token does not belong to the ID token.")]
    AccessTokenHash,
    /// A refreshed ID token must be about the same person (Core §12.2).
    #[error("The refreshed ID token is about somebody else.")]
    OtherSubject,
    /// There is nothing to refresh with.
    #[error("There is no refresh token.")]
    NoRefreshToken,
    /// The form was sent from another site.
    #[error("The form was not sent from this application.")]
    ForeignForm,
}

impl DemoError {
    /// The status of the page that shows it.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Discovery(_)
            | Self::Unusable(_)
            | Self::TokenRequest(_)
            | Self::TokenAnswer
            | Self::NoIdToken
            | Self::IdToken(_)
            | Self::AccessTokenHash
            | Self::OtherSubject => StatusCode::BAD_GATEWAY,
            Self::Params(_)
            | Self::UnknownState
            | Self::WrongIssuer
            | Self::NoCode
            | Self::Refused { .. }
            | Self::NoRefreshToken => StatusCode::BAD_REQUEST,
            Self::ForeignForm => StatusCode::FORBIDDEN,
        }
    }

    /// The provider's own words: `error` and `error_description`.
    pub(super) fn words(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Refused { code, description } => Some((code, description.as_deref())),
            _ => None,
        }
    }

    /// What lies behind it, for a developer: the chain of causes, in words.
    pub(super) fn causes(&self) -> Vec<String> {
        std::iter::successors(std::error::Error::source(self), |source| source.source())
            .map(ToString::to_string)
            .collect()
    }
}
