//! Owns what the measurement stands on: both databases, the people, the server and the worker.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use signet::authentication::service_key::{KeyName, ServiceScope, service as service_key};
use signet::base::clock::{Clock as _, DatabaseClock};
use signet::base::entropy::SystemEntropy;
use signet::base::handle::BackupEpoch;
use signet::base::id::{OrganizationId, UserId};
use signet::base::origin::Origin;
use signet::config::{QuotaSettings, SignUpSettings};
use signet::db::connect::{self, PoolSettings};
use signet::db::pool::Pool;
use signet::db::sessions::Sessions;
use signet::db::unit_of_work::RequestContext;
use signet::db::{UnitOfWork, bootstrap, migrate, platform};
use signet::dev::postgres::{Cluster, Settings};
use signet::lifecycle::sign_up::{self, MadeBy};
use signet::rls::Identifier;
use signet::rls::kit::{Epoch, Kit, install};
use signet::sealing::kek;
use signet::tenancy::{Joining, MemberRole, NewOrganization, OrganizationType, Slug, member, organization};
use signet::user::{EmailAddress, NewUser};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::process::Child;

use super::process::{self, PATIENCE};

/// How many members an organization has besides its owner.
const MEMBERS: usize = 50;
/// Changes that are made at the same time, at most.
const WRITERS: u32 = 8;

/// A running product with a database downstream.
pub(crate) struct Ground {
    pool: Pool,
    clock: DatabaseClock,
    epoch: BackupEpoch,
    /// Who can be removed, from where.
    pub(crate) members: Vec<(OrganizationId, UserId)>,
    cluster: Cluster,
    server: Child,
    worker: Child,
}

impl Ground {
    /// Makes everything and waits for the first copy.
    pub(crate) async fn lay(folder: &Path, members: usize) -> anyhow::Result<Self> {
        let cluster = Cluster::start(&Settings {
            data_dir: folder.join("postgres"),
            binaries: None,
            fsync: true,
            shared: false,
        })
        .await?;
        make_databases(&cluster).await?;
        let settings = PoolSettings {
            url: cluster.url("signet_app", "signet"),
            size: WRITERS,
            acquire_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
            sessions: Sessions::OWN,
        };
        let pool = Pool::new(connect::open(&settings).await?, settings.statement_timeout);
        let mut connection = pool.acquire().await?;
        let measured = connect::measure(&mut connection).await?;
        let epoch = platform::read(&mut connection).await?.epoch;
        connection.keep();
        let clock = DatabaseClock::new(measured.answered, measured.time);
        let mut work = work(&pool, (&clock, epoch)).await?;
        let key = service_key::create(
            &mut work,
            &KeyName::parse("bench-sync")?,
            vec![ServiceScope::EpochRead],
            None,
        )
        .await?;
        let members = people(&mut work, members).await?;
        work.commit().await?;
        let (public, internal) = free_addresses()?;
        let configuration = configuration(folder, &cluster, (public, internal))?;
        let server = process::server(&configuration, internal).await?;
        let key = process::write(folder, "sync.key", key.handle.expose())?;
        let worker = process::worker(&format!("http://{public}"), &key, &cluster.url("syncer", "shop"))?;
        let ground = Self {
            pool,
            clock,
            epoch,
            members,
            cluster,
            server,
            worker,
        };
        ground.wait_for_a_copy().await?;
        Ok(ground)
    }

    /// Removes a member, as `org remove-member` does, and says when that was committed.
    pub(crate) async fn remove(
        &self,
        (organization, user): &(OrganizationId, UserId),
    ) -> anyhow::Result<Instant> {
        let mut work = work(&self.pool, (&self.clock, self.epoch)).await?;
        member::remove(&mut work, organization, user).await?;
        work.commit().await?;
        Ok(Instant::now())
    }

    /// A connection to the database downstream, as its owner.
    pub(crate) async fn downstream(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&self.cluster.url("owner", "shop")).await?)
    }

    /// Ends it.
    pub(crate) async fn leave(self) -> anyhow::Result<()> {
        let Self {
            pool,
            cluster,
            mut server,
            mut worker,
            ..
        } = self;
        worker.kill().await?;
        server.kill().await?;
        pool.close().await;
        Ok(cluster.stop().await?)
    }

    async fn wait_for_a_copy(&self) -> anyhow::Result<()> {
        let mut owner = self.downstream().await?;
        let begun = Instant::now();
        loop {
            let copied: bool = sqlx::query_scalar("select exists (select from auth.epoch_sync)")
                .fetch_one(&mut owner)
                .await?;
            if copied {
                return Ok(());
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the worker copies nothing");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn work(pool: &Pool, (clock, epoch): (&DatabaseClock, BackupEpoch)) -> anyhow::Result<UnitOfWork> {
    let context = RequestContext {
        now: clock.now(),
        entropy: Arc::new(SystemEntropy),
        origin: Origin::internal("bench"),
        epoch,
        wake: Arc::default(),
    };
    Ok(UnitOfWork::begin(pool, context).await?)
}

async fn make_databases(cluster: &Cluster) -> anyhow::Result<()> {
    let mut admin = PgConnection::connect(&cluster.url("postgres", "postgres")).await?;
    for statement in [
        "create role owner login",
        "create role syncer login",
        "create database signet",
        "create database shop owner owner",
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut admin).await?;
    }
    admin.close().await?;
    bootstrap::run(&cluster.url("postgres", "signet")).await?;
    migrate::run(&cluster.url("signet_owner", "signet")).await?;
    let mut kit = Kit::new(Identifier::parse("auth")?);
    kit.epoch = Epoch::Synced(Duration::from_secs(10));
    kit.sync_role = Some(Identifier::parse("syncer")?);
    let mut owner = PgConnection::connect(&cluster.url("owner", "shop")).await?;
    install(&mut owner, &kit).await?;
    Ok(())
}

async fn people(work: &mut UnitOfWork, number: usize) -> anyhow::Result<Vec<(OrganizationId, UserId)>> {
    let role = MemberRole::parse("member")?;
    let mut members = Vec::new();
    let mut organization = None;
    for index in 0..number {
        if index % MEMBERS == 0 {
            let owner = person(work, &format!("owner-{index}")).await?;
            let slug = format!("bench-{index}");
            let new = NewOrganization::new(
                &slug,
                Some(Slug::parse(&slug)?),
                OrganizationType::Team,
                None,
                owner,
            )?;
            organization = Some(organization::create(work, &new, &QuotaSettings::default()).await?);
        }
        let organization = organization.clone().context("the first makes one")?;
        let user = person(work, &format!("member-{index}")).await?;
        member::add(work, &organization, &user, &role, Joining::Now).await?;
        members.push((organization, user));
    }
    Ok(members)
}

async fn person(work: &mut UnitOfWork, name: &str) -> anyhow::Result<UserId> {
    let new = NewUser {
        email_verified: true,
        ..NewUser::new(EmailAddress::parse(&format!("{name}@bench.example"))?)
    };
    let account = sign_up::create_user(work, &new, MadeBy::Operator, &SignUpSettings::default()).await?;
    Ok(account.user_id)
}

fn configuration(
    folder: &Path,
    cluster: &Cluster,
    (public, internal): (SocketAddr, SocketAddr),
) -> anyhow::Result<std::path::PathBuf> {
    let key = process::write(folder, "kek", kek::new_line("bench-1", &SystemEntropy)?.expose())?;
    let text = format!(
        "issuer = \"http://{public}\"\n\
         [listen]\npublic = \"{public}\"\ninternal = \"{internal}\"\ndrain_seconds = 1\n\
         [database]\nurl = {:?}\n\
         [sealing]\nkek_files = [\"{}\"]\n\
         [log]\nfilter = \"warn\"\n",
        cluster.url("signet_app", "signet"),
        key.display()
    );
    process::write(folder, "signet.toml", &text)
}

/// Two addresses that nobody listens on now.
fn free_addresses() -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok((one.local_addr()?, other.local_addr()?))
}
