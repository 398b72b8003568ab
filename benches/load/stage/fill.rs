//! Owns the filling of the server's database with people and refresh families by SQL, beside those that the rows make: how
//! large a database is decides what a row costs.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use signet::base::handle::BackupEpoch;
use signet::config::{SealingSettings, SigningSettings};
use signet::db::connect::{self, PoolSettings};
use signet::db::platform;
use signet::db::pool::Pool;
use signet::db::sessions::Sessions;
use signet::sealing::Keyring;
use signet::signing::signing_keys::SigningKeys;
use sqlx::{Connection as _, PgConnection};

use super::cluster::{Postgres, SIGNET};
use super::server::Setup;
use crate::options::Options;
use crate::report;
use crate::rows::Families;

/// So many rows at once.
const BATCH: u32 = 200_000;
/// So many families have the people of which nobody said how many there are.
const FAMILIES_PER_PERSON: u32 = 10;

/// Each person has an organization of their own and a place in one of these teams; `$1` to `$2` are numbered.
const PEOPLE: [&str; 5] = [
    "insert into auth.users (id, email, email_canonical, email_verified_at, user_name, user_name_canonical, name,
         given_name, family_name, locale, created_at, updated_at)
     select pg_temp.number_id('1', n), format('filled-%s@load.example', n), format('filled-%s@load.example', n), now(),
         format('filled-%s', n), format('filled-%s', n), format('Person %s', n), 'Person', n::text, 'en',
         now() - interval '60 days', now()
     from generate_series($1, $2) n",
    "insert into auth.organizations (id, name, slug, type, owner_user_id, created_at, updated_at)
     select pg_temp.number_id('2', n), format('Personal %s', n), format('filled-%s', n), 'personal',
         pg_temp.number_id('1', n), now() - interval '60 days', now()
     from generate_series($1, $2) n",
    "insert into auth.members (organization_id, user_id, role, joined_at, created_at, updated_at)
     select organization_id, pg_temp.number_id('1', n), role, now() - interval '60 days', now(), now()
     from generate_series($1, $2) n
     cross join lateral (values
         (pg_temp.number_id('2', n), 'owner'),
         (pg_temp.number_id('3', n % 1000), 'member')) as place (organization_id, role)",
    "insert into auth.membership_epochs (user_id, organization_id, epoch)
     select pg_temp.number_id('1', n), organization_id, 1
     from generate_series($1, $2) n
     cross join lateral (values (pg_temp.number_id('2', n)), (pg_temp.number_id('3', n % 1000))) as place (organization_id)",
    "insert into auth.sessions (id, token_digest, user_id, auth_time, amr, acr, active_organization_id, created_at,
         last_activity_at, idle_expires_at, expires_at)
     select pg_temp.number_id('4', n), sha256(convert_to(format('session %s', n), 'UTF8')), pg_temp.number_id('1', n),
         now() - interval '1 day', '{pwd}', '1', pg_temp.number_id('3', n % 1000), now() - interval '1 day', now(),
         now() + interval '7 days', now() + interval '30 days'
     from generate_series($1, $2) n",
];

const TEAMS: &str = "
    insert into auth.organizations (id, name, slug, type, plan, tier, created_at, updated_at)
    select pg_temp.number_id('3', n), format('Team %s', n), format('filled-team-%s', n), 'team', 'free', 'beta',
        now() - interval '60 days', now()
    from generate_series(0, 999) n";

/// Even families ask for an ID token (`rows/families.rs`).
const FAMILIES: &str = "
    insert into auth.oauth_grants (id, client_id, user_id, session_id, scopes, auth_time, amr, acr, offline, created_at,
        refresh_digest, idle_expires_at, expires_at)
    select pg_temp.number_id('5', n), $1, pg_temp.number_id('1', n % $2), pg_temp.number_id('4', n % $2),
        case when n % 2 = 0 then '{openid,profile,email}' else '{profile,email}' end::text[],
        now() - interval '1 day', '{pwd}', '1', false, now() - interval '1 day', digest,
        now() + interval '7 days', now() + interval '30 days'
    from pg_temp.families";

const PREPARE: &str = "
    set session_replication_role = replica;
    create temporary table families (n bigint not null, digest bytea not null);
    create function pg_temp.number_id(kind text, n bigint) returns text immutable language sql
        return kind || '0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')";

/// How much is filled in.
#[derive(Debug, Clone, Copy)]
struct Size {
    people: u32,
    families: u32,
}

impl Size {
    /// What was asked for; families need somebody to belong to.
    fn of(options: &Options) -> Option<Self> {
        let families = options.families.unwrap_or_default();
        let people = options.people.unwrap_or(families / FAMILIES_PER_PERSON);
        (people > 0).then_some(Self { people, families })
    }
}

/// Fills in what was asked for, families for this client; gives them if there are any.
pub(super) async fn fill(
    options: &Options,
    setup: &Setup,
    postgres: &Postgres,
    client_id: &str,
) -> anyhow::Result<Option<Families>> {
    let Some(size) = Size::of(options) else {
        return Ok(None);
    };
    // The keys that the server has made by now, so that it knows the tokens as its own.
    let settings = PoolSettings {
        url: postgres.app_url(),
        size: 1,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
        sessions: Sessions::OWN,
    };
    let pool = Pool::new(connect::open(&settings).await?, settings.statement_timeout);
    let mut connection = pool.acquire().await?;
    let keyring = Keyring::load(&SealingSettings {
        kek_files: vec![setup.key.clone()],
        ..SealingSettings::default()
    })?;
    let keys = SigningKeys::load(&mut connection, &keyring, &SigningSettings::default()).await?;
    let epoch = platform::read(&mut connection).await?.epoch;
    connection.keep();
    pool.close().await;
    insert(&postgres.admin_url(SIGNET), size, client_id, epoch).await?;
    Ok((size.families > 0).then(|| Families::new(size.families, keys.current(), epoch)))
}

/// The connection is a superuser's, which has references and triggers left out.
async fn insert(url: &str, size: Size, client_id: &str, epoch: BackupEpoch) -> anyhow::Result<()> {
    let mut admin = PgConnection::connect(url).await?;
    sqlx::raw_sql(PREPARE).execute(&mut admin).await?;
    sqlx::query(TEAMS).execute(&mut admin).await?;
    for (begin, end) in batches(size.people) {
        for statement in PEOPLE {
            sqlx::query(statement)
                .bind(i64::from(begin))
                .bind(i64::from(end) - 1)
                .execute(&mut admin)
                .await?;
        }
        report::progress(&format!("{end} of {} people", size.people))?;
    }
    for (begin, end) in batches(size.families) {
        let text = tokio::task::spawn_blocking(move || digests(begin, end, epoch)).await?;
        sqlx::query("truncate pg_temp.families")
            .execute(&mut admin)
            .await?;
        let mut copy = admin.copy_in_raw("copy pg_temp.families from stdin").await?;
        copy.send(text.into_bytes()).await?;
        copy.finish().await?;
        sqlx::query(FAMILIES)
            .bind(client_id)
            .bind(i64::from(size.people))
            .execute(&mut admin)
            .await
            .context("families cannot be filled in")?;
        report::progress(&format!("{end} of {} families", size.families))?;
    }
    sqlx::query("vacuum analyze").execute(&mut admin).await?;
    Ok(admin.close().await?)
}

/// The parts of a number, each with its end.
fn batches(number: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..number.div_ceil(BATCH)).map(move |batch| {
        let begin = batch * BATCH;
        (begin, begin.saturating_add(BATCH).min(number))
    })
}

/// Lines of the table, as PostgreSQL copies them.
fn digests(begin: u32, end: u32, epoch: BackupEpoch) -> String {
    let mut text = String::new();
    for number in begin..end {
        // Writing into a text cannot fail.
        let _ = write!(text, "{number}\t\\\\x");
        for byte in Families::random(u64::from(number)).digest(epoch).as_bytes() {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text
}
