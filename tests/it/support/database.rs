//! One cluster per test binary, one migrated template, one database per test; everything connects as the server does.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use signet::dev::database;
use signet::dev::postgres::{Cluster, Settings};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use super::folder::folder;
use super::kept::Kept;
use super::pgbouncer;

/// A database of one test.
pub struct TestDatabase {
    /// As `signet_app`.
    pub url: String,
    /// As `signet_hook`.
    pub hook_url: String,
    /// As the cluster's superuser: for looking behind the server's back.
    pub admin_url: String,
    /// As `signet_owner`.
    pub owner_url: String,
    /// Drops it at the end of the test; none: it goes with its cluster.
    pub kept: Option<Arc<Kept>>,
}

const TEMPLATE: &str = "template_signet";
/// The template after a first start.
const STARTED: &str = "template_started";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

async fn cluster() -> &'static Cluster {
    CLUSTER
        .get_or_init(|| async {
            // The cluster outlives the runtime of the test that happens to come first.
            let started = tokio::task::spawn_blocking(|| {
                let data_dir: PathBuf = folder().join(std::process::id().to_string());
                let settings = Settings {
                    data_dir,
                    binaries: None,
                    fsync: false,
                    shared: false,
                };
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build();
                let runtime = runtime.expect("a runtime");
                let cluster = runtime.block_on(async {
                    let cluster = Cluster::start(&settings)
                        .await
                        .unwrap_or_else(|error| panic!("{error}"));
                    database::prepare(&cluster, TEMPLATE)
                        .await
                        .expect("the template migrates");
                    own_time(&cluster, TEMPLATE).await;
                    cluster
                });
                std::mem::forget(runtime);
                cluster
            });
            started.await.expect("the cluster starts")
        })
        .await
}

/// Entries of the key log are of a test's own time, which is years ahead of the clock.
pub(super) async fn own_time(cluster: &Cluster, database: &str) {
    let mut connection = PgConnection::connect(&cluster.url("postgres", database))
        .await
        .expect("the database answers");
    let later = "create or replace function auth.key_log_clock() returns timestamptz \
                 language sql volatile set search_path = pg_catalog, pg_temp as $$ select timestamptz '2036-01-01' $$";
    sqlx::raw_sql(later)
        .execute(&mut connection)
        .await
        .expect("its own time");
    connection.close().await.expect("closes");
}

fn next_name() -> String {
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A database that has nothing in it.
pub struct EmptyDatabase {
    /// Unique in this test binary; roles that belong to it carry it too.
    pub name: String,
    _kept: Kept,
}

impl EmptyDatabase {
    /// Makes one.
    pub async fn new() -> Self {
        let name = format!("blank_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&cluster().await.url("postgres", "postgres"))
            .await
            .expect("the cluster answers");
        sqlx::query(AssertSqlSafe(format!(
            "create database {name} template template0 strategy file_copy"
        )))
        .execute(&mut connection)
        .await
        .expect("a database per test");
        let kept = Kept::new(&name, cluster().await.url("postgres", "postgres"));
        Self { name, _kept: kept }
    }

    /// Its URL for a role.
    pub async fn url(&self, role: &str) -> String {
        cluster().await.url(role, &self.name)
    }

    /// A connection as a role.
    pub async fn connect(&self, role: &str) -> PgConnection {
        PgConnection::connect(&self.url(role).await)
            .await
            .expect("the database answers")
    }
}

impl TestDatabase {
    /// Makes a database from the template: migrated, and no server has started in it.
    pub async fn new() -> Self {
        pgbouncer::led(Self::like(TEMPLATE, &next_name()).await)
    }

    /// Makes a database from one that a server has started in, and that nobody is connected to.
    pub async fn like_started() -> Self {
        pgbouncer::led(Self::like(STARTED, &next_name()).await)
    }

    /// Makes the database that [`TestDatabase::like_started`] copies: whoever makes it starts a server in it, directly,
    /// and closes its connections.
    pub async fn to_start_in() -> Self {
        let mut database = Self::like(TEMPLATE, STARTED).await;
        // It stays for every test that copies it.
        std::mem::forget(database.kept.take());
        database
    }

    async fn like(template: &str, name: &str) -> Self {
        let cluster = cluster().await;
        let mut connection = PgConnection::connect(&cluster.url("postgres", "postgres"))
            .await
            .expect("the cluster answers");
        let statement =
            format!("create database {name} template {template} owner signet_owner strategy file_copy");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("a database per test");
        let grants = format!(
            "revoke all on database {name} from public; grant connect on database {name} to signet_app, signet_hook"
        );
        sqlx::raw_sql(AssertSqlSafe(grants))
            .execute(&mut connection)
            .await
            .expect("rights");
        connection.close().await.expect("closes");
        Self {
            url: cluster.url("signet_app", name),
            hook_url: cluster.url("signet_hook", name),
            admin_url: cluster.url("postgres", name),
            owner_url: cluster.url("signet_owner", name),
            kept: Some(Arc::new(Kept::new(name, cluster.url("postgres", "postgres")))),
        }
    }

    /// The same database once more, for another replica.
    pub fn again(&self) -> Self {
        Self {
            url: self.url.clone(),
            hook_url: self.hook_url.clone(),
            admin_url: self.admin_url.clone(),
            owner_url: self.owner_url.clone(),
            kept: self.kept.clone(),
        }
    }

    /// A connection that may do anything, for looking behind the server's back.
    pub async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.admin_url)
            .await
            .expect("the database answers")
    }
}
