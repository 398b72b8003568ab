//! Owns the floor of grants and look-ups: single statements of PostgreSQL with many clients, from a process of their
//! own. The tables are as narrow as ours are not: a floor, not a model.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};

use super::wire::Session;
use crate::children;
use crate::figures;

/// The database with the tables.
pub(crate) const DATABASE: &str = "floors";
const USER: &str = "postgres";
const ROWS: i32 = 100_000;

pub(super) const SELECT: &str = "select value from lookups where id = $1";
pub(super) const UPDATE: &str = "update counters set value = value + 1 where id = $1";
pub(super) const INSERT: &str = "insert into events (value) values ($1)";

/// Makes the tables.
pub(crate) async fn prepare(admin: &mut PgConnection, url: &str) -> anyhow::Result<()> {
    sqlx::query("create database floors").execute(admin).await?;
    let mut connection = PgConnection::connect(url).await?;
    for statement in [
        "create table lookups (id int primary key, value text not null)",
        "create table counters (id int primary key, value int not null, filler text not null) with (fillfactor = 80)",
        "create table events (id bigint generated always as identity primary key, value int not null)",
        "insert into lookups select id, md5(id::text) from generate_series(1, 100000) id",
        "insert into counters select id, 0, md5(id::text) from generate_series(1, 100000) id",
        "vacuum analyze lookups",
        "vacuum analyze counters",
    ] {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .context(statement)?;
    }
    Ok(connection.close().await?)
}

/// Executions per second, from a child.
pub(super) async fn rate(
    socket: &Path,
    statement: &str,
    connections: u32,
    time: Duration,
) -> anyhow::Result<f64> {
    let (clients, seconds) = (connections.to_string(), time.as_secs_f64().to_string());
    let child = children::myself(&[
        &"database-floor",
        &"--socket",
        &socket,
        &"--statement",
        &statement,
        &"--connections",
        &clients,
        &"--seconds",
        &seconds,
    ])?;
    let said = child.output().await?;
    said.trim()
        .parse()
        .with_context(|| format!("the floor of {statement:?} failed"))
}

/// The child's work: executions per second.
pub(crate) fn ask(socket: &Path, statement: &str, connections: u32, time: Duration) -> anyhow::Result<f64> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let mut sessions = Vec::new();
            for _ in 0..connections {
                sessions.push(Session::open(socket, USER, DATABASE, statement).await?);
            }
            let begin = Instant::now();
            let tasks: Vec<_> = sessions
                .into_iter()
                .zip(1_u32..)
                .map(|(session, seed)| {
                    tokio::spawn(repeat(session, seed.wrapping_mul(0x9e37_79b9), begin, time))
                })
                .collect();
            let mut done = 0;
            for task in tasks {
                done += task.await??;
            }
            Ok(figures::rate(done, begin.elapsed()))
        })
}

async fn repeat(mut session: Session, seed: u32, begin: Instant, time: Duration) -> anyhow::Result<usize> {
    let mut done = 0;
    let mut state = seed;
    while begin.elapsed() < time {
        // Marsaglia's xorshift: rows in no order, nothing secret.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let row = i32::try_from(state >> 1).unwrap_or_default() % ROWS + 1;
        session.execute(row).await?;
        done += 1;
    }
    Ok(done)
}
