//! The cluster's promises, each with a real server in a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};

use super::binaries::advice_for;
use super::{Cluster, ClusterError, Settings, remove_orphans};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("signet-test-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn shared(&self) -> Settings {
        Settings {
            data_dir: self.0.clone(),
            binaries: None,
            fsync: false,
            shared: true,
        }
    }

    fn alone(&self, name: &str) -> Settings {
        Settings {
            data_dir: self.0.join(name),
            binaries: None,
            fsync: false,
            shared: false,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The process that the cluster's own file names.
fn server_of(home: &Path) -> Pid {
    let file = fs::read_to_string(home.join("pg/postmaster.pid")).unwrap();
    Pid::from_raw(file.lines().next().unwrap().parse().unwrap()).unwrap()
}

async fn answers(cluster: &Cluster) -> bool {
    PgConnection::connect(&cluster.url("postgres", "postgres"))
        .await
        .is_ok()
}

#[tokio::test]
async fn a_second_user_adopts_the_server_and_the_last_one_stops_it() {
    let folder = Folder::new("shared");
    let first = Cluster::start(&folder.shared()).await.unwrap();
    let second = Cluster::start(&folder.shared()).await.unwrap();
    assert!(!first.adopted() && second.adopted());
    first.stop().await.unwrap();
    assert!(answers(&second).await);
    let url = second.url("postgres", "postgres");
    second.stop().await.unwrap();
    assert!(PgConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn users_who_start_at_the_same_time_share_one_server() {
    let folder = Folder::new("race");
    let settings = folder.shared();
    let (one, two, three) = tokio::join!(
        Cluster::start(&settings),
        Cluster::start(&settings),
        Cluster::start(&settings)
    );
    let clusters = [one.unwrap(), two.unwrap(), three.unwrap()];
    assert_eq!(clusters.iter().filter(|cluster| !cluster.adopted()).count(), 1);
    for cluster in clusters {
        assert!(answers(&cluster).await);
        cluster.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_shared_server_outlives_its_user() {
    let folder = Folder::new("orphan");
    drop(Cluster::start(&folder.shared()).await.unwrap());
    let again = Cluster::start(&folder.shared()).await.unwrap();
    assert!(again.adopted());
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_is_replaced_even_if_its_number_lives_on() {
    let folder = Folder::new("killed");
    let first = Cluster::start(&folder.shared()).await.unwrap();
    let pid_file = folder.0.join("pg/postmaster.pid");
    let file = fs::read_to_string(&pid_file).unwrap();
    kill_process(server_of(&folder.0), Signal::KILL).unwrap();
    let number_of_another = std::process::id().to_string();
    fs::write(
        &pid_file,
        file.replacen(file.lines().next().unwrap(), &number_of_another, 1),
    )
    .unwrap();

    let second = Cluster::start(&folder.shared()).await.unwrap();
    assert!(!second.adopted());
    assert!(answers(&second).await);
    second.stop().await.unwrap();
    first.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_of_ones_own_is_refused_to_others_and_ends_with_its_owner() {
    let folder = Folder::new("alone");
    let owner = Cluster::start(&folder.alone("a")).await.unwrap();
    let refused = Cluster::start(&folder.alone("a")).await;
    assert!(matches!(refused, Err(ClusterError::InUse(_))));
    let url = owner.url("postgres", "postgres");
    // Closes the pipe, as the end of this process would.
    drop(owner);
    for _ in 0..500 {
        if PgConnection::connect(&url).await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the server lives on");
}

#[tokio::test]
async fn orphans_are_removed_and_nothing_else() {
    let folder = Folder::new("orphans");
    let used = Cluster::start(&folder.alone("used")).await.unwrap();
    drop(Cluster::start(&folder.alone("orphan")).await.unwrap());
    let development = Settings {
        data_dir: folder.0.join("development"),
        ..folder.shared()
    };
    Cluster::start(&development).await.unwrap().stop().await.unwrap();
    fs::create_dir(folder.0.join("other")).unwrap();

    remove_orphans(&folder.0);

    let mut left: Vec<_> = fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["development", "other", "used"]);
    assert!(answers(&used).await);
    used.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_its_socket_elsewhere() {
    let folder = Folder::new("long");
    let settings = Settings {
        data_dir: folder.0.join("x".repeat(90)).join("a, \"b\""),
        ..folder.shared()
    };
    let cluster = Cluster::start(&settings).await.unwrap();
    let sockets = cluster.socket_dir().to_owned();
    assert!(!sockets.starts_with(&folder.0));
    assert!(answers(&cluster).await);
    cluster.stop().await.unwrap();
    assert!(!sockets.exists());
}

#[tokio::test]
async fn foreign_files_are_left_alone() {
    let folder = Folder::new("foreign");
    fs::create_dir(folder.0.join("pg")).unwrap();
    fs::write(folder.0.join("pg/thesis.txt"), "years of work").unwrap();
    let refused = Cluster::start(&folder.shared()).await;
    assert!(matches!(refused, Err(ClusterError::NotACluster(_))));
    assert!(folder.0.join("pg/thesis.txt").exists());
}

#[tokio::test]
async fn a_cluster_of_another_version_is_left_alone() {
    let folder = Folder::new("version");
    fs::create_dir(folder.0.join("pg")).unwrap();
    fs::write(folder.0.join("pg/PG_VERSION"), "99\n").unwrap();
    let refused = Cluster::start(&folder.shared()).await;
    assert!(matches!(
        refused,
        Err(ClusterError::OtherVersion { version: 99, .. })
    ));
}

#[tokio::test]
async fn without_programs_the_error_says_how_to_install_them() {
    let folder = Folder::new("none");
    let settings = Settings {
        binaries: Some(folder.0.clone()),
        ..folder.shared()
    };
    let refused = Cluster::start(&settings).await;
    assert!(matches!(refused, Err(ClusterError::NoBinaries { advice, .. }) if !advice.is_empty()));
    assert!(advice_for("NAME=\"X\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", false).contains("apt-get"));
    assert!(advice_for("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", false).contains("dnf"));
    assert!(advice_for("", true).contains("brew"));
}

/// Whoever names a folder is told what it lacks.
#[tokio::test]
async fn programs_that_do_not_run_are_named_with_what_they_say() {
    let folder = Folder::new("broken");
    let bin = folder.0.join("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["initdb", "postgres"] {
        let program = bin.join(name);
        fs::write(
            &program,
            "#!/bin/sh\necho libicuuc.so.60 is missing >&2\nexit 127\n",
        )
        .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let settings = Settings {
        binaries: Some(folder.0.clone()),
        ..folder.shared()
    };
    let refused = Cluster::start(&settings).await.map(|_| ()).unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("bin/postgres --version says: libicuuc.so.60 is missing"),
        "{said}"
    );
}

/// A start may be spawned onto any runtime.
#[test]
fn the_futures_can_move_between_threads() {
    fn is_send(_: &impl Send) {}
    let settings = Folder::new("send").shared();
    is_send(&Cluster::start(&settings));
    let _ = |cluster: Cluster| is_send(&cluster.stop());
}
