//! Times two queries in turns.

use std::time::{Duration, Instant};

use signet::rls::kit::Epoch;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::stage::{SYNCED, Stage};

/// How much slower than with a literal the query may be.
const BAR: f64 = 1.10;

/// Runs before those that count, of each pair of connections.
const WARM_UP: u32 = 50;

/// So many pairs of connections share the runs: one backend can be quicker than another for all its life.
const PAIRS: u32 = 6;

/// How a statement reaches PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Planned once for the connection.
    Prepared,
    /// Parsed and planned each time.
    Planned,
}

/// A query, asked with and without policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) epoch: Epoch,
    pub(crate) manner: Manner,
    /// Whether the bar is for this one; the others are shown for what they are.
    pub(crate) judged: bool,
    select: &'static str,
    /// Whether one row is asked for, by its key.
    one: bool,
}

impl Case {
    /// Every case.
    pub(crate) fn all() -> Vec<Self> {
        let all = Self {
            name: "all rows of an organization, summed",
            epoch: Epoch::None,
            manner: Manner::Prepared,
            judged: true,
            select: "select count(*), sum(amount) from events",
            one: false,
        };
        let one = Self {
            name: "one row by its key",
            judged: false,
            select: "select amount from events",
            one: true,
            ..all
        };
        vec![
            all,
            Self {
                name: "the same, planned each time",
                manner: Manner::Planned,
                ..all
            },
            Self {
                name: "the same, with a synced epoch",
                epoch: SYNCED,
                ..all
            },
            one,
            Self {
                name: "the same, with a synced epoch",
                epoch: SYNCED,
                ..one
            },
        ]
    }

    fn literal(&self, stage: &Stage) -> String {
        let id = if self.one {
            format!(" and id = {}", stage.row)
        } else {
            String::new()
        };
        format!("{} where org_id = '{}'{id}", self.select, stage.organization)
    }

    fn policy(&self, stage: &Stage) -> String {
        let id = if self.one {
            format!(" where id = {}", stage.row)
        } else {
            String::new()
        };
        format!("{}{id}", self.select)
    }
}

/// What was measured: medians.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Medians {
    pub(crate) literal: Duration,
    pub(crate) policy: Duration,
}

impl Medians {
    /// How many times as long the policy's query takes.
    pub(crate) fn ratio(&self) -> f64 {
        self.policy.as_secs_f64() / self.literal.as_secs_f64()
    }

    /// Whether a judged case is slower than it may be.
    pub(crate) fn misses(&self, case: &Case) -> bool {
        case.judged && self.ratio() > BAR
    }
}

/// Measures a case.
pub(crate) async fn run(stage: &Stage, case: &Case, rounds: u32) -> anyhow::Result<Medians> {
    let (literal, policy) = (case.literal(stage), case.policy(stage));
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (mut unbound, mut person) = (stage.unbound().await?, stage.person().await?);
        for round in 0..WARM_UP + rounds.div_ceil(PAIRS) {
            let first = time(&mut unbound, &literal, case.manner).await?;
            let second = time(&mut person, &policy, case.manner).await?;
            if round >= WARM_UP {
                without.push(first);
                with.push(second);
            }
        }
    }
    Ok(Medians {
        literal: median(without),
        policy: median(with),
    })
}

async fn time(connection: &mut PgConnection, statement: &str, manner: Manner) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let rows = match manner {
        Manner::Prepared => {
            sqlx::query(AssertSqlSafe(statement.to_owned()))
                .fetch_all(connection)
                .await?
        }
        Manner::Planned => {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
                .fetch_all(connection)
                .await?
        }
    };
    anyhow::ensure!(rows.len() == 1, "{statement}: {} rows", rows.len());
    Ok(begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
