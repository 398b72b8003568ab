//! Owns what a rotation of signing keys keeps to, as configuration, clients and resources say it.

use std::time::Duration;

use metrics::counter;

use super::error::AppError;
use super::root::App;
use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::base::origin::Origin;
use crate::client::longest_life;
use crate::config::SignetConfig;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{
    Change, Pace, Policy, Rotation, Served, Step, StepKind, Used, View, is_ready, lacking, note_serving,
    returning, steps, try_advance, write_down, write_down_uses,
};

/// The job of making new keys.
const MAKES_KEYS: &str = "signing keys";
/// For how long a replica has it: longer than any key takes. One that is lost leaves the next key unpublished for so long.
const LEADS_FOR: Duration = Duration::from_mins(5);
/// How often each key signed here, by `kid`.
const SIGNATURES: &str = "signet_key_signatures_total";
/// How often something that each key signed was found right here, by `kid`.
const VERIFICATIONS: &str = "signet_key_verifications_total";

/// The lengths of time that a rotation keeps to. One statement.
pub async fn rotation_policy(
    connection: &mut PgConnection,
    config: &SignetConfig,
) -> Result<Policy, DatabaseError> {
    let longest = longest_life::of_access_tokens(connection).await?;
    Ok(Policy::new(config, longest))
}

/// Everything that a rotation follows from, and the rules for it: this configuration's, and those of running replicas where
/// they are stricter.
pub async fn rotation_state(
    connection: &mut PgConnection,
    config: &SignetConfig,
    now: Timestamp,
) -> Result<(View, Policy), DatabaseError> {
    let policy = rotation_policy(connection, config).await?;
    let view = View::read(connection, now).await?;
    let policy = policy.strictest(&view);
    Ok((view, policy))
}

/// What a round of the driver came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Driven {
    /// What was done.
    pub changes: Vec<Change>,
    /// Steps that only verifiers or replicas hold up.
    pub held_up: Vec<Step>,
    /// Algorithms of which something is due, and a key that it needs does not open here.
    pub stuck: Vec<Algorithm>,
}

impl App {
    /// Writes down who fetched the key set here since that was done last.
    pub async fn write_down_sightings(&self) -> Result<(), AppError> {
        if self.sightings().is_empty() {
            return Ok(());
        }
        let mut work = self.begin(self.context(Origin::internal("key rotation"))).await?;
        write_down(&mut work, self.sightings(), &self.config().keys.verifiers).await?;
        work.commit().await?;
        Ok(())
    }

    /// Notes which key set this replica serves; none while it lets nobody keep it.
    pub(super) async fn note_serving(&self) -> Result<(), DatabaseError> {
        if self.freshness().why_stale().is_some() {
            return Ok(());
        }
        let config = self.config();
        let keys = self.token_issuer().keys.current();
        let served = Served {
            keys: &keys,
            offered: &config.signing.algorithms,
            cache: Policy::new(config, None).cache(),
        };
        let mut work = self.single(self.context(Origin::internal("report"))).await?;
        note_serving(&mut work, served).await?;
        work.commit().await
    }

    /// Writes down how often keys signed and verified here since that was done last.
    pub async fn write_down_key_uses(&self) -> Result<(), DatabaseError> {
        let mut work = self.single(self.context(Origin::internal("report"))).await?;
        let used = write_down_uses(&mut work, &self.token_issuer().keys).await?;
        work.commit().await?;
        for Used {
            key_id,
            signatures,
            verifications,
        } in used
        {
            counter!(SIGNATURES, "kid" => key_id.clone()).increment(signatures);
            counter!(VERIFICATIONS, "kid" => key_id).increment(verifications);
        }
        Ok(())
    }

    /// Does what is due of our keys' rotation, unless another replica does at this moment.
    pub async fn drive_rotation(&self) -> Result<Driven, AppError> {
        // A step that came early cannot be taken back.
        if !self.freshness().clock_is_steady() {
            tracing::warn!("the database's clock jumped: no signing key is changed until it is steady");
            return Ok(Driven::default());
        }
        let context = self.context(Origin::internal("key rotation"));
        let mut connection = self.pool().acquire().await?;
        let (view, policy) = rotation_state(&mut connection, self.config(), context.now).await?;
        connection.keep();
        let keys = &self.token_issuer().keys;
        if keys.still_awaits(&returning(&view, &policy)) {
            tracing::info!(
                "a key whose algorithm had been left out is known to verifiers again: it signs from now on"
            );
            self.refresh("keys").await;
        }
        let planned = steps(&view, &policy);
        let held_up: Vec<Step> = planned
            .iter()
            .filter(|step| step.is_held_up(view.now))
            .cloned()
            .collect();
        let mut stuck: Vec<Algorithm> = Vec::new();
        let mut possible = false;
        for step in planned.iter().filter(|step| step.is_due(view.now)) {
            if !self.lacks_a_key_for(step, &view) {
                possible = true;
            } else if !stuck.contains(&step.algorithm) {
                stuck.push(step.algorithm);
            }
        }
        if !possible && view.life_is_known(policy.life) && !view.is_restored() && !view.is_untimed() {
            return Ok(Driven {
                changes: Vec::new(),
                held_up,
                stuck,
            });
        }
        let changes = self.carry_out(&lacking(&view, &policy, &stuck), &policy).await?;
        Ok(Driven {
            changes,
            held_up,
            stuck,
        })
    }

    /// Carries out what is due, with a new key of each of these algorithms. Who has none, since another replica makes them,
    /// does the steps that need none.
    async fn carry_out(&self, lacking: &[Algorithm], policy: &Policy) -> Result<Vec<Change>, AppError> {
        let rotation = Rotation {
            keyring: self.keyring(),
            policy,
        };
        let context = || self.context(Origin::internal("key rotation"));
        let spares = self.token_issuer().keys.spares();
        let mut new = spares.at_hand(lacking, policy.rsa_bits);
        let makes = !new.are_of(lacking) && self.makes_keys(rotation).await?;
        if makes {
            spares.keep(new, false);
            new = spares
                .provide(lacking, policy.rsa_bits, Pace::BehindRequests)
                .await?;
        }
        let carried_out = async {
            let mut work = self.begin(context()).await?;
            let changes = try_advance(&mut work, rotation, &mut new).await?;
            work.commit().await?;
            Ok::<_, AppError>(changes.unwrap_or_default())
        };
        let changes = carried_out.await;
        spares.keep(new, changes.is_ok());
        if makes {
            self.gives_up(MAKES_KEYS).await?;
        }
        changes
    }

    /// Whether this replica is the one that makes keys, and a step could be carried out now: a key takes seconds of a core,
    /// and is not made to be thrown away.
    async fn makes_keys(&self, rotation: Rotation<'_>) -> Result<bool, AppError> {
        if !self.leads(MAKES_KEYS, LEADS_FOR).await? {
            return Ok(false);
        }
        let ready = async {
            let mut work = self.begin(self.context(Origin::internal("key rotation"))).await?;
            let ready = is_ready(&mut work, rotation).await?;
            work.commit().await?;
            Ok::<_, AppError>(ready)
        };
        let ready = ready.await;
        if !matches!(ready, Ok(true)) {
            self.gives_up(MAKES_KEYS).await?;
        }
        ready
    }

    /// Whether a key that a step needs is one of those that do not open here. To try again every few seconds would make
    /// a key each time and publish none of them.
    fn lacks_a_key_for(&self, step: &Step, view: &View) -> bool {
        let keys = self.token_issuer().keys.current();
        let lost = |key_id: &KeyId| keys.unopened().iter().any(|row| row.row == key_id.as_str());
        let active = view.find(step.algorithm, KeyStatus::Active);
        let next = step.key_id.as_ref().filter(|_| step.kind == StepKind::Activate);
        active.is_some_and(|active| lost(&active.key_id)) || next.is_some_and(lost)
    }
}
