//! Owns the order of the checks: first who asks and where the answer may go, which only a page of ours can report;
//! then everything that the client is told by redirect. A new parameter is a file and a row of the table here.

use std::sync::Arc;

use super::draft::{Check, Draft};
use super::{
    claims, client_id, code_challenge, grant_type, id_token_hint, max_age, nonce, organization, prompt,
    proof_of_key, redirect_uri, repeated, request_object, resource, response_mode, response_type, scope,
    state, unserved,
};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{AuthorizationError, CheckedRequest, ResponseTarget};
use crate::claims::TokenIssuer;
use crate::client::{Client, Registry, Resources};
use crate::db::DatabaseError;
use crate::protocol::error::Refusal;
use crate::protocol::response_mode::ResponseMode;

/// What the checks need to know beside the request.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// Registered clients.
    pub clients: &'a Registry,
    /// Registered resources.
    pub resources: &'a Resources,
    /// For hints.
    pub token_issuer: &'a TokenIssuer,
}

/// What is checked once the redirect URI is proven, in this order. `resource` comes last: it alone may ask the database.
const CHECKS: &[Check] = &[
    repeated::check,
    unserved::check,
    response_type::check,
    grant_type::check,
    nonce::check,
    code_challenge::check,
    scope::check,
    proof_of_key::check,
    claims::check,
    max_age::check,
    organization::check,
    prompt::check,
    id_token_hint::check,
];

/// Why a check of a request with a proven redirect URI ended.
pub(super) enum CheckError {
    /// The client is told.
    Refused(Refusal),
    /// The database failed.
    Database(DatabaseError),
}

impl From<Refusal> for CheckError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DatabaseError> for CheckError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Checks a request in full; says who asks, too.
pub async fn check(
    checks: Checks<'_>,
    parameters: &Parameters,
) -> Result<(Arc<Client>, CheckedRequest), AuthorizationError> {
    let client = client_id::check(checks.clients, parameters).await?;
    let target = target(&client, parameters)?;
    let mut draft = Draft::new(&client, parameters, checks.token_issuer, target);
    match check_draft(&mut draft, checks.resources).await {
        Ok(()) => {
            let checked = draft.finish();
            Ok((client, checked))
        }
        Err(CheckError::Database(error)) => Err(error.into()),
        Err(CheckError::Refused(refusal)) => {
            let target = request_object::told_by(draft.request.target, parameters, &refusal);
            Err(AuthorizationError::Redirectable(Box::new(target), refusal))
        }
    }
}

async fn check_draft(draft: &mut Draft<'_>, resources: &Resources) -> Result<(), CheckError> {
    for check in CHECKS {
        check(draft)?;
    }
    resource::check(draft, resources).await
}

/// Proves where the answer may go, and with which `state`.
fn target(client: &Client, parameters: &Parameters) -> Result<ResponseTarget, AuthorizationError> {
    let unredirectable = |refusal| AuthorizationError::Unredirectable {
        client: Some(client.client_id.clone()),
        refusal,
    };
    repeated::check_target(parameters).map_err(unredirectable)?;
    let proven = redirect_uri::check(client, parameters).map_err(unredirectable)?;
    let state = state::check(parameters).map_err(unredirectable)?;
    let target = ResponseTarget {
        client_id: client.client_id.clone(),
        redirect_uri: proven.redirect_uri,
        redirect_uri_given: proven.given,
        response_mode: ResponseMode::default(),
        state: state.map(str::to_owned),
    };
    match response_mode::check(parameters) {
        Ok(response_mode) => Ok(ResponseTarget {
            response_mode,
            ..target
        }),
        Err(error) => Err(AuthorizationError::Redirectable(Box::new(target), error.into())),
    }
}
