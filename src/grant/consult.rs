//! Owns what stands between reading a grant and completing it where operators' hooks are asked: the same drafts that
//! the mint path would complete are shown to them, and their word is kept until the grant completes, if what they
//! were asked about is still true then.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Map, Value};

use super::issue::{self, GrantContext, GrantedRow};
use super::outcome::GrantError;
use crate::base::clock::Timestamp;
use crate::base::id::{HookEventId, TokenId};
use crate::claims::assemble::{Decided, Draft, GrantFacts, TokenSubject};
use crate::db::UnitOfWork;
use crate::db::unit_of_work::RequestContext;
use crate::hook::ask::{Occasion, Question};
use crate::hook::{AskError, merge};
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{OPENID, Scope};
use crate::token::access_token;
use crate::token::id_token::{self, IdTokenContent};
use crate::token::token_issuer::MintError;

/// How often a grant is prepared anew because its person's memberships changed meanwhile.
pub const ATTEMPTS: u32 = 2;

/// A grant as it stands before it completes. No connection is held for it.
pub struct Prepared {
    row: GrantedRow,
    tenancy: Value,
    scope: Scope,
    grant_type: GrantType,
    replays: bool,
    jti: TokenId,
    event_id: HookEventId,
    now: Timestamp,
    address: Option<IpAddr>,
}

/// What the hooks said, and what they were asked about.
#[derive(Debug, Clone)]
pub struct Consulted {
    pub(super) tenancy: Value,
    pub(super) decided: Decided,
    replays: bool,
}

impl Consulted {
    /// Whether it is about a lost reply's successor, which completes without rotating again.
    #[must_use]
    pub const fn replays(&self) -> bool {
        self.replays
    }
}

/// Whether a person's grant asks operators' hooks before it completes.
#[must_use]
pub fn is_needed(grant: GrantContext<'_>) -> bool {
    let hooks = &grant.token_issuer.hooks;
    hooks.are_asked(Output::AccessToken) || hooks.are_asked(Output::IdToken)
}

impl Prepared {
    /// None if the built-in hook refuses already: then nobody else is asked.
    pub(super) fn new(
        work: &UnitOfWork,
        grant: GrantContext<'_>,
        row: GrantedRow,
        scope: Scope,
        grant_type: GrantType,
    ) -> Option<Self> {
        Some(Self {
            tenancy: row.tenancy.clone()?,
            scope: issue::minted(grant, scope),
            grant_type,
            replays: false,
            jti: TokenId::new(work.now(), work.entropy()),
            event_id: HookEventId::new(work.now(), work.entropy()),
            now: work.now(),
            address: work.origin().address,
            row,
        })
    }

    /// The same for a lost reply's successor.
    pub(super) fn replaying(self, replays: bool) -> Self {
        Self { replays, ..self }
    }
}

/// Asks the operators' hooks about every output of the grant.
pub async fn consult(
    grant: GrantContext<'_>,
    context: &RequestContext,
    prepared: Prepared,
) -> Result<Consulted, GrantError> {
    let GrantContext {
        token_issuer, client, ..
    } = grant;
    let row = &prepared.row;
    let facts = row.facts(grant, None).map_err(MintError::Hook)?;
    let occasion = Occasion {
        event_id: prepared.event_id.clone(),
        now: prepared.now,
        address: prepared.address,
        user_id: &facts.user_id,
        client_id: &client.client_id,
        first_party: client.metadata.first_party,
        grant_type: Some(prepared.grant_type.name()),
        authentication_method: method(prepared.grant_type),
        since: Some(row.began),
        preview: false,
    };
    let membership = membership(grant, &facts);
    let mut decided = Decided {
        jti: prepared.jti.clone(),
        access_token: None,
        id_token: None,
    };
    if token_issuer.hooks.are_asked(Output::AccessToken) {
        let subject = TokenSubject::Person(Box::new(facts.clone()));
        let recipient = row.recipient(grant);
        let draft = access_token::draft(
            token_issuer,
            prepared.now,
            recipient,
            &subject,
            &prepared.scope,
            &prepared.jti,
        );
        let names = row.audience.as_ref().map(|resource| &resource.claim_names);
        let asked = (&occasion, Output::AccessToken);
        let said = ask(grant, context, asked, (&draft, names), &membership).await?;
        decided.access_token = Some(said);
    }
    if prepared.scope.contains(OPENID) && token_issuer.hooks.are_asked(Output::IdToken) {
        let said = IdTokenContent {
            nonce: row.nonce.as_deref(),
            access_token: None,
            standard: row.standard(grant, &prepared.scope),
            scope: &prepared.scope,
        };
        let draft = id_token::draft(token_issuer, client, &facts, said, prepared.now);
        let asked = (&occasion, Output::IdToken);
        let said = ask(grant, context, asked, (&draft, None), &membership).await?;
        decided.id_token = Some(said);
    }
    Ok(Consulted {
        tenancy: prepared.tenancy,
        decided,
        replays: prepared.replays,
    })
}

/// What is known of a membership, and whether `user_role` is part of what is said of it.
struct Membership {
    facts: Map<String, Value>,
    user_role_alias: bool,
}

fn membership(grant: GrantContext<'_>, facts: &GrantFacts) -> Membership {
    Membership {
        facts: facts.tenancy.clone(),
        user_role_alias: grant.token_issuer.settings.user_role_alias,
    }
}

async fn ask(
    grant: GrantContext<'_>,
    context: &RequestContext,
    (occasion, output): (&Occasion<'_>, Output),
    (draft, claim_names): (&Draft, Option<&BTreeMap<String, String>>),
    membership: &Membership,
) -> Result<Map<String, Value>, GrantError> {
    let question = Question {
        occasion,
        output,
        draft: merge::Draft {
            protocol: &draft.protocol,
            tenancy: &draft.tenancy,
            facts: &membership.facts,
            user_role_alias: membership.user_role_alias,
            claim_names,
        },
    };
    let asked = grant.token_issuer.hooks.ask(context, &question).await;
    asked.map_err(|error| match error {
        AskError::Hook(error) => GrantError::Mint(MintError::Hook(error)),
        AskError::Database(error) => GrantError::Database(error),
    })
}

/// The grant in the words of functions that were written for another product.
#[must_use]
pub const fn method(grant_type: GrantType) -> &'static str {
    match grant_type {
        GrantType::RefreshToken => "token_refresh",
        GrantType::AuthorizationCode | GrantType::ClientCredentials => "oauth_provider/authorization_code",
    }
}
