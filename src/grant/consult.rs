//! Owns the asking of operators' hooks about a grant, between reading and completing it: they are shown what the tokens
//! would say, and their word is kept until the grant completes, if what they were asked about is still true then.

use serde_json::Value;

use super::issue::{DecidedTokens, GrantContext, GrantTokens};
use super::outcome::GrantError;
use super::row::GrantedRow;
use crate::base::id::{HookEventId, TokenId};
use crate::claims::mint::{self, HookOccasion, MintRequest};
use crate::claims::{MintError, TokenIssuer};
use crate::db::unit_of_work::RequestContext;
use crate::hook::AskError;
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;

/// A grant as it stands before it completes. No connection is held for it.
pub(super) struct Prepared {
    pub(super) row: GrantedRow,
    /// Whether it is a lost reply's successor, which completes without rotating again.
    pub(super) replays: bool,
}

/// What the hooks said, and what they were asked about.
#[derive(Debug, Clone)]
pub(super) struct Consulted {
    pub(super) tenancy: Value,
    pub(super) decided: DecidedTokens,
}

impl Consulted {
    /// Whether what the hooks were asked about is still what the row says.
    pub(super) fn holds_for(&self, row: &GrantedRow) -> bool {
        row.tenancy.as_ref() == Some(&self.tenancy)
    }
}

/// Whether a person's grant asks operators' hooks before it completes.
pub(super) fn is_needed(grant: GrantContext<'_>) -> bool {
    asks(grant.token_issuer)
}

/// Whether any person's grant does.
pub(super) fn asks(token_issuer: &TokenIssuer) -> bool {
    let hooks = &token_issuer.hooks;
    hooks.are_asked(Output::AccessToken) || hooks.are_asked(Output::IdToken)
}

/// Asks the operators' hooks about every output of the grant. `None` if the built-in hook refuses already: then nobody
/// else is asked.
pub(super) async fn consult(
    grant: GrantContext<'_>,
    context: &RequestContext,
    grant_type: GrantType,
    row: &GrantedRow,
    scope: Scope,
) -> Result<Option<Consulted>, GrantError> {
    let Some(tenancy) = row.tenancy.clone() else {
        return Ok(None);
    };
    let said = GrantTokens::new(grant, row, scope).map_err(MintError::Hook)?;
    let entropy = &*context.entropy;
    let occasion = HookOccasion {
        event_id: HookEventId::new(context.now, entropy),
        client_id: grant.client.client_id.clone(),
        first_party: grant.client.metadata.first_party,
        grant_type: Some(grant_type),
        since: Some(row.began),
        preview: false,
    };
    let ask = async |request: MintRequest<'_>| {
        mint::ask(grant.token_issuer, request, context, &occasion)
            .await
            .map_err(|error| match error {
                AskError::Hook(error) => GrantError::Mint(MintError::Hook(error)),
                AskError::Database(error) => GrantError::Database(error),
            })
    };
    let jti = TokenId::new(context.now, entropy);
    let access_token = ask(said.access_token(&jti).mint_request()).await?;
    let id_token = match said.id_token() {
        Some(request) => ask(request.mint_request()).await?,
        None => None,
    };
    let decided = DecidedTokens {
        jti,
        access_token,
        id_token,
    };
    Ok(Some(Consulted { tenancy, decided }))
}
