//! Owns what of a logout request is believed (RP-Initiated Logout §2, §3, §4). What cannot be proven is not used, and
//! is no error either: whoever wants to sign out is asked and signed out, but never sent to where nobody registered.

use serde::{Deserialize, Serialize};

use crate::base::display;
use crate::base::id::{ClientId, SessionId};
use crate::claims::TokenIssuer;
use crate::client::{Client, Registry};
use crate::db::DatabaseError;
use crate::i18n::Wish;
use crate::protocol::error::Remark;
use crate::token::id_token;

/// The longest `state` that is carried.
const LONGEST_STATE: usize = 8 * 1024;

/// What an application sent, not checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// An ID token of ours, or what pretends to be one.
    pub id_token_hint: Option<&'a str>,
    /// Who asks.
    pub client_id: Option<&'a str>,
    /// Where to go afterwards.
    pub post_logout_redirect_uri: Option<&'a str>,
    /// What to bring there.
    pub state: Option<&'a str>,
    /// In which language to ask (`ui_locales`).
    pub language: Option<Wish>,
}

/// A checked logout request. The hint itself is not kept: whoever has it may use it elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// The session that a proven hint was issued in: it ends without a question.
    pub session_id: Option<SessionId>,
    /// The registered client that the hint or the request names.
    pub client_id: Option<ClientId>,
    /// Where that client registered to go afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What to bring there.
    pub state: Option<String>,
    /// Whether an address was named, registered or not: whoever is not sent there is told so.
    #[serde(default)]
    pub asks_to_return: bool,
    /// In which language the person is asked.
    #[serde(default)]
    pub language: Option<Wish>,
}

/// A checked request, and what of it was not used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedLogout {
    /// The request.
    pub request: LogoutRequest,
    /// For the log.
    pub remarks: Vec<Remark>,
}

impl LogoutRequest {
    /// Checks what an application sent. The registry is asked if a client is named.
    pub async fn check(
        asked: Asked<'_>,
        token_issuer: &TokenIssuer,
        clients: &Registry,
    ) -> Result<CheckedLogout, DatabaseError> {
        let mut remarks = Vec::new();
        let mut remark = |parameter, reason: String| remarks.push(Remark { parameter, reason });
        let hint = asked.id_token_hint.and_then(|text| {
            match id_token::read_hint(token_issuer, text) {
                Ok(Some(hint)) => return Some(hint),
                Ok(None) => remark(
                    "id_token_hint",
                    "id_token_hint is no ID token of this server, so it counts as none".to_owned(),
                ),
                Err(error) => tracing::error!(error = %error, "logout: an id_token_hint could not be read"),
            }
            None
        });
        let (session_id, named) = match (hint, asked.client_id) {
            (Some(hint), Some(named)) if hint.client_id.as_str() != named => {
                // §2: the two must match. Which of them is wrong nobody can say, so neither is used.
                remark(
                    "client_id",
                    format!(
                        "client_id is not {}, the client of id_token_hint, so neither is used",
                        hint.client_id
                    ),
                );
                (None, None)
            }
            (Some(hint), _) => (hint.session_id, Some(hint.client_id)),
            (None, named) => (None, named.map(ClientId::from_text)),
        };
        let client = match &named {
            Some(id) => clients.find(id.as_str()).await?,
            None => None,
        };
        let mut request = Self {
            session_id,
            // Nobody is written down who was never registered.
            client_id: client.as_ref().map(|client| client.client_id.clone()),
            language: asked.language,
            ..Self::default()
        };
        let Some(uri) = asked.post_logout_redirect_uri else {
            return Ok(CheckedLogout { request, remarks });
        };
        request.asks_to_return = true;
        let too_long = asked.state.is_some_and(|state| state.len() > LONGEST_STATE);
        let reason = match &client {
            None => "no known client is named".to_owned(),
            Some(client) if !leads_to(client, uri) => unregistered(client, uri),
            Some(_) if too_long => "state is too long".to_owned(),
            Some(_) => {
                request.post_logout_redirect_uri = Some(uri.to_owned());
                request.state = asked.state.map(str::to_owned);
                return Ok(CheckedLogout { request, remarks });
            }
        };
        remark(
            "post_logout_redirect_uri",
            format!("post_logout_redirect_uri is not followed: {reason}"),
        );
        Ok(CheckedLogout { request, remarks })
    }

    /// Where a registered client is told, with `state`; asked anew when it is time to go there, since an operator may
    /// have taken the address away meanwhile.
    #[must_use]
    pub fn destination(&self, client: &Client) -> Option<(&str, Option<&str>)> {
        let uri = self.post_logout_redirect_uri.as_deref()?;
        leads_to(client, uri).then_some((uri, self.state.as_deref()))
    }
}

/// §3: byte for byte one of the registered ones. A client that was switched off has none any more.
fn leads_to(client: &Client, uri: &str) -> bool {
    !client.disabled
        && client
            .metadata
            .post_logout_redirect_uris
            .iter()
            .any(|known| known.as_str() == uri)
}

/// Why an address is not followed, in words that name what to change.
fn unregistered(client: &Client, uri: &str) -> String {
    if client.disabled {
        return "the client is disabled".to_owned();
    }
    let registered = &client.metadata.post_logout_redirect_uris;
    let named: Vec<String> = registered
        .iter()
        .take(5)
        .map(|known| display::quote(known.as_str(), 200))
        .collect();
    let named = if named.is_empty() {
        "none".to_owned()
    } else {
        named.join(" ")
    };
    format!(
        "{} is not registered for this client; registered are: {named}",
        display::quote(uri, 200)
    )
}
