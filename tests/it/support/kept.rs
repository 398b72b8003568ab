//! The end of a test's database: it is dropped when nobody in the test holds it any more, so that a run needs room for the
//! tests that run and not for all of them.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Holds a database; the last one that goes drops it.
pub struct Kept {
    name: String,
    admin_url: String,
}

impl Kept {
    /// Holds this one; the URL leads to another database of the cluster, as its superuser.
    pub fn new(name: &str, admin_url: String) -> Self {
        Self {
            name: name.to_owned(),
            admin_url,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        static DROPPED: OnceLock<Sender<(String, String)>> = OnceLock::new();
        let dropped = DROPPED.get_or_init(|| {
            let (sender, names) = channel::<(String, String)>();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                for (name, admin_url) in names {
                    runtime.block_on(drop_database(&name, &admin_url));
                }
            });
            sender
        });
        let _ = dropped.send((
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.admin_url),
        ));
    }
}

/// Whoever is still connected is thrown out: servers and pools of the test may end after it. One that does not go within
/// ten seconds stays until the run ends.
async fn drop_database(name: &str, admin_url: &str) {
    let dropped = async {
        let mut connection = PgConnection::connect(admin_url).await?;
        let statement = format!("drop database if exists {name} with (force)");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    match tokio::time::timeout(Duration::from_secs(10), dropped).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => eprintln!("the database {name} stays: {error}"),
        Err(_) => eprintln!("the database {name} stays: it does not go"),
    }
}
