//! Owns how every grant is carried out; a grant type supplies its own part ([`Grant`]).
//!
//! Where nobody is to be asked, a person's grant is one statement. Where operators' hooks are enabled it is prepared (no
//! lock, no transaction), they are asked while no connection is held, and it is completed if what they were asked about
//! is still true: else once more from the start. What was not completed takes a slow path in a transaction, to find out
//! why and leave its trace.

use std::sync::atomic::{AtomicBool, Ordering};

use super::authorization_code::CodeRequest;
use super::client_credentials;
use super::consult::{self, Consulted, Prepared};
use super::groups::GrantGroups;
use super::issue::{self, GrantContext, Granted};
use super::outcome::{GrantError, GrantOutcome};
use super::parameters::GrantParameters;
use super::refresh_token::RefreshRequest;
use crate::base::clock::Clock;
use crate::claims::{MintError, TokenIssuer};
use crate::client::{AccessTokenFormat, Client, Resource};
use crate::db::changes::Freshness;
use crate::db::groups::{Slot, Turn};
use crate::db::pool::Pool;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::hook::HookError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;

/// How often a grant is prepared anew because its person's memberships changed while hooks were asked.
const ATTEMPTS: u32 = 2;

/// What grants are carried out with.
#[derive(Clone, Copy)]
pub struct GrantServices<'a> {
    /// The application's connections.
    pub pool: &'a Pool,
    /// The time: read again for each step where hooks are asked in between.
    pub clock: &'a dyn Clock,
    /// Issuer, keys, lifetimes, hooks.
    pub token_issuer: &'a TokenIssuer,
    /// Whether what is held in memory may still be trusted.
    pub freshness: &'a Freshness,
    /// Where requests that come at once become one statement.
    pub groups: &'a GrantGroups,
    /// Whether a resource, which may turn out to be a grant's, wants an algorithm that nobody signs with.
    pub unserved_resource: &'a AtomicBool,
}

/// A token request of an authenticated client.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// `grant_type`, for which the client is registered.
    pub grant_type: GrantType,
    /// The client.
    pub client: &'a Client,
    /// The audience that is named.
    pub resource: Option<&'a Resource>,
    /// What else is presented.
    pub parameters: GrantParameters<'a>,
}

/// Why there was nothing to complete.
pub(super) enum Explained {
    /// The request is refused, and whatever trace that left is committed.
    Refused(ProtocolError),
    /// A lost reply is given once more.
    Replayed(Box<Granted>),
    /// It would be given once more, but what the hooks were asked about is no longer true: they must be asked anew.
    AskAgain,
}

/// One person's grant type: what it presents, and what it does with it.
pub(super) trait Grant {
    /// Its `grant_type`.
    const GRANT_TYPE: GrantType;

    /// Whether the completing statement may be sent twice without doing anything twice.
    fn repeats(&self, grant: GrantContext<'_>) -> bool;

    /// What is granted now of what was granted once.
    fn scope(&self, granted: &Scope) -> Scope;

    /// Waits for the turn to prepare, or for a group that prepares it.
    async fn turn_to_prepare(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
    ) -> Turn<Option<Prepared>>;

    /// Waits for the turn to complete, or for a group that completes it.
    async fn turn_to_complete(
        &self,
        groups: &GrantGroups,
        context: &RequestContext,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Turn<Granted>;

    /// Reads what completing would grant, for the operators' hooks. `None` if it would grant nothing.
    async fn prepare(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
    ) -> Result<Option<Prepared>, GrantError>;

    /// Completes in one statement. `None` if it found nothing to complete, or if what the hooks were asked about is no
    /// longer true.
    async fn complete(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Option<Granted>, GrantError>;

    /// Finds out, in a transaction, why there was nothing to complete.
    async fn explain(
        &self,
        work: &mut UnitOfWork,
        grant: GrantContext<'_>,
        consulted: Option<&Consulted>,
    ) -> Result<Explained, GrantError>;
}

/// Carries out a token request. Whoever looks something up before it asks [`GrantServices::may_mint`] first; it is asked
/// here too, so that no door can forget it.
pub async fn execute(
    services: GrantServices<'_>,
    context: RequestContext,
    request: TokenRequest<'_>,
) -> Result<GrantOutcome, GrantError> {
    services.may_mint(request.client)?;
    let keys = services.token_issuer.keys.current();
    let grant = GrantContext {
        token_issuer: services.token_issuer,
        keys: &keys,
        client: request.client,
        resource: request.resource,
    };
    let parameters = request.parameters;
    match request.grant_type {
        GrantType::AuthorizationCode => {
            let code = CodeRequest::read(parameters)?;
            services.run(context, grant, &code).await
        }
        GrantType::RefreshToken => {
            let refresh = RefreshRequest::read(parameters, grant, &context)?;
            services.run(context, grant, &refresh).await
        }
        GrantType::ClientCredentials => {
            client_credentials::execute(services, context, grant, parameters).await
        }
    }
}

impl GrantServices<'_> {
    /// Nothing is minted from what may have been revoked since it was read.
    pub fn may_mint(self, client: &Client) -> Result<(), GrantError> {
        self.freshness.why_stale().map_or(Ok(()), |reason| {
            let client = client.client_id.clone();
            Err(GrantError::Stale { reason, client })
        })
    }

    /// A person's grant. Whoever is asked takes time, so that the clock is read again for each step: what has expired by
    /// then is not granted, and what is granted is dated by then.
    async fn run(
        self,
        context: RequestContext,
        grant: GrantContext<'_>,
        presented: &impl Grant,
    ) -> Result<GrantOutcome, GrantError> {
        refusal_of_hooks(self.try_run(context, grant, presented).await)
    }

    async fn try_run<G: Grant>(
        self,
        context: RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
    ) -> Result<GrantOutcome, GrantError> {
        if !consult::is_needed(grant) {
            let turn = self.turn(&context, grant, presented, None).await;
            // Waiting takes time, in which a hook can have been enabled. What a group was sent for was sent before.
            if !matches!(turn, Turn::Alone(_)) || !consult::is_needed(grant) {
                let completed = self.take(turn, &context, grant, presented, None).await?;
                return match completed {
                    Some(outcome) => Ok(outcome),
                    None => settled(
                        self.explain(&self.at_present(&context), grant, presented, None)
                            .await?,
                    ),
                };
            }
        }
        for _ in 0..ATTEMPTS {
            let prepared = self.prepared(&context, grant, presented).await?;
            // The time after the wait for it: hooks are told when they are asked.
            let context = self.at_present(&context);
            let consulted = match prepared {
                Some(prepared) => self.consult(&context, grant, presented, prepared).await?,
                None => None,
            };
            let context = self.at_present(&context);
            let Some((consulted, replays)) = consulted else {
                return settled(self.explain(&context, grant, presented, None).await?);
            };
            // The keys are taken again too: one that was revoked while the hooks thought signs nothing.
            self.may_mint(grant.client)?;
            let keys = self.token_issuer.keys.current();
            let grant = GrantContext { keys: &keys, ..grant };
            let consulted = Some(&consulted);
            let outcome = if replays {
                self.explain(&context, grant, presented, consulted).await?
            } else {
                let turn = self.turn(&context, grant, presented, consulted).await;
                self.take(turn, &context, grant, presented, consulted).await?
            };
            if let Some(outcome) = outcome {
                return Ok(outcome);
            }
        }
        settled(None)
    }

    fn at_present(self, context: &RequestContext) -> RequestContext {
        RequestContext {
            now: self.clock.now(),
            ..context.clone()
        }
    }

    /// Asks the hooks about what would be granted, while no connection is held; says whether it is a lost reply. `None` if
    /// nothing would be granted.
    async fn consult<G: Grant>(
        self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
        prepared: Prepared,
    ) -> Result<Option<(Consulted, bool)>, GrantError> {
        let Prepared { row, replays } = prepared;
        let scope = presented.scope(&row.scope);
        let consulted = consult::consult(grant, context, G::GRANT_TYPE, &row, scope).await?;
        Ok(consulted.map(|consulted| (consulted, replays)))
    }

    /// Reads what would be granted, in a group or alone. `None` if nothing would be granted.
    async fn prepared<G: Grant>(
        self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
    ) -> Result<Option<Prepared>, GrantError> {
        let slot = match presented.turn_to_prepare(self.groups, context, grant).await {
            Turn::Completed(prepared, _) => return Ok(*prepared),
            Turn::Alone(slot) => slot,
            Turn::Failed(error) => return Err(error.into()),
        };
        let mut work = UnitOfWork::repeatable(self.pool, self.at_present(context)).await?;
        let prepared = presented.prepare(&mut work, grant).await;
        drop(slot);
        let prepared = prepared?;
        // Nothing was written: this gives the connection to the next one while the hooks are asked.
        work.commit().await?;
        Ok(prepared)
    }

    /// Waits for the turn, where one statement is enough.
    async fn turn<G: Grant>(
        self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
        consulted: Option<&Consulted>,
    ) -> Turn<Granted> {
        if self.is_one_statement(grant) {
            let turn = presented.turn_to_complete(self.groups, context, grant, consulted);
            turn.await
        } else {
            Turn::Alone(None)
        }
    }

    /// Answers after the turn has come; `None` if there was nothing to complete. Keys and caches are asked again for what is
    /// still to be completed. What a group has completed is answered in any case, with the keys of then if those of now
    /// cannot: otherwise its client would come again once it no longer counts as a lost reply's. It is dated by when it was
    /// completed: an end of everything older that came after that must reach its tokens.
    async fn take<G: Grant>(
        self,
        turn: Turn<Granted>,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
        consulted: Option<&Consulted>,
    ) -> Result<Option<GrantOutcome>, GrantError> {
        let keys = self.token_issuer.keys.current();
        let present = GrantContext { keys: &keys, ..grant };
        match turn {
            Turn::Completed(granted, at) => {
                let grant = if self.can_answer(present) { present } else { grant };
                let mut work = UnitOfWork::without_connection(RequestContext {
                    now: at,
                    ..context.clone()
                });
                let outcome = mint(&mut work, grant, presented, *granted, consulted).await?;
                Ok(Some(outcome))
            }
            Turn::Alone(slot) => {
                self.may_mint(grant.client)?;
                let context = self.at_present(context);
                self.complete(&context, present, presented, consulted, slot).await
            }
            Turn::Failed(error) => Err(error.into()),
        }
    }

    /// The completing statement; `None` if it found nothing to complete. The slot is let go once it is answered.
    async fn complete<G: Grant>(
        self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
        consulted: Option<&Consulted>,
        slot: Option<Slot>,
    ) -> Result<Option<GrantOutcome>, GrantError> {
        let repeats = presented.repeats(grant);
        let mut work = self.begin(context.clone(), grant, repeats).await?;
        let completed = presented.complete(&mut work, grant, consulted).await;
        drop(slot);
        let Some(granted) = completed? else {
            work.rollback().await?;
            return Ok(None);
        };
        let outcome = mint(&mut work, grant, presented, granted, consulted).await?;
        work.commit().await?;
        Ok(Some(outcome))
    }

    /// Why there was nothing to complete, or a lost reply once more. `None` if that cannot be said without asking the
    /// hooks anew.
    async fn explain<G: Grant>(
        self,
        context: &RequestContext,
        grant: GrantContext<'_>,
        presented: &G,
        consulted: Option<&Consulted>,
    ) -> Result<Option<GrantOutcome>, GrantError> {
        let mut work = UnitOfWork::begin(self.pool, context.clone()).await?;
        match presented.explain(&mut work, grant, consulted).await? {
            Explained::Refused(error) => {
                work.commit().await?;
                Ok(Some(GrantOutcome::Refused(error)))
            }
            Explained::Replayed(granted) => {
                // Nothing was rotated: that the token came again is recorded, whatever the hooks say to it now.
                let replayed = mint(&mut work, grant, presented, *granted, consulted).await;
                let outcome = refusal_of_hooks(replayed)?;
                work.commit().await?;
                Ok(Some(outcome))
            }
            Explained::AskAgain => {
                work.rollback().await?;
                Ok(None)
            }
        }
    }

    /// One autocommit statement is enough for JWTs whose signers are all at hand; a reference token's row belongs to the
    /// same transaction. Where a key is missing, only the statement's row says whether the grant needs that one: then it
    /// is taken back if it does.
    async fn begin(
        self,
        context: RequestContext,
        grant: GrantContext<'_>,
        repeats: bool,
    ) -> Result<UnitOfWork, DatabaseError> {
        if !self.is_one_statement(grant) {
            UnitOfWork::begin(self.pool, context).await
        } else if repeats {
            UnitOfWork::repeatable(self.pool, context).await
        } else {
            UnitOfWork::single(self.pool, context).await
        }
    }

    /// Whether completing needs no transaction.
    fn is_one_statement(self, grant: GrantContext<'_>) -> bool {
        match grant.client.metadata.access_token_format {
            AccessTokenFormat::Jwt => self.can_answer(grant),
            AccessTokenFormat::Reference => false,
        }
    }

    /// Whether every grant of a person can be answered for with these keys: the client's algorithms are signed with, and
    /// no resource wants one that is left out. Then what its completing statement wrote need not be taken back.
    fn can_answer(self, grant: GrantContext<'_>) -> bool {
        let metadata = &grant.client.metadata;
        let wanted = [
            Some(metadata.id_token_signed_response_alg),
            metadata.access_token_signed_response_alg,
        ];
        let mut wanted = wanted.into_iter().flatten();
        grant.keys.is_complete()
            && !self.unserved_resource.load(Ordering::Relaxed)
            && wanted.all(|one| grant.keys.signs(one))
    }
}

/// Mints what was granted.
async fn mint<G: Grant>(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    presented: &G,
    granted: Granted,
    consulted: Option<&Consulted>,
) -> Result<GrantOutcome, GrantError> {
    let scope = presented.scope(&granted.row.scope);
    let decided = consulted.map(|consulted| &consulted.decided);
    let tokens = issue::tokens(work, grant, granted, scope, decided).await?;
    Ok(GrantOutcome::Granted(Box::new(tokens)))
}

fn settled(outcome: Option<GrantOutcome>) -> Result<GrantOutcome, GrantError> {
    outcome.ok_or(GrantError::ChangedMeanwhile)
}

/// A hook's refusal is an answer, whatever the hook named.
fn refusal_of_hooks(result: Result<GrantOutcome, GrantError>) -> Result<GrantOutcome, GrantError> {
    let description = match &result {
        Err(GrantError::Mint(MintError::Hook(HookError::Refused))) => {
            "the person is no longer a member of the organization"
        }
        Err(GrantError::Mint(MintError::Hook(HookError::Denied { .. }))) => {
            "a rule of this server refuses tokens for this person"
        }
        _ => return result,
    };
    let error = ProtocolError::new(ErrorCode::InvalidGrant, description);
    Ok(GrantOutcome::Refused(error))
}
