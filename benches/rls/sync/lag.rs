//! Owns the clock: from the commit of a removal here to the moment at which another session downstream sees it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::ground::Ground;

/// How often downstream is looked at: a lag is this much too long at most.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What is not there after this is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was measured, shortest first.
#[derive(Debug)]
pub(crate) struct Lags {
    sorted: Vec<Duration>,
    /// How many changes were committed in a second.
    pub(crate) per_second: f64,
}

impl Lags {
    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The lag that so many of a hundred do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let at = (self.sorted.len() * percent).div_ceil(100);
        let lag = self.sorted.get(at.saturating_sub(1));
        lag.copied().unwrap_or_default()
    }
}

/// Removes every member at a steady rate.
pub(crate) async fn measure(ground: Arc<Ground>, per_second: u32) -> anyhow::Result<Lags> {
    let wanted = ground.members.len();
    let watching = tokio::spawn(watch(ground.downstream().await?, wanted));
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let begun = Instant::now();
    let mut changes = JoinSet::new();
    for at in 0..wanted {
        ticks.tick().await;
        let ground = Arc::clone(&ground);
        changes.spawn(async move {
            let member = ground
                .members
                .get(at)
                .ok_or_else(|| anyhow::anyhow!("no member"))?;
            let committed = ground.remove(member).await?;
            anyhow::Ok(((member.1.to_string(), member.0.to_string()), committed))
        });
    }
    let mut committed = BTreeMap::new();
    while let Some(change) = changes.join_next().await {
        let (member, at) = change??;
        committed.insert(member, at);
    }
    let last = committed.values().max().copied().unwrap_or(begun);
    let seen = watching.await??;
    let mut sorted = Vec::new();
    for (member, at) in &committed {
        let seen = seen
            .get(member)
            .ok_or_else(|| anyhow::anyhow!("a removal was never seen downstream"))?;
        sorted.push(seen.saturating_duration_since(*at));
    }
    sorted.sort_unstable();
    let count = f64::from(u32::try_from(sorted.len())?);
    Ok(Lags {
        sorted,
        per_second: count / last.duration_since(begun).as_secs_f64(),
    })
}

/// Looks until everything is there, or for too long in vain.
async fn watch(
    mut connection: PgConnection,
    wanted: usize,
) -> anyhow::Result<BTreeMap<(String, String), Instant>> {
    let mut seen = BTreeMap::new();
    let mut last = Instant::now();
    while seen.len() < wanted && last.elapsed() < PATIENCE {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select user_id, organization_id from auth.epoch_cutoffs where user_id <> '' and organization_id <> ''",
        )
        .fetch_all(&mut connection)
        .await?;
        let now = Instant::now();
        if rows.len() > seen.len() {
            last = now;
        }
        for row in rows {
            seen.entry(row).or_insert(now);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(seen)
}
