//! The refresh grant (RFC 6749 §6, RFC 9700 §4.14).
//!
//! The token's tag is checked before the database is asked. Rotating is one conditional statement, which also asks
//! the built-in hook. Inside the grace the previous generation with the same request gets the same successor, since a
//! lost reply must not log anybody out; anything older proves theft and ends the grant.

use super::consult::{self, Consulted, Prepared};
use super::execute::{Explained, Grant};
use super::groups::GrantGroups;
use super::issue::{GrantContext, Granted};
use super::outcome::{GrantError, invalid_grant};
use super::parameters::GrantParameters;
use super::row::GrantedRow;
use super::store;
use crate::audit::GrantEvent;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::{self, Digest};
use crate::claims::MintError;
use crate::db::UnitOfWork;
use crate::db::groups::Turn;
use crate::db::unit_of_work::RequestContext;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;
use crate::token::refresh_token::RefreshToken;
use crate::token::revocation::{self, EndReason};

/// What the client presents.
pub(super) struct RefreshRequest<'a> {
    /// `refresh_token`, whose tag was checked.
    presented: RefreshToken,
    /// `scope`: the same or less.
    scope: Option<Scope>,
    /// An organization's id or slug, for this one response.
    organization: Option<String>,
    /// The audience that the request names.
    resource: Option<&'a str>,
    /// When the request came: what the grace is judged by. A slow hook makes no theft of a lost reply.
    presented_at: Timestamp,
}

impl<'a> RefreshRequest<'a> {
    /// Reads it; a token that we did not make touches no row.
    pub(super) fn read(
        parameters: GrantParameters<'_>,
        grant: GrantContext<'a>,
        context: &RequestContext,
    ) -> Result<Self, GrantError> {
        let token = parameters.require("refresh_token", "refresh_token is missing")?;
        let scope = parameters.get("scope").map(Scope::parse).transpose()?;
        let organization = scope
            .clone()
            .unwrap_or_default()
            .organization_or(parameters.get("organization"))?;
        let presented = RefreshToken::read(token, grant.keys, context.epoch).map_err(MintError::Signing)?;
        Ok(Self {
            presented: presented.ok_or(UNKNOWN)?,
            // Naming an organization asks for it, not for less of the rest; whether it may be had is not a matter of
            // scope.
            scope: scope
                .map(Scope::without_organization)
                .filter(|scope| !scope.is_empty()),
            organization,
            resource: grant.named_resource(),
            presented_at: context.now,
        })
    }

    /// What makes two uses of one token the same request.
    fn digest(&self) -> Digest {
        let scope = self.scope.as_ref().map(ToString::to_string).unwrap_or_default();
        digest::sha256(&[
            b"refresh request",
            scope.as_bytes(),
            self.resource.unwrap_or_default().as_bytes(),
            self.organization.as_deref().unwrap_or_default().as_bytes(),
        ])
    }

    fn requested(&self, grant: GrantContext<'_>) -> store::Requested<'_> {
        store::Requested {
            scope: self.scope.as_ref(),
            resource: self.resource,
            organization: self.organization.as_deref(),
            any_organization: grant.client.metadata.first_party,
            with_person: grant.client.has_full_id_token(),
        }
    }

    /// The token that comes after the presented one: always the same text.
    fn successor(&self) -> RefreshToken {
        RefreshToken {
            random: self.presented.random.clone(),
            generation: self.presented.generation + 1,
        }
    }

    fn granted(&self, row: GrantedRow) -> Granted {
        Granted {
            row,
            refresh: Some(self.successor()),
        }
    }

    /// Whether the presented token, when another is current, is a lost reply's: the previous one, inside the grace.
    fn is_lost_reply(&self, grant: GrantContext<'_>, current: &store::Rotated) -> bool {
        let grace = grant.token_issuer.settings.refresh_grace();
        let ends = current.at.map(|at| clock::after(at, grace));
        self.presented.generation + 1 == current.generation
            && ends.is_some_and(|ends| self.presented_at < ends)
    }

    /// What the hooks are asked about: nothing, if the token is neither current nor a lost reply's.
    fn prepared(
        &self,
        grant: GrantContext<'_>,
        row: GrantedRow,
        current: &store::Rotated,
    ) -> Option<Prepared> {
        let rotates = self.presented.generation == current.generation;
        let replays =
            || self.is_lost_reply(grant, current) && current.request_digest.as_ref() == Some(&self.digest());
        (rotates || replays()).then_some(Prepared {
            row,
            replays: !rotates,
        })
    }

    /// The request as one of a group. Whoever names something beside its token goes alone. Without a grace everybody does:
    /// a group whose answer is lost must come to its requests as a lost reply.
    fn grouped(
        &self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Option<store::GroupedRotation> {
        let named = self.scope.is_some() || self.organization.is_some() || self.resource.is_some();
        if named || !self.repeats(grant) {
            return None;
        }
        let settings = &grant.token_issuer.settings;
        Some(store::GroupedRotation {
            digest: self.presented.random.digest(context.epoch),
            generation: self.presented.generation,
            client_id: grant.client.client_id.clone(),
            request_digest: self.digest(),
            idle: settings.refresh(false).0,
            offline_idle: settings.refresh(true).0,
            with_person: grant.client.has_full_id_token(),
            prepared: consulted.map(|consulted| consulted.tenancy.clone()),
        })
    }

    /// The current generation of a living grant was refused for what it asked.
    fn refusal(&self, found: &store::FoundRefresh) -> ProtocolError {
        let granted = Scope::from_tokens(found.scopes.iter().cloned());
        if self
            .scope
            .as_ref()
            .is_some_and(|scope| !scope.is_subset(&granted))
        {
            return ProtocolError::new(ErrorCode::InvalidScope, "scope was not granted").about("scope");
        }
        if self
            .resource
            .is_some_and(|named| found.resource.as_deref() != Some(named))
        {
            let error = ProtocolError::new(ErrorCode::InvalidTarget, "resource was not granted");
            return error.about("resource");
        }
        if self.organization.is_some() {
            return ProtocolError::new(
                ErrorCode::InvalidTarget,
                "the person has not consented to this organization here",
            );
        }
        invalid_grant("the person is no longer a member of the grant's organization")
    }

    /// The same answer once more: the successor's text is the same, only the access token is new.
    async fn replay(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Explained, GrantError> {
        let digest = self.presented.random.digest(work.epoch());
        let Some(row) = store::current(work, &digest, &self.requested(grant)).await? else {
            return Ok(Explained::Refused(ENDED));
        };
        // Here nobody may be asked: a transaction is open, and the family's row is locked.
        let current = consulted.is_some_and(|consulted| consulted.holds_for(&row));
        if !current && consult::is_needed(grant) {
            return Ok(Explained::AskAgain);
        }
        let event = GrantEvent::RefreshReplayed {
            user: row.user_id.clone(),
            client: grant.client.client_id.clone(),
            grant: row.grant_id.clone(),
        };
        crate::audit::record(work, event).await?;
        Ok(Explained::Replayed(Box::new(self.granted(row))))
    }

    /// A token that is neither current nor a lost reply's proves that it was copied: the grant ends.
    async fn end_reused(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        found: &store::FoundRefresh,
    ) -> Result<Explained, GrantError> {
        if let Some(ended) = revocation::end_grant(work, &found.grant_id, EndReason::RefreshReused).await? {
            let event = GrantEvent::RefreshReused {
                user: ended.user_id,
                client: grant.client.client_id.clone(),
                grant: ended.id,
                generation: self.presented.generation,
                current: found.rotated.generation,
            };
            crate::audit::record(work, event).await?;
        }
        Ok(Explained::Refused(invalid_grant(
            "the refresh token was used before",
        )))
    }
}

const UNKNOWN: ProtocolError = invalid_grant("the refresh token is unknown");
const ENDED: ProtocolError = invalid_grant("the grant has ended");

impl Grant for RefreshRequest<'_> {
    const GRANT_TYPE: GrantType = GrantType::RefreshToken;

    /// Within the grace the same token is given the same successor.
    fn repeats(&self, grant: GrantContext<'_>) -> bool {
        !grant.token_issuer.settings.refresh_grace().is_zero()
    }

    fn scope(&self, granted: &Scope) -> Scope {
        self.scope.clone().unwrap_or_else(|| granted.clone())
    }

    async fn turn_to_prepare(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
    ) -> Turn<Option<Prepared>> {
        let Some(rotation) = self.grouped(context, grant, None) else {
            return Turn::Alone(None);
        };
        let turn = groups
            .refresh_preparations
            .turn(store::RefreshPreparation(rotation))
            .await;
        turn.map(|(row, rotated)| self.prepared(grant, row, &rotated))
    }

    async fn turn_to_complete(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Turn<Granted> {
        let Some(rotation) = self.grouped(context, grant, consulted) else {
            return Turn::Alone(None);
        };
        groups.rotations.turn(rotation).await.map(|row| self.granted(row))
    }

    async fn prepare(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
    ) -> Result<Option<Prepared>, GrantError> {
        let digest = self.presented.random.digest(work.epoch());
        let requested = self.requested(grant);
        let found = store::prepare_refresh(work, &digest, &grant.client.client_id, &requested).await?;
        let Some((row, current)) = found else {
            return Ok(None);
        };
        Ok(self.prepared(grant, row, &current))
    }

    async fn complete(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Option<Granted>, GrantError> {
        let settings = &grant.token_issuer.settings;
        let rotation = store::Rotation {
            digest: self.presented.random.digest(work.epoch()),
            generation: self.presented.generation,
            client_id: &grant.client.client_id,
            request_digest: self.digest(),
            requested: self.requested(grant),
            idle: settings.refresh(false).0,
            offline_idle: settings.refresh(true).0,
            prepared: consulted.map(|consulted| &consulted.tenancy),
        };
        let row = store::rotate(work, rotation).await?;
        Ok(row.map(|row| self.granted(row)))
    }

    /// A race inside the grace gets its successor again, a reuse ends the grant.
    async fn explain(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Explained, GrantError> {
        let refused = |error| Ok(Explained::Refused(error));
        let digest = self.presented.random.digest(work.epoch());
        let Some(found) = store::find_refresh(work, &digest).await? else {
            return refused(UNKNOWN);
        };
        let (presented, current) = (self.presented.generation, found.rotated.generation);
        if found.client_id != grant.client.client_id || presented > current {
            return refused(UNKNOWN);
        }
        if !found.live {
            return refused(ENDED);
        }
        if presented == current {
            return refused(self.refusal(&found));
        }
        if !self.is_lost_reply(grant, &found.rotated) {
            return self.end_reused(work, grant, &found).await;
        }
        if found.rotated.request_digest != Some(self.digest()) {
            return refused(invalid_grant(
                "the refresh token was just used for another request",
            ));
        }
        self.replay(work, grant, consulted).await
    }
}
