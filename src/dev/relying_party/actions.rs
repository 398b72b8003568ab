//! Owns what each path of the application does. Posts are taken from its own pages only.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use openidconnect::{ClientId, LogoutRequest, PostLogoutRedirectUrl};
use url::Url;

use super::cookie;
use super::error::DemoError;
use super::exchange::SignedIn;
use super::pages::{HomePage, ProblemPage, SignedOutPage, TokensPage};
use super::party::Party;
use super::respond::go;
use super::sign_in::Wish;
use crate::http::extract::csrf::require_same_origin;
use crate::http::extract::form::{Form, Query};
use crate::http::extract::params::{Params, ParamsError};

type Parameters = Result<Params, ParamsError>;

/// `GET /`: the ways to sign in.
pub(super) async fn home(State(party): State<Arc<Party>>, headers: HeaderMap) -> Response {
    let signed_in = party
        .browsers
        .signed_in(cookie::read(&headers).as_deref())
        .is_some();
    party.frame.page(
        StatusCode::OK,
        &HomePage {
            frame: &party.frame,
            signed_in,
        },
    )
}

/// `POST /sign-in`: goes to the provider; `organization` and `prompt` may be named.
pub(super) async fn sign_in(
    State(party): State<Arc<Party>>,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    begin(&party, &headers, form)
        .await
        .unwrap_or_else(|error| problem(&party, &headers, &error))
}

async fn begin(party: &Party, headers: &HeaderMap, form: Parameters) -> Result<Response, DemoError> {
    let form = own_form(party, headers, form)?;
    let wish = Wish {
        organization: organization(party, &form),
        silent: form.get("prompt") == Some("none"),
    };
    let (url, (state, pending)) = party.ask(wish).await?;
    let key = party
        .browsers
        .begin(cookie::read(headers), state, pending, &*party.entropy);
    Ok(go(url.as_str(), cookie::set(&key, party.settings.is_secure())))
}

/// `GET /callback`: the provider's answer.
pub(super) async fn callback(
    State(party): State<Arc<Party>>,
    headers: HeaderMap,
    Query(query): Query,
) -> Response {
    finish(&party, &headers, query)
        .await
        .unwrap_or_else(|error| problem(&party, &headers, &error))
}

async fn finish(party: &Party, headers: &HeaderMap, query: Parameters) -> Result<Response, DemoError> {
    let found = cookie::read(headers);
    let signed_in = party.answer(found.as_deref(), &query?).await?;
    let key = party
        .browsers
        .sign_in(found.as_deref(), signed_in, &*party.entropy);
    Ok(go("/tokens", cookie::set(&key, party.settings.is_secure())))
}

/// `GET /tokens`: everything that the provider said.
pub(super) async fn tokens(State(party): State<Arc<Party>>, headers: HeaderMap) -> Response {
    match party.browsers.signed_in(cookie::read(&headers).as_deref()) {
        Some(signed_in) => {
            let page = TokensPage::new(&party.frame, &signed_in, party.clock.now());
            party.frame.page(StatusCode::OK, &page)
        }
        None => go("/", None),
    }
}

/// `POST /refresh`: new tokens, for another organization if one is named.
pub(super) async fn refresh(
    State(party): State<Arc<Party>>,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    renew(&party, &headers, form)
        .await
        .unwrap_or_else(|error| problem(&party, &headers, &error))
}

async fn renew(party: &Party, headers: &HeaderMap, form: Parameters) -> Result<Response, DemoError> {
    let form = own_form(party, headers, form)?;
    let found = cookie::read(headers);
    let Some(held) = party.browsers.signed_in(found.as_deref()) else {
        return Ok(go("/", None));
    };
    let renewed = party.refresh(&held, organization(party, &form)).await?;
    party.browsers.renew(found.as_deref(), renewed);
    Ok(go("/tokens", None))
}

/// `POST /sign-out`: forgets the browser, then lets the provider end its session (RP-Initiated Logout §2).
pub(super) async fn sign_out(
    State(party): State<Arc<Party>>,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    if let Err(error) = own_form(&party, &headers, form) {
        return problem(&party, &headers, &error);
    }
    let held = party.browsers.sign_out(cookie::read(&headers).as_deref());
    let next = match held {
        Some(held) => end_session(&party, &held).await.ok().flatten(),
        None => None,
    };
    let to = next.as_ref().map_or("/signed-out", Url::as_str);
    go(to, cookie::remove(party.settings.is_secure()))
}

/// Where the provider ends its session; `None` if it offers no such place.
async fn end_session(party: &Party, held: &SignedIn) -> Result<Option<Url>, DemoError> {
    let provider = party.provider().await?;
    let Some(endpoint) = provider.end_session.clone() else {
        return Ok(None);
    };
    let back = PostLogoutRedirectUrl::new(party.settings.url("/signed-out"))
        .map_err(|_| DemoError::Unusable("address after sign-out"))?;
    let request = LogoutRequest::from(endpoint)
        .set_id_token_hint(&held.id_token)
        .set_client_id(ClientId::new(party.settings.client_id.clone()))
        .set_post_logout_redirect_uri(back);
    Ok(Some(request.http_get_url()))
}

/// `GET /signed-out`: where the provider sends the browser back to.
pub(super) async fn signed_out(State(party): State<Arc<Party>>) -> Response {
    party
        .frame
        .page(StatusCode::OK, &SignedOutPage { frame: &party.frame })
}

fn own_form(party: &Party, headers: &HeaderMap, form: Parameters) -> Result<Params, DemoError> {
    require_same_origin(headers, &party.settings.own_origin()).map_err(|_| DemoError::ForeignForm)?;
    match form {
        Ok(form) => Ok(form),
        // A button without a field posts an empty body, which some clients send without a type.
        Err(ParamsError::ContentType) => Ok(Params::default()),
        Err(error) => Err(error.into()),
    }
}

/// The organization that a form names, if it is one on offer.
fn organization(party: &Party, form: &Params) -> Option<String> {
    form.get("organization")
        .filter(|slug| party.settings.offers(slug))
        .map(str::to_owned)
}

fn problem(party: &Party, headers: &HeaderMap, error: &DemoError) -> Response {
    tracing::info!(%error, "the demo application could not go on");
    let signed_in = party
        .browsers
        .signed_in(cookie::read(headers).as_deref())
        .is_some();
    party
        .frame
        .page(error.status(), &ProblemPage::new(&party.frame, error, signed_in))
}
