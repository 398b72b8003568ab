//! A running worker between this server and a database downstream that has the kit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signet::authentication::service_key::ServiceScope;
use signet::protocol::issuer::Issuer;
use signet::rls::kit::Epoch;
use signet::rls::policy::Template;
use signet::rls::sync::{self, Database, Progress, Source};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::text;
use crate::fixtures::a_service_key;
use crate::rls::database::{Downstream, name, run};

/// A database downstream with a table of notes, and a role for the worker.
pub struct Copied {
    pub downstream: Downstream,
    pub database: Database,
    pub key_file: PathBuf,
    issuer: String,
}

impl Copied {
    pub async fn new(app: &TestApp) -> Self {
        let key = a_service_key(app, "downstream", &[ServiceScope::EpochRead]).await;
        let downstream = Downstream::new().await;
        let blank = &downstream.database;
        let worker = format!("{}_worker", blank.name);
        run(
            &mut blank.connect("postgres").await,
            &format!(
                "create role {worker} login; grant connect on database {} to {worker}",
                blank.name
            ),
        )
        .await;
        downstream
            .install(|kit| {
                kit.epoch = Epoch::Synced(Duration::from_secs(10));
                kit.sync_role = Some(name(&worker));
            })
            .await
            .expect("installed");
        downstream.notes().await;
        downstream
            .apply(&downstream.request("notes", Template::Read))
            .await;
        let database = Database {
            url: blank.url(&worker).await,
            schema: name("auth"),
        };
        let key_file = std::env::temp_dir().join(format!("{}-{}.key", std::process::id(), blank.name));
        let copied = Self {
            downstream,
            database,
            key_file,
            issuer: app.issuer.clone(),
        };
        copied.write_key(&key);
        copied
    }

    pub fn write_key(&self, key: &str) {
        std::fs::write(&self.key_file, format!("{key}\n")).expect("written");
    }

    pub fn source(&self) -> Source {
        Source::new(
            Issuer::parse(&self.issuer).expect("an issuer"),
            self.key_file.clone(),
        )
    }

    /// Starts a worker.
    pub fn work(&self) -> Worker {
        let (sender, told) = unbounded_channel();
        let stop = CancellationToken::new();
        let (source, database) = (Arc::new(self.source()), self.database.clone());
        let stopping = stop.clone();
        let task = tokio::spawn(async move {
            sync::run(&source, &database, stopping, |progress| {
                let _ = sender.send(progress);
            })
            .await;
        });
        Worker { told, stop, task }
    }

    /// How many notes of its organization a token opens.
    pub async fn notes(&self, tokens: &Value) -> i64 {
        let claims = claims(text(tokens, "access_token"));
        self.downstream
            .count(&claims.to_string(), "select count(*) from notes")
            .await
    }

    /// Gives the notes of the kit's tests to an organization of ours. Their owner sees none of them: security is forced.
    pub async fn notes_of(&self, organization: &str) {
        run(
            &mut self.downstream.database.connect("postgres").await,
            &format!("update notes set org_id = '{organization}' where org_id = 'acme'"),
        )
        .await;
    }

    /// Something about the copy.
    pub async fn copy(&self, statement: &'static str) -> i64 {
        sqlx::query_scalar(statement)
            .fetch_one(&mut self.downstream.owner().await)
            .await
            .expect(statement)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.key_file);
    }
}

/// A worker and what it tells.
pub struct Worker {
    told: UnboundedReceiver<Progress>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Worker {
    /// What it tells next.
    pub async fn next(&mut self) -> Progress {
        tokio::time::timeout(Duration::from_mins(1), self.told.recv())
            .await
            .expect("a worker tells what it does")
            .expect("it runs")
    }

    /// Waits for a full copy.
    pub async fn copied(&mut self) -> usize {
        loop {
            if let Progress::Copied { cutoffs } = self.next().await {
                return cutoffs;
            }
        }
    }

    /// Waits until so many cut-offs were applied.
    pub async fn applied(&mut self, wanted: usize) {
        let mut seen = 0;
        while seen < wanted {
            if let Progress::Applied { cutoffs, .. } = self.next().await {
                seen += cutoffs;
            }
        }
        assert_eq!(seen, wanted);
    }

    /// Stops it.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("it ends");
    }
}
