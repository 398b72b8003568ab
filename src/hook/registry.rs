//! Owns the hooks as this process knows them: which are asked for an output, and how they are reached. Reading it is
//! a lock held for a pointer's copy; replacing it is two statements. It does not know who says that hooks changed.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::{Breaker, BreakerSettings};
use super::definition::{Hook, Target, UnopenedTarget};
use super::record::{self, Recorded};
use super::sample::{Kept, Sampler, Sampling};
use super::sealed_keys;
use super::transport::sql::SqlTransport;
use super::{shadow, shipped, store};
use crate::base::clock::{self, Timestamp};
use crate::base::current::Current;
use crate::base::fetch::Fetch;
use crate::base::id::UserId;
use crate::db::pool::Pool;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::protocol::claims::Output;
use crate::protocol::scope::Scope;
use crate::sealing::Keyring;

/// How many previews services may have under way: a slow function leaves connections to the grants.
const PREVIEWS_AT_ONCE: usize = 2;

/// Why the hooks are not known.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// An SQL hook is enabled, and nothing says how to reach it.
    #[error(
        "the SQL hook {hook} is enabled, but database.hook_url is not set: set it to a URL that logs in as signet_hook, \
         or disable the hook"
    )]
    NoHookUrl {
        /// Its name.
        hook: String,
    },
    /// An SQL hook is enabled, and its role cannot log in.
    #[error("the SQL hook {hook} is enabled, but database.hook_url does not work")]
    HookUrl {
        /// Its name.
        hook: String,
        /// Why.
        #[source]
        source: DatabaseError,
    },
}

/// The enabled hooks of one moment, in the order in which they are asked.
#[derive(Debug, Default)]
pub struct HookSet {
    hooks: Vec<Arc<Hook>>,
}

impl HookSet {
    /// The hooks that decide an output.
    pub fn deciding(&self, output: Output) -> impl Iterator<Item = &Arc<Hook>> {
        self.of(output).filter(|hook| !hook.settings.shadow)
    }

    /// The candidates that are asked beside them.
    pub fn shadows(&self, output: Output) -> impl Iterator<Item = &Arc<Hook>> {
        self.of(output).filter(|hook| hook.settings.shadow)
    }

    /// Every enabled hook.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Hook>> {
        self.hooks.iter()
    }

    /// The enabled hooks that stand for rows which cannot be opened here, with the reason.
    pub fn unopened(&self) -> impl Iterator<Item = (&str, &UnopenedTarget)> {
        self.hooks.iter().filter_map(|hook| match &hook.settings.target {
            Target::Unopened(unopened) => Some((hook.settings.name.as_str(), unopened)),
            Target::Sql(_) | Target::Http(_) => None,
        })
    }

    fn of(&self, output: Output) -> impl Iterator<Item = &Arc<Hook>> {
        self.hooks
            .iter()
            .filter(move |hook| hook.settings.outputs.contains(&output))
    }
}

/// How hooks are reached, and what is kept of their questions.
#[derive(Debug)]
pub struct Transports {
    /// None where `database.hook_url` is not set.
    pub sql: Option<SqlTransport>,
    /// For HTTP hooks.
    pub fetch: Fetch,
    /// Which questions are kept.
    pub sampling: Sampling,
}

/// The hooks and the ways to them.
#[derive(Debug, Clone)]
pub struct Hooks {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: Pool,
    sql: Option<SqlTransport>,
    fetch: Fetch,
    breaker: Breaker,
    recorded: Recorded,
    sampler: Sampler,
    recording: Arc<Semaphore>,
    watching: Arc<Semaphore>,
    previewing: Arc<Semaphore>,
    current: Current<HookSet>,
}

impl Hooks {
    /// Reads the hooks for the first time. `pool` is the application's, for building events.
    pub async fn load(
        pool: Pool,
        transports: Transports,
        connection: &mut PgConnection,
        keyring: &Keyring,
    ) -> Result<Self, RegistryError> {
        let set = read(connection, keyring).await?;
        for (name, unopened) in set.unopened() {
            tell(name, unopened);
        }
        let hooks = Self {
            shared: Arc::new(Shared {
                pool,
                sql: transports.sql,
                fetch: transports.fetch,
                breaker: Breaker::new(BreakerSettings::default()),
                recorded: Recorded::default(),
                sampler: Sampler::new(transports.sampling),
                recording: Arc::new(Semaphore::new(record::AT_ONCE)),
                watching: Arc::new(Semaphore::new(shadow::AT_ONCE)),
                previewing: Arc::new(Semaphore::new(PREVIEWS_AT_ONCE)),
                current: Current::new(Arc::new(set)),
            }),
        };
        hooks.prepare();
        Ok(hooks)
    }

    /// Has the client for HTTP hooks built before the first of them is asked: the time for that is not the hook's.
    fn prepare(&self) {
        let over_http = |hook: &Arc<Hook>| matches!(hook.settings.target, Target::Http(_));
        if self.current().all().any(over_http) {
            let fetch = self.shared.fetch.clone();
            tokio::spawn(async move { fetch.prepare().await });
        }
    }

    /// The same hooks and ways for a dry run: nothing that is asked through it is kept or counts as an outage. What is
    /// left alone at this moment is left alone by it too.
    #[must_use]
    pub fn apart(&self, now: Timestamp) -> Self {
        let Shared {
            pool,
            sql,
            fetch,
            breaker,
            recording,
            watching,
            previewing,
            ..
        } = &*self.shared;
        Self {
            shared: Arc::new(Shared {
                pool: pool.clone(),
                sql: sql.clone(),
                fetch: fetch.clone(),
                breaker: breaker.apart(now),
                sampler: Sampler::new(Sampling::default()),
                recording: Arc::clone(recording),
                watching: Arc::clone(watching),
                previewing: Arc::clone(previewing),
                recorded: Recorded::default(),
                current: Current::new(self.current()),
            }),
        }
    }

    /// Leave for one preview of a service's; none while as many are under way as may be. It ends with the permit.
    #[must_use]
    pub fn preview_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.previewing).try_acquire_owned().ok()
    }

    /// The hooks of this moment. A grant takes them once.
    #[must_use]
    pub fn current(&self) -> Arc<HookSet> {
        self.shared.current.get()
    }

    /// Whether any operator's hook is asked about an output, be it to decide or beside, or its questions are kept.
    /// Without one, a grant is one statement.
    #[must_use]
    pub fn are_asked(&self, output: Output) -> bool {
        let kept = output == Output::AccessToken && self.shared.sampler.is_on();
        kept || self.current().of(output).next().is_some()
    }

    /// Reads the hooks again, whenever the version of the cache `hooks` has moved. If the database fails the old ones
    /// stay, and whoever asked tries again; a row that cannot be opened keeps no other from being taken over.
    pub async fn reload(
        &self,
        connection: &mut PgConnection,
        keyring: &Keyring,
    ) -> Result<(), RegistryError> {
        let known = self.shared.current.reload(read(connection, keyring)).await?;
        let set = self.current();
        for (name, unopened) in set.unopened() {
            // Hooks are read every few seconds: said once.
            if !known.unopened().any(|(known, _)| known == name) {
                tell(name, unopened);
            }
        }
        let enabled = |name: &str| set.all().any(|hook| hook.settings.name == name);
        self.shared.breaker.retain(enabled);
        self.shared.recorded.retain(enabled);
        self.prepare();
        Ok(())
    }

    /// Whether every enabled SQL hook can be reached: for the start and for `signet doctor`.
    pub async fn check(&self) -> Result<(), RegistryError> {
        let set = self.current();
        let sql = set
            .all()
            .find(|hook| matches!(hook.settings.target, Target::Sql(_)));
        let Some(hook) = sql else { return Ok(()) };
        let hook = hook.settings.name.clone();
        match &self.shared.sql {
            None => Err(RegistryError::NoHookUrl { hook }),
            Some(transport) => transport
                .check()
                .await
                .map_err(|source| RegistryError::HookUrl { hook, source }),
        }
    }

    /// The connections of SQL hooks, if there are any.
    #[must_use]
    pub fn sql(&self) -> Option<&SqlTransport> {
        self.shared.sql.as_ref()
    }

    /// What the built-in hook says of a person, in the caller's transaction; none where it refuses.
    pub async fn facts(
        work: &mut UnitOfWork,
        user_id: &UserId,
        organization: Option<&str>,
        scope: &Scope,
    ) -> Result<Option<Value>, DatabaseError> {
        store::facts(work.connection()?, user_id, organization, &scope.to_vec()).await
    }

    /// A person's organizations, as userinfo lists them by their scope.
    pub async fn organizations(work: &mut UnitOfWork, user_id: &UserId) -> Result<Value, DatabaseError> {
        store::organizations(work.connection()?, user_id).await
    }

    /// The latest questions that were kept since a time, the latest first.
    pub async fn kept(&self, since: Timestamp, limit: u32) -> Result<Vec<Kept>, DatabaseError> {
        let mut connection = self.shared.pool.acquire_repeatable().await?;
        let kept = store::events::latest(&mut connection, since, i64::from(limit)).await?;
        connection.keep();
        Ok(kept)
    }

    /// Deletes kept questions that are too old, and those of slots that there are no longer.
    pub async fn expire(work: &mut UnitOfWork, sampling: Sampling) -> Result<u64, DatabaseError> {
        let before = clock::before(work.now(), sampling.kept_for);
        let slots = i32::try_from(sampling.keep).unwrap_or(i32::MAX);
        store::events::expire(work.connection()?, before, slots).await
    }

    /// The way to HTTP hooks.
    pub(super) fn fetch(&self) -> &Fetch {
        &self.shared.fetch
    }

    /// Which hooks are left alone.
    #[must_use]
    pub fn breaker(&self) -> &Breaker {
        &self.shared.breaker
    }

    /// Which failures were recorded.
    pub(super) fn recorded(&self) -> &Recorded {
        &self.shared.recorded
    }

    /// How many failures may be in the writing.
    pub(super) fn recording(&self) -> &Arc<Semaphore> {
        &self.shared.recording
    }

    /// Which questions are kept.
    pub(super) fn sampler(&self) -> &Sampler {
        &self.shared.sampler
    }

    /// How many questions may wait for their shadows.
    pub(super) fn watching(&self) -> &Arc<Semaphore> {
        &self.shared.watching
    }

    /// The application's connections, for events.
    pub(super) fn pool(&self) -> &Pool {
        &self.shared.pool
    }
}

async fn read(connection: &mut PgConnection, keyring: &Keyring) -> Result<HookSet, RegistryError> {
    let mut hooks: Vec<Arc<Hook>> = Vec::new();
    if let Some(replacement) = shipped::replacement(connection).await? {
        hooks.push(Arc::new(replacement));
    }
    for row in store::all(connection).await? {
        // Whatever is wrong with a disabled hook stops nobody.
        if row.enabled {
            hooks.push(Arc::new(sealed_keys::open_or_stand_in(&row, keyring)));
        }
    }
    Ok(HookSet { hooks })
}

fn tell(name: &str, unopened: &UnopenedTarget) {
    let reason = &unopened.reason;
    tracing::error!(
        hook.name = name,
        reason,
        "an enabled hook cannot be opened; the others are asked"
    );
}
