//! Owns the one path from facts to a claim set, for every output of every grant: what stands before anybody is asked
//! (`draft`), the question to the operators' hooks, and their word merged behind the locks. Nothing else
//! builds a question or a claim set, so that neither hook nor lock can be forgotten.
//!
//! Asking and saying are two steps, since a grant's statement runs between them: no connection is held while hooks are
//! asked.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::draft::{self, Draft};
use super::outputs::Output;
use super::recipient::Recipient;
use super::subject::{GrantFacts, PersonFacts, Subject};
use super::token_issuer::TokenIssuer;
use crate::base::clock::Timestamp;
use crate::base::entropy::Entropy;
use crate::base::handle::BackupEpoch;
use crate::base::id::{ClientId, HookEventId, TokenId};
use crate::db::unit_of_work::RequestContext;
use crate::hook::ask::{Occasion, Question};
use crate::hook::{AskError, HookError, merge};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::signing::key_set::KeySet;

/// What all minting of one request shares.
#[derive(Clone, Copy)]
pub struct MintContext<'a> {
    /// Issuer, lifetimes, hooks.
    pub token_issuer: &'a TokenIssuer,
    /// The keys that sign.
    pub keys: &'a KeySet,
    /// The request's present.
    pub now: Timestamp,
    /// Where random bytes come from.
    pub entropy: &'a dyn Entropy,
    /// Part of a handle's digest.
    pub epoch: BackupEpoch,
}

/// One output that is to be said.
#[derive(Clone, Copy)]
pub struct MintRequest<'a> {
    /// What may be said.
    pub scope: &'a Scope,
    /// Where, about whom and for whom, with what only stands there.
    pub content: Content<'a>,
}

/// An output, with what only stands there.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// An access token (RFC 9068 §2.2).
    AccessToken {
        /// About whom.
        subject: Subject<'a>,
        /// For whom.
        recipient: Recipient<'a>,
        /// Its id.
        jti: &'a TokenId,
    },
    /// An ID token (OpenID Connect Core §2).
    IdToken {
        /// About whom.
        person: &'a PersonFacts,
        /// For whom.
        recipient: Recipient<'a>,
        /// The grant that it belongs to.
        grant: &'a GrantFacts,
        /// Echoed from the authorization request.
        nonce: Option<&'a str>,
        /// Standard claims that scope or the `claims` parameter put there.
        standard: &'a Map<String, Value>,
    },
    /// The userinfo answer (OpenID Connect Core §5.3.2): the token says for whom, and the client need not be looked up.
    Userinfo {
        /// About whom.
        person: &'a PersonFacts,
        /// Standard claims that were asked for.
        standard: &'a Map<String, Value>,
    },
}

impl<'a> Content<'a> {
    /// Which output it is.
    #[must_use]
    pub const fn output(&self) -> Output {
        match self {
            Self::AccessToken { .. } => Output::AccessToken,
            Self::IdToken { .. } => Output::IdToken,
            Self::Userinfo { .. } => Output::Userinfo,
        }
    }

    /// The person whom it is about; none of a client's own token.
    #[must_use]
    pub const fn person(&self) -> Option<&'a PersonFacts> {
        match self {
            Self::AccessToken { subject, .. } => subject.person(),
            Self::IdToken { person, .. } | Self::Userinfo { person, .. } => Some(person),
        }
    }

    /// The names that the audience wants for claims that are not locked.
    fn claim_names(&self) -> Option<&'a BTreeMap<String, String>> {
        match self {
            Self::AccessToken { recipient, .. } => recipient.resource.map(|resource| &resource.claim_names),
            Self::IdToken { .. } | Self::Userinfo { .. } => None,
        }
    }
}

/// What hooks are told beside the claims: the same for every output of one grant.
#[derive(Debug, Clone)]
pub struct HookOccasion {
    /// The same for every hook, output and attempt.
    pub event_id: HookEventId,
    /// For whom the outputs are.
    pub client_id: ClientId,
    /// Whether that client is an operator's own.
    pub first_party: bool,
    /// How the token comes about; none where no grant is under way.
    pub grant_type: Option<GrantType>,
    /// When the grant began, or its code; none where it would begin now.
    pub since: Option<Timestamp>,
    /// Whether nothing comes of it but a report.
    pub preview: bool,
}

/// What operators' hooks decided: what is said of one output beside the protocol's claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided(pub(super) Map<String, Value>);

/// Asks the operators' hooks that list the output. `None` where nobody is asked: about a client's own token, or because
/// no hook lists the output.
pub async fn ask(
    token_issuer: &TokenIssuer,
    request: MintRequest<'_>,
    context: &RequestContext,
    occasion: &HookOccasion,
) -> Result<Option<Decided>, AskError> {
    let output = request.content.output();
    let hooks = &token_issuer.hooks;
    if !hooks.are_asked(output) {
        return Ok(None);
    }
    let draft = draft::draft(token_issuer, request, context.now);
    let address = context.origin.address;
    let Some(occasion) = told(request, occasion, context.now, address) else {
        return Ok(None);
    };
    let question = question(token_issuer, request, &draft, &occasion);
    hooks
        .ask(context, &question)
        .await
        .map(|said| Some(Decided(said)))
}

/// What is said: the draft, or what the hooks decided in place of what membership adds, under the audience's names and
/// behind the locks.
pub fn claims(
    token_issuer: &TokenIssuer,
    request: MintRequest<'_>,
    now: Timestamp,
    decided: Option<&Decided>,
) -> Result<Map<String, Value>, HookError> {
    complete(draft::draft(token_issuer, request, now), request, decided)
}

fn complete(
    draft: Draft,
    request: MintRequest<'_>,
    decided: Option<&Decided>,
) -> Result<Map<String, Value>, HookError> {
    let said = decided.map_or(draft.tenancy, |Decided(said)| said.clone());
    merge::merge(
        draft.protocol,
        draft::rename(said, request.content.claim_names())?,
    )
}

/// What every hook is told alike; none of a client's own token.
pub(super) fn told<'a>(
    request: MintRequest<'a>,
    occasion: &'a HookOccasion,
    now: Timestamp,
    address: Option<std::net::IpAddr>,
) -> Option<Occasion<'a>> {
    Some(Occasion {
        event_id: occasion.event_id.clone(),
        now,
        address,
        user_id: &request.content.person()?.user_id,
        client_id: &occasion.client_id,
        first_party: occasion.first_party,
        grant_type: occasion.grant_type.map(GrantType::name),
        authentication_method: authentication_method(occasion.grant_type),
        since: occasion.since,
        preview: occasion.preview,
    })
}

/// The question about one output.
pub(super) fn question<'a>(
    token_issuer: &TokenIssuer,
    request: MintRequest<'a>,
    draft: &'a Draft,
    occasion: &'a Occasion<'a>,
) -> Question<'a> {
    Question {
        occasion,
        output: request.content.output(),
        draft: merge::Draft {
            protocol: &draft.protocol,
            tenancy: &draft.tenancy,
            facts: request
                .content
                .person()
                .map_or(&draft.tenancy, |person| &person.tenancy),
            user_role_alias: token_issuer.settings.user_role_alias,
            claim_names: request.content.claim_names(),
        },
    }
}

/// The grant in the words of functions that were written for another product.
const fn authentication_method(grant_type: Option<GrantType>) -> &'static str {
    match grant_type {
        None => "userinfo",
        Some(GrantType::RefreshToken) => "token_refresh",
        Some(GrantType::AuthorizationCode | GrantType::ClientCredentials) => {
            "oauth_provider/authorization_code"
        }
    }
}
