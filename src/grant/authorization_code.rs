//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).
//!
//! One statement redeems the code, checks everything it was bound to, makes the grant and asks the built-in hook.
//! Only when it finds no row does a second path find out why, and end what a replayed code had issued.

use super::consult::{Consulted, Prepared};
use super::execute::{Explained, Grant};
use super::groups::GrantGroups;
use super::issue::{GrantContext, Granted};
use super::outcome::{GrantError, invalid_grant};
use super::parameters::GrantParameters;
use super::row::GrantedRow;
use super::store;
use crate::audit::GrantEvent;
use crate::base::entropy::Entropy;
use crate::base::handle::{Handle, Kind};
use crate::db::UnitOfWork;
use crate::db::groups::Turn;
use crate::db::unit_of_work::RequestContext;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::Scope;
use crate::token::refresh_token::{GrantRandom, RefreshToken};
use crate::token::revocation::{self, EndReason};

/// What the client presents.
pub(super) struct CodeRequest<'a> {
    code: Handle,
    redirect_uri: Option<&'a str>,
    challenge: Option<CodeChallenge>,
}

impl<'a> CodeRequest<'a> {
    /// Reads it; what has not the form of a code of ours touches no row.
    pub(super) fn read(parameters: GrantParameters<'a>) -> Result<Self, ProtocolError> {
        let code = parameters.require("code", "code is missing")?;
        let code = Handle::parse(Kind::Code, code).ok_or(UNKNOWN)?;
        let challenge = match parameters.get("code_verifier") {
            Some(verifier) => Some(
                CodeChallenge::of_verifier(verifier)
                    .ok_or(invalid_grant("code_verifier is malformed").about("code_verifier"))?,
            ),
            None => None,
        };
        Ok(Self {
            code,
            redirect_uri: parameters.get("redirect_uri"),
            challenge,
        })
    }

    fn redemption<'b>(
        &'b self,
        work: &UnitOfWork,
        grant: GrantContext<'b>,
        consulted: Option<&'b Consulted>,
    ) -> store::Redemption<'b> {
        let settings = &grant.token_issuer.settings;
        store::Redemption {
            digest: self.code.digest(work.epoch()),
            client_id: &grant.client.client_id,
            challenge: self.challenge.as_ref(),
            redirect_uri: self.redirect_uri,
            resource: grant.named_resource(),
            refresh_digest: None,
            refresh: settings.refresh(false),
            offline: settings.refresh(true),
            with_person: grant.client.has_full_id_token(),
            prepared: consulted.map(|consulted| &consulted.tenancy),
        }
    }

    /// The request as one of a group; `random` is the refresh token that its client is to have.
    fn grouped(
        &self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        random: Option<&GrantRandom>,
        consulted: Option<&Consulted>,
    ) -> store::GroupedRedemption {
        let settings = &grant.token_issuer.settings;
        store::GroupedRedemption {
            digest: self.code.digest(context.epoch),
            client_id: grant.client.client_id.clone(),
            challenge: self
                .challenge
                .as_ref()
                .map(|challenge| challenge.as_str().to_owned()),
            redirect_uri: self.redirect_uri.map(str::to_owned),
            resource: grant.named_resource().map(str::to_owned),
            refresh_digest: random.map(|random| random.digest(context.epoch)),
            refresh: settings.refresh(false),
            offline: settings.refresh(true),
            with_person: grant.client.has_full_id_token(),
            prepared: consulted.map(|consulted| consulted.tenancy.clone()),
        }
    }

    /// Why the code is none for this request. Ownership comes first: only the code's own client with the right verifier
    /// can end what the code issued (RFC 6749 §4.1.2).
    fn refusal(&self, grant: GrantContext<'_>, found: &store::FoundCode) -> Option<ProtocolError> {
        if found.client_id != grant.client.client_id {
            return Some(UNKNOWN);
        }
        if found.code_challenge.as_deref() != self.challenge.as_ref().map(CodeChallenge::as_str) {
            let refused = invalid_grant("code_verifier does not answer the code_challenge");
            return Some(refused.about("code_verifier"));
        }
        let same_redirect = match self.redirect_uri {
            Some(redirect_uri) => redirect_uri == found.redirect_uri,
            None => !found.redirect_uri_given,
        };
        let refused = invalid_grant("redirect_uri is not that of the authorization request");
        (!same_redirect).then(|| refused.about("redirect_uri"))
    }
}

/// What its refresh token is made of, if a client gets one.
fn refresh_random(grant: GrantContext<'_>, entropy: &dyn Entropy) -> Option<GrantRandom> {
    let grant_types = &grant.client.metadata.grant_types;
    let with_refresh = grant_types.contains(&GrantType::RefreshToken);
    with_refresh.then(|| GrantRandom::new(entropy))
}

/// What a redeemed code grants.
fn granted(row: GrantedRow, random: Option<GrantRandom>) -> Granted {
    let refresh = random.map(|random| RefreshToken {
        random,
        generation: 0,
    });
    Granted { row, refresh }
}

const UNKNOWN: ProtocolError = invalid_grant("the code is unknown").about("code");

impl Grant for CodeRequest<'_> {
    const GRANT_TYPE: GrantType = GrantType::AuthorizationCode;

    /// Never: the second time it would find its code redeemed.
    fn repeats(&self, _: GrantContext<'_>) -> bool {
        false
    }

    fn scope(&self, granted: &Scope) -> Scope {
        granted.clone()
    }

    async fn turn_to_prepare(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
    ) -> Turn<Option<Prepared>> {
        let redemption = self.grouped(context, grant, None, None);
        let turn = groups
            .code_preparations
            .turn(store::CodePreparation(redemption))
            .await;
        turn.map(|row| Some(Prepared { row, replays: false }))
    }

    async fn turn_to_complete(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Turn<Granted> {
        let random = refresh_random(grant, &*context.entropy);
        let redemption = self.grouped(context, grant, random.as_ref(), consulted);
        groups
            .redemptions
            .turn(redemption)
            .await
            .map(|row| granted(row, random))
    }

    async fn prepare(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
    ) -> Result<Option<Prepared>, GrantError> {
        let redemption = self.redemption(work, grant, None);
        let row = store::prepare_redemption(work, &redemption).await?;
        let replays = false;
        Ok(row.map(|row| Prepared { row, replays }))
    }

    async fn complete(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Option<Granted>, GrantError> {
        let random = refresh_random(grant, work.entropy());
        let redemption = store::Redemption {
            refresh_digest: random.as_ref().map(|random| random.digest(work.epoch())),
            ..self.redemption(work, grant, consulted)
        };
        let row = store::redeem(work, redemption).await?;
        Ok(row.map(|row| granted(row, random)))
    }

    async fn explain(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        _: Option<&Consulted>,
    ) -> Result<Explained, GrantError> {
        let refused = |error| Ok(Explained::Refused(error));
        let digest = self.code.digest(work.epoch());
        let Some(found) = store::find_code(work, &digest).await? else {
            return refused(UNKNOWN);
        };
        if let Some(error) = self.refusal(grant, &found) {
            return refused(error);
        }
        if found.redeemed {
            if let Some(ended) = revocation::end_grant(work, &found.grant_id, EndReason::CodeReplayed).await?
            {
                let event = GrantEvent::CodeReplayed {
                    user: ended.user_id,
                    client: grant.client.client_id.clone(),
                    grant: ended.id,
                };
                crate::audit::record(work, event).await?;
            }
            return refused(invalid_grant("the code was redeemed before").about("code"));
        }
        if grant
            .named_resource()
            .is_some_and(|named| found.resource.as_deref() != Some(named))
        {
            let error = ProtocolError::new(ErrorCode::InvalidTarget, "resource was not granted");
            return refused(error.about("resource"));
        }
        refused(invalid_grant(
            "the code has expired, or its session, consent or membership has ended",
        ))
    }
}
