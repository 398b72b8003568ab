//! Owns what a rotation of signing keys keeps to, as configuration, clients and resources say it.

use metrics::counter;

use super::error::AppError;
use super::root::App;
use crate::base::id::KeyId;
use crate::base::origin::Origin;
use crate::client::longest_life;
use crate::config::SignetConfig;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{
    Change, NewKeys, Policy, Rotation, Served, Step, StepKind, Used, View, note_serving, returning, steps,
    try_advance, write_down, write_down_uses,
};

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
        let policy = rotation_policy(&mut connection, self.config()).await?;
        let view = View::read(&mut connection, context.now).await?;
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
        let new = NewKeys::lacking(&view, &policy, &stuck).await?;
        let mut work = self.begin(context).await?;
        let rotation = Rotation {
            keyring: self.keyring(),
            policy: &policy,
        };
        let changes = try_advance(&mut work, rotation, new).await?.unwrap_or_default();
        work.commit().await?;
        Ok(Driven {
            changes,
            held_up,
            stuck,
        })
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
