//! Owns the question whether people notice clean-up: refreshes at a steady rate, first with nothing to delete and then
//! while very many rows are over. A slow answer delays no question, and counts from when it should have been asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tokio::time::Instant;

use crate::drive::{Visit, Visitor};
use crate::figures;
use crate::http::Http;
use crate::report;
use crate::rows::{Rotator, rotators};
use crate::stage::Stage;

/// How many refreshes are asked for in a second, over all connections.
const RATE: u32 = 500;
/// How long it is measured with nothing to delete.
const QUIET: Duration = Duration::from_secs(15);

/// What is over: requests, codes, grants without a refresh token and opaque tokens, a quarter each.
const OVER: [&str; 4] = [
    "insert into auth.authorization_requests (digest, client_id, request, created_at, expires_at)
     select sha256(convert_to(format('request %s', n), 'UTF8')), c.client_id,
         jsonb_build_object('redirect_uri', 'https://client.example/callback', 'scope', 'openid profile email',
             'state', repeat('s', 40), 'nonce', repeat('n', 40)),
         now() - interval '3 days', now() - interval '3 days'
     from (select client_id from auth.oauth_applications limit 1) c, generate_series(1, $1) n",
    "insert into auth.oauth_authorization_codes (digest, client_id, user_id, session_id, grant_id, redirect_uri,
         redirect_uri_given, scopes, auth_time, amr, acr, created_at, expires_at)
     select sha256(convert_to(format('code %s', n), 'UTF8')), c.client_id, u.id, 'over', format('over-%s', n),
         'https://client.example/callback', true, '{openid,profile,email}', now() - interval '3 days', '{pwd}', '1',
         now() - interval '3 days', now() - interval '3 days'
     from (select client_id from auth.oauth_applications limit 1) c, (select id from auth.users limit 1) u,
         generate_series(1, $1) n",
    "insert into auth.oauth_grants (id, client_id, user_id, scopes, auth_time, amr, acr, offline, created_at)
     select format('over-%s', n), c.client_id, u.id, '{openid,profile,email}', now() - interval '3 days', '{pwd}', '1',
         false, now() - interval '3 days'
     from (select client_id from auth.oauth_applications limit 1) c, (select id from auth.users limit 1) u,
         generate_series(1, $1) n",
    "insert into auth.oauth_access_tokens (digest, jti, grant_id, client_id, claims, created_at, expires_at)
     select sha256(convert_to(format('token %s', n), 'UTF8')), format('over-%s', n), format('over-%s', n), c.client_id,
         jsonb_build_object('sub', repeat('u', 36), 'scope', 'openid profile email'),
         now() - interval '3 days', now() - interval '3 days'
     from (select client_id from auth.oauth_applications limit 1) c, generate_series(1, $1) n",
];

const IS_LEFT: &str =
    "select exists (select from auth.authorization_requests where expires_at < now() - interval '2 days')
    or exists (select from auth.oauth_authorization_codes where expires_at < now() - interval '2 days')
    or exists (select from auth.oauth_grants where created_at < now() - interval '2 days')
    or exists (select from auth.oauth_access_tokens where expires_at < now() - interval '2 days')";

/// What was asked for in a time.
#[derive(Default)]
struct Asked {
    latencies: Vec<u32>,
    errors: usize,
}

impl Asked {
    fn told(&mut self) -> String {
        self.latencies.sort_unstable();
        let of = |percent| f64::from(figures::percentile(&self.latencies, percent)) / 1000.0;
        format!(
            "{} refreshes, {} errors, p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
            self.latencies.len(),
            self.errors,
            of(50),
            of(99),
            of(100)
        )
    }
}

/// Measures it, and says what came of it.
pub(crate) async fn measure(stage: &mut Stage, rows: u32) -> anyhow::Result<()> {
    let visitors = rotators(&stage.own.ground).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let quiet = async {
        tokio::time::sleep(QUIET).await;
        stop.store(true, Ordering::Relaxed);
        Ok(())
    };
    let address = stage.own.ground.site.address;
    let (visitors, mut asked) = paced(visitors, address, &stop, quiet).await?;
    report::progress(&format!("nothing to delete: {}", asked.told()))?;
    let mut admin = PgConnection::connect(&stage.halt().await?).await?;
    sqlx::query("set session_replication_role = replica")
        .execute(&mut admin)
        .await?;
    for statement in OVER {
        sqlx::query(statement)
            .bind(i64::from(rows / 4))
            .execute(&mut admin)
            .await?;
    }
    sqlx::query("checkpoint").execute(&mut admin).await?;
    stage.go_on().await?;
    let begin = Instant::now();
    stop.store(false, Ordering::Relaxed);
    let cleaned = async {
        while sqlx::query_scalar::<_, bool>(IS_LEFT)
            .fetch_one(&mut admin)
            .await?
        {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        stop.store(true, Ordering::Relaxed);
        Ok(())
    };
    let (_, mut asked) = paced(visitors, address, &stop, cleaned).await?;
    report::progress(&format!(
        "{rows} rows that are over were gone after {:.1} s: {}",
        begin.elapsed().as_secs_f64(),
        asked.told()
    ))
}

/// Lets all of them ask at the rate until told to stop, beside something else.
async fn paced(
    visitors: Vec<Rotator>,
    address: std::net::SocketAddr,
    stop: &Arc<AtomicBool>,
    beside: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<(Vec<Rotator>, Asked)> {
    let number = u32::try_from(visitors.len())?.max(1);
    let every = Duration::from_secs(1) * number / RATE;
    let begin = Instant::now();
    let tasks: Vec<_> = (0..number)
        .zip(visitors)
        .map(|(place, visitor)| {
            let first = begin + every * place / number;
            tokio::spawn(ask(visitor, Http::new(address), first, every, Arc::clone(stop)))
        })
        .collect();
    beside.await?;
    let (mut back, mut asked) = (Vec::new(), Asked::default());
    for task in tasks {
        let (visitor, part) = task.await?;
        back.push(visitor);
        asked.latencies.extend(part.latencies);
        asked.errors += part.errors;
    }
    Ok((back, asked))
}

async fn ask(
    mut visitor: Rotator,
    mut http: Http,
    mut next: Instant,
    every: Duration,
    stop: Arc<AtomicBool>,
) -> (Rotator, Asked) {
    let mut asked = Asked::default();
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep_until(next).await;
        match visitor.visit(&mut http).await {
            Ok(Visit::Done) => {
                let took = u32::try_from(next.elapsed().as_micros()).unwrap_or(u32::MAX);
                asked.latencies.push(took);
            }
            Ok(Visit::OutOfStock) => break,
            Err(_) => asked.errors += 1,
        }
        next += every;
    }
    (visitor, asked)
}
