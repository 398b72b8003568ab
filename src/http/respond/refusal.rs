//! Owns why a request was refused, or served with less than it asked for, as the log tells it: who asked, which
//! parameter, and the reason in words that name what to change. The reply carries it among its extensions;
//! `middleware::refusal_log` writes it. The client is told what it always was.

use axum::response::Response;

use crate::base::display;
use crate::base::handle::{Handle, Kind};
use crate::base::id::ClientId;
use crate::http::middleware::request_log::LoggedClient;
use crate::protocol::error::{ErrorCode, Refusal, Remark};

/// The most characters of an identifier that is not a client's.
const LONGEST_NAME: usize = 128;
/// The most characters of a reason.
const LONGEST_REASON: usize = 2000;

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Asker {
    /// Nobody is named.
    #[default]
    Nobody,
    /// What was sent as a client's name, and is none that we know.
    Unknown(String),
    /// A client of ours, proven or not.
    Registered(ClientId),
}

impl Asker {
    /// What was sent as a client's name. A secret that was sent in its place is not repeated.
    #[must_use]
    pub fn sent(name: Option<&str>) -> Self {
        match name {
            None => Self::Nobody,
            Some(name) if is_secret(name) => Self::Unknown("(a secret)".to_owned()),
            Some(name) => Self::Unknown(display::quote(name, LONGEST_NAME)),
        }
    }

    /// The name, as a log or page shows it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Nobody => None,
            Self::Unknown(name) => Some(name),
            Self::Registered(id) => Some(id.as_str()),
        }
    }
}

/// Whether a text is one of the secrets that we make for clients.
fn is_secret(text: &str) -> bool {
    Handle::parse(Kind::ClientSecret, text).is_some()
}

/// What the log is told about a request, among the reply's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Who asked.
    pub asker: Asker,
    /// The error; none: the request was served with less.
    pub error: Option<&'static str>,
    /// The parameter that it is about.
    pub parameter: Option<&'static str>,
    /// In words.
    pub reason: String,
}

/// Explains a refusal. A failure of ours is none: it has a line of its own where it happened.
pub fn explain(response: &mut Response, asker: Asker, refusal: &Refusal) {
    if let Asker::Registered(id) = &asker {
        response.extensions_mut().insert(LoggedClient(id.clone()));
    }
    if matches!(
        refusal.error.code,
        ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable
    ) {
        return;
    }
    response.extensions_mut().insert(Explained {
        asker,
        error: Some(refusal.error.code.name()),
        parameter: refusal.error.parameter,
        reason: bounded(refusal.reason()),
    });
}

/// Adds what of a request was not used; to whatever is explained already.
pub fn remark(response: &mut Response, asker: &Asker, remarks: impl IntoIterator<Item = Remark>) {
    for remark in remarks {
        let reason = bounded(&remark.reason);
        if let Some(explained) = response.extensions_mut().get_mut::<Explained>() {
            explained.reason = format!("{}; {reason}", explained.reason);
        } else {
            response.extensions_mut().insert(Explained {
                asker: asker.clone(),
                error: None,
                parameter: Some(remark.parameter),
                reason,
            });
        }
    }
}

/// Says who asked, where that is known only after the reply was made.
#[must_use]
pub fn asked_by(mut response: Response, client: &ClientId) -> Response {
    if let Some(explained) = response.extensions_mut().get_mut::<Explained>() {
        explained.asker = Asker::Registered(client.clone());
    }
    response.extensions_mut().insert(LoggedClient(client.clone()));
    response
}

/// Each quotation in it is bounded already; this bounds their sum.
fn bounded(reason: &str) -> String {
    display::quote(reason, LONGEST_REASON)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;
    use crate::base::entropy::SystemEntropy;
    use crate::protocol::error::ProtocolError;

    #[test]
    fn a_secret_in_place_of_a_name_is_not_repeated() {
        let secret = Handle::new(Kind::ClientSecret, &SystemEntropy);
        let asker = Asker::sent(Some(secret.expose()));
        assert_eq!(asker.name(), Some("(a secret)"));
        assert_eq!(Asker::sent(Some("a\nb")).name(), Some("a\\u{a}b"));
    }

    #[test]
    fn a_remark_joins_a_refusal() {
        let mut response = ().into_response();
        let error = ProtocolError::new(ErrorCode::InvalidScope, "no").about("scope");
        explain(&mut response, Asker::Nobody, &error.because("why"));
        let more = Remark {
            parameter: "state",
            reason: "also".to_owned(),
        };
        remark(&mut response, &Asker::Nobody, [more]);
        let explained = response.extensions().get::<Explained>().unwrap();
        assert_eq!(explained.reason, "why; also");
        assert_eq!(
            (explained.error, explained.parameter),
            (Some("invalid_scope"), Some("scope"))
        );
    }
}
