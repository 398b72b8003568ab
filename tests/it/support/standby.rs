//! A database server of one test's own, with a standby that has every commit before it is acknowledged; and their end
//! by force.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use signet::dev::database;
use signet::dev::postgres::{Cluster, Settings};
use sqlx::{Connection as _, PgConnection};

use super::database::{TestDatabase, own_time};

const NAME: &str = "signet";

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one; the name is the test's alone.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("signet-test-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("a folder");
        Self(path.canonicalize().expect("a path"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server under way.
pub struct Server {
    home: PathBuf,
    cluster: Cluster,
}

impl Server {
    /// A migrated one in a folder of this one.
    pub async fn primary(folder: &Folder) -> Self {
        let server = Self::start(folder.0.join("primary")).await;
        database::prepare(&server.cluster, NAME)
            .await
            .expect("it migrates");
        own_time(&server.cluster, NAME).await;
        server
    }

    async fn start(home: PathBuf) -> Self {
        let settings = Settings {
            data_dir: home.clone(),
            binaries: None,
            // What is acknowledged is to outlive the process.
            fsync: true,
            shared: false,
        };
        let cluster = Cluster::start(&settings)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self { home, cluster }
    }

    /// A copy that follows; from here on no commit is acknowledged before it has it.
    pub async fn standby(&self, folder: &Folder) -> Self {
        let mut admin = self.admin().await;
        let home = folder.0.join("standby");
        self.copy(&home, &mut admin).await;
        self.follows_in(&home, &mut admin).await;
        let standby = Self::start(home).await;
        for statement in [
            "alter system set synchronous_standby_names = '*'",
            "select pg_reload_conf()",
        ] {
            sqlx::raw_sql(statement).execute(&mut admin).await.expect("set");
        }
        let follows = async {
            let sync = "select exists (select from pg_stat_replication where sync_state = 'sync')";
            while !sqlx::query_scalar::<_, bool>(sync)
                .fetch_one(&mut admin)
                .await
                .expect("a state")
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), follows)
            .await
            .expect("the standby follows");
        standby
    }

    /// Copies the data while the server runs, as `pg_basebackup` does: not every PostgreSQL that tests run on has that.
    async fn copy(&self, home: &Path, admin: &mut PgConnection) {
        let data: String = sqlx::query_scalar("select current_setting('data_directory')")
            .fetch_one(&mut *admin)
            .await
            .expect("told");
        let (data, target) = (Path::new(&data), home.join("pg"));
        fs::create_dir(home).expect("a folder");
        sqlx::query("select pg_backup_start('standby', fast => true)")
            .execute(&mut *admin)
            .await
            .expect("begun");
        // What the primary wrote meanwhile comes last: the copy is good from that on.
        copy_files(data, &target, &["pg_wal", "pg_replslot", "postmaster.pid"]);
        let label: String =
            sqlx::query_scalar("select labelfile from pg_backup_stop(wait_for_archive => false)")
                .fetch_one(admin)
                .await
                .expect("ended");
        copy_files(&data.join("pg_wal"), &target.join("pg_wal"), &[]);
        make_folder(&data.join("pg_replslot"), &target.join("pg_replslot"));
        let file = target.join("backup_label");
        fs::write(&file, label).expect("written");
        own(data, &file);
    }

    /// Lets a copy follow this server once it is started.
    async fn follows_in(&self, home: &Path, admin: &mut PgConnection) {
        let data: String = sqlx::query_scalar("select current_setting('data_directory')")
            .fetch_one(admin)
            .await
            .expect("told");
        let target = home.join("pg");
        let settings = format!(
            "{}\nprimary_conninfo = 'user=postgres host=''{}'''\n",
            fs::read_to_string(target.join("postgresql.auto.conf")).expect("settings"),
            self.cluster.socket_dir().display()
        );
        for (file, text) in [("standby.signal", ""), ("postgresql.auto.conf", &settings)] {
            fs::write(target.join(file), text).expect("written");
            own(Path::new(&data), &target.join(file));
        }
    }

    /// A backup of it as it is now.
    pub async fn backup(&self, folder: &Folder) -> PathBuf {
        let home = folder.0.join("backup");
        self.copy(&home, &mut self.admin().await).await;
        home
    }

    /// The server that a backup was made of, as it was then.
    pub async fn restored(backup: PathBuf) -> Self {
        Self::start(backup).await
    }

    /// Its database, as every role sees it.
    pub fn database(&self) -> TestDatabase {
        let url = |role| self.cluster.url(role, NAME);
        TestDatabase {
            url: url("signet_app"),
            hook_url: url("signet_hook"),
            admin_url: url("postgres"),
            owner_url: url("signet_owner"),
            kept: None,
        }
    }

    async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.cluster.url("postgres", "postgres"))
            .await
            .expect("it answers")
    }

    fn kill(&self) {
        let file = fs::read_to_string(self.home.join("pg/postmaster.pid")).expect("a server");
        let pid = file.lines().next().and_then(|line| line.parse().ok());
        let pid = Pid::from_raw(pid.expect("a number")).expect("a process");
        kill_process(pid, Signal::KILL).expect("killed");
    }

    /// Ends it without a word, for good; its standby takes its place.
    pub async fn fail_over(self, standby: &Self) {
        self.kill();
        let promoted: bool = sqlx::query_scalar("select pg_promote(true, 60)")
            .fetch_one(&mut standby.admin().await)
            .await
            .expect("promoted");
        assert!(promoted);
    }

    /// Goes on answering while its standby takes its place, but takes no more writes: a failover that did not end the
    /// connections of the one that failed.
    pub async fn demote_for(&self, standby: &Self) {
        let promoted: bool = sqlx::query_scalar("select pg_promote(true, 60)")
            .fetch_one(&mut standby.admin().await)
            .await
            .expect("promoted");
        assert!(promoted);
        let mut admin = self.admin().await;
        for statement in [
            "alter system set default_transaction_read_only = on",
            "select pg_reload_conf()",
        ] {
            sqlx::raw_sql(statement).execute(&mut admin).await.expect("set");
        }
        for statement in [
            // What the standby inherited of this waits for nobody there.
            "alter system reset synchronous_standby_names",
            "select pg_reload_conf()",
        ] {
            sqlx::raw_sql(statement)
                .execute(&mut standby.admin().await)
                .await
                .expect("set");
        }
    }

    /// Ends it without a word, and starts another process on what it left.
    pub async fn crash(self) -> Self {
        self.kill();
        let Self { home, cluster } = self;
        drop(cluster);
        Self::start(home).await
    }
}

/// Gives a file the owner of the data.
fn own(data: &Path, file: &Path) {
    let owner = fs::metadata(data).expect("the data");
    chown(file, Some(owner.uid()), Some(owner.gid())).expect("its owner");
}

fn make_folder(like: &Path, folder: &Path) {
    fs::DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .expect("a folder");
    own(like, folder);
}

/// Copies a folder but for some of its entries, and leaves out what is deleted meanwhile.
fn copy_files(from: &Path, to: &Path, without: &[&str]) {
    make_folder(from, to);
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if without.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            copy_files(&source, &target, &[]);
            continue;
        }
        match fs::copy(&source, &target) {
            Ok(_) => own(from, &target),
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{}", source.display()),
        }
    }
}
