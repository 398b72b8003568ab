//! Owns the private PostgreSQL: made anew for each run, counting statements where its contrib package is installed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use signet::db::{bootstrap, migrate};
use signet::dev::postgres::{Cluster, Settings};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use crate::floors::database;
use crate::meter;

/// The server's database.
pub(super) const SIGNET: &str = "signet";
const ADMIN: &str = "postgres";

/// A running PostgreSQL that ends with this process.
pub(crate) struct Postgres {
    cluster: Cluster,
    /// Its version.
    pub(crate) version: String,
    /// Its first process.
    pub(crate) pid: Option<u32>,
}

impl Postgres {
    /// Makes and starts it, and makes the tables of the floors.
    pub(crate) async fn start(folder: &Path, binaries: Option<&Path>) -> anyhow::Result<Self> {
        let settings = Settings {
            data_dir: folder.to_owned(),
            binaries: binaries.map(Path::to_owned),
            fsync: true,
            shared: false,
        };
        let mut cluster = Cluster::start(&settings).await?;
        let mut admin = PgConnection::connect(&cluster.url(ADMIN, ADMIN)).await?;
        let countable: bool = sqlx::query_scalar(
            "select exists (select from pg_available_extensions where name = 'pg_stat_statements')",
        )
        .fetch_one(&mut admin)
        .await?;
        if countable {
            // A library is loaded at the start only.
            sqlx::query("alter system set shared_preload_libraries = 'pg_stat_statements'")
                .execute(&mut admin)
                .await?;
            sqlx::query("alter system set pg_stat_statements.track = 'none'")
                .execute(&mut admin)
                .await?;
            admin.close().await?;
            cluster.stop().await?;
            cluster = Cluster::start(&settings).await?;
            admin = PgConnection::connect(&cluster.url(ADMIN, ADMIN)).await?;
        }
        let version = sqlx::query_scalar("show server_version")
            .fetch_one(&mut admin)
            .await?;
        database::prepare(&mut admin, &cluster.url(ADMIN, database::DATABASE)).await?;
        let pid = first_process(&mut admin).await?;
        admin.close().await?;
        Ok(Self {
            cluster,
            version,
            pid,
        })
    }

    /// Makes the server's database, with roles and schema.
    pub(crate) async fn make_signet(&self) -> anyhow::Result<()> {
        let mut admin = PgConnection::connect(&self.cluster.url(ADMIN, ADMIN)).await?;
        sqlx::query("create database signet").execute(&mut admin).await?;
        admin.close().await?;
        bootstrap::run(&self.admin_url(SIGNET)).await?;
        migrate::run(&self.cluster.url("signet_owner", SIGNET)).await?;
        Ok(())
    }

    /// The server's database as the server.
    pub(crate) fn app_url(&self) -> String {
        self.cluster.url("signet_app", SIGNET)
    }

    /// The server's database as the role of operators' hooks.
    pub(crate) fn hook_url(&self) -> String {
        self.cluster.url("signet_hook", SIGNET)
    }

    /// A database as a superuser.
    pub(crate) fn admin_url(&self, database: &str) -> String {
        self.cluster.url(ADMIN, database)
    }

    /// Makes a database with an owner of the same name, which is an identifier; gives the owner's URL.
    pub(crate) async fn make_database(&self, name: &'static str) -> anyhow::Result<String> {
        let mut admin = PgConnection::connect(&self.admin_url(ADMIN)).await?;
        for statement in [
            format!("create role {name} login"),
            format!("create database {name} owner {name}"),
        ] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut admin).await?;
        }
        admin.close().await?;
        Ok(self.cluster.url(name, name))
    }

    /// The folder of the socket.
    pub(crate) fn socket_folder(&self) -> &Path {
        self.cluster.socket_dir()
    }

    /// The port that is part of the socket's name.
    pub(crate) fn port(&self) -> anyhow::Result<u16> {
        Url::parse(&self.app_url())?
            .port()
            .context("the cluster has no port")
    }

    /// The socket.
    pub(crate) fn socket(&self) -> anyhow::Result<PathBuf> {
        Ok(self.socket_folder().join(format!(".s.PGSQL.{}", self.port()?)))
    }

    /// Stops it.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        Ok(self.cluster.stop().await?)
    }
}

/// The process that started the one behind this connection.
pub(crate) async fn first_process(connection: &mut PgConnection) -> anyhow::Result<Option<u32>> {
    let backend: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    Ok(u32::try_from(backend).ok().and_then(meter::parent))
}
