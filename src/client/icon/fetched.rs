//! Owns how a client's icon is fetched: once, through the guarded fetch, within seconds and kilobytes, following no
//! redirect. What the answer calls itself is not asked. It does not keep the picture.

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::picture::{LARGEST, Picture, PictureError};
use crate::base::fetch::{Bounds, Fetch, FetchError};
use crate::client::metadata::{MetadataError, rules};

/// How much the fetch may take.
const BOUNDS: Bounds = Bounds {
    time: std::time::Duration::from_secs(5),
    size: LARGEST,
};

/// Why there is no icon.
#[derive(Debug, thiserror::Error)]
pub enum IconError {
    /// It breaks the rule for every address of a client.
    #[error(transparent)]
    Address(#[from] MetadataError),
    /// Nothing that can be shown came from there.
    #[error("logo_uri: no icon was taken from {address}: {reason}")]
    NotTaken {
        /// Where it was to come from.
        address: String,
        /// Why.
        reason: NotTaken,
    },
}

/// What was wrong with an answer, or with the way to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The server decides where we may go, and nobody else.
    #[error(
        "the address is not a public one; `reach` of [clients] in the configuration says which others may be fetched"
    )]
    ForbiddenAddress,
    /// Connect to last byte.
    #[error("there was no whole answer within 5 seconds")]
    Timeout,
    /// The innermost reason.
    #[error("{0}")]
    NoAnswer(String),
    /// None is followed: it could lead inside.
    #[error(
        "it answered with a redirect (status {0}), and none is followed; use the address that it leads to"
    )]
    Redirect(u16),
    /// Most likely an error.
    #[error("it answered with status {0}")]
    Status(u16),
    /// What came is nothing to show.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// A picture, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedIcon {
    address: String,
    picture: Picture,
}

impl FetchedIcon {
    /// Fetches it.
    pub async fn fetch(fetch: &Fetch, address: &str) -> Result<Self, IconError> {
        let url = rules::web_address("logo_uri", address)?;
        let accepted = HeaderValue::from_static("image/png, image/webp, image/jpeg");
        let headers = HeaderMap::from_iter([(ACCEPT, accepted)]);
        let fetched = async {
            let answer = fetch.get(&url, headers, BOUNDS).await.map_err(not_fetched)?;
            match answer.status {
                StatusCode::OK => Ok(Picture::read(answer.body)?),
                status if status.is_redirection() => Err(NotTaken::Redirect(status.as_u16())),
                status => Err(NotTaken::Status(status.as_u16())),
            }
        };
        match fetched.await {
            Ok(picture) => Ok(Self {
                address: address.to_owned(),
                picture,
            }),
            Err(reason) => Err(IconError::NotTaken {
                address: address.to_owned(),
                reason,
            }),
        }
    }

    /// Where it came from.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What came.
    #[must_use]
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }
}

fn not_fetched(error: FetchError) -> NotTaken {
    match error {
        FetchError::ForbiddenAddress => NotTaken::ForbiddenAddress,
        FetchError::TooLarge => PictureError::TooLarge.into(),
        error if error.is_timeout() => NotTaken::Timeout,
        error => NotTaken::NoAnswer(error.reason()),
    }
}
