//! Owns how an application is told that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.5): a POST with a token
//! that is made for this attempt, to the address that is registered now. Nothing that it answers is read but the status.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use url::Url;

use super::receivers::Receivers;
use super::worker::Done;
use crate::app::App;
use crate::base::fetch::{Fetch, FetchError};
use crate::base::id::TokenId;
use crate::client::Client;
use crate::queue::{Failure, Notice};
use crate::session;
use crate::token::logout_token::{self, LogoutTokenRequest};

/// How long an application may take to answer.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Where applications are told.
pub(super) struct Telling {
    fetch: Fetch,
    receivers: Receivers,
}

impl Telling {
    /// Reaches the addresses that configuration allows for clients.
    pub(super) fn new(app: &App) -> Self {
        Self {
            fetch: Fetch::new(app.config().clients.reach()),
            receivers: Receivers::default(),
        }
    }

    /// Tells an application. One that is switched off, or registered no address any more, is told nothing.
    pub(super) async fn tell(&self, app: &App, notice: &Notice) -> Done {
        let client = match app.clients().find(notice.client.as_str()).await {
            Ok(client) => client.filter(|client| !client.disabled),
            Err(error) => return Done::Failed(Failure::temporary(error.to_string())),
        };
        let Some(client) = client else { return Done::Well };
        let Some(uri) = &client.metadata.backchannel_logout_uri else {
            return Done::Well;
        };
        let Ok(uri) = Url::parse(uri) else {
            return Done::Failed(Failure::permanent("backchannel_logout_uri is no address"));
        };
        let origin = uri.origin().ascii_serialization();
        let Some(turn) = self.receivers.turn(&origin, &**app.clock()).await else {
            let reason = "it did not answer in time a moment ago, and is left alone for a while";
            return Done::Failed(Failure::temporary(reason));
        };
        // Made when its turn has come: it is good for two minutes.
        let body = match token(app, &client, notice).await {
            Ok(Some(token)) => format!("logout_token={token}").into_bytes(),
            Ok(None) => return Done::Well,
            Err(failure) => return Done::Failed(failure),
        };
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, form)]);
        let answer = self.fetch.deliver(&uri, headers, body, TIME_LIMIT).await;
        if answer.as_ref().is_err_and(FetchError::is_timeout) {
            turn.ran_out_of_time(app.clock().now());
        }
        judge(answer)
    }
}

/// The token; none if the session is forgotten.
async fn token(app: &App, client: &Client, notice: &Notice) -> Result<Option<String>, Failure> {
    let told = |error: &dyn std::error::Error| Failure::temporary(error.to_string());
    let mut connection = app.pool().acquire().await.map_err(|error| told(&error))?;
    let owner = session::owner(&mut connection, &notice.session).await;
    let owner = owner.map_err(|error| told(&error))?;
    connection.keep();
    let Some(user_id) = owner else { return Ok(None) };
    let now = app.clock().now();
    let request = LogoutTokenRequest {
        client,
        user_id: &user_id,
        session_id: &notice.session,
        jti: &TokenId::new(now, &**app.entropy()),
    };
    let token = logout_token::mint(app.token_issuer(), request, now).map_err(|error| told(&error))?;
    Ok(Some(token.expose().to_owned()))
}

/// §2.8: 200 says that it is done, and so does 204; 400 says that it never will be. Everything else may pass: an answer of
/// something in between, a redirect, which is not followed, an error of the application's own.
fn judge(answer: Result<StatusCode, FetchError>) -> Done {
    match answer {
        Ok(StatusCode::OK | StatusCode::NO_CONTENT) => Done::Well,
        Ok(StatusCode::BAD_REQUEST) => Done::Refused(Failure::permanent(
            "it answered with status 400: it refuses the token",
        )),
        Ok(status) => Done::Failed(Failure::temporary(format!(
            "it answered with status {}",
            status.as_u16()
        ))),
        Err(error @ (FetchError::ForbiddenAddress | FetchError::Malformed)) => {
            Done::Failed(Failure::permanent(error.to_string()))
        }
        Err(error) => Done::Failed(Failure::temporary(error.reason())),
    }
}
