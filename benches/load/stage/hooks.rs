//! Owns the operator's hooks: one SQL function that reads a table, one HTTP receiver, registered by the commands that an
//! operator uses. Both answer with the same two claims; the SQL one reads the person's row in a table of its own.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};

use super::server::{self, Setup};
use crate::children::{self, Held};
use crate::options;

/// What the receiver answers.
pub(crate) const HOOK_ANSWER: &str = r#"{"claims":{"department":"research","cost_center":4711}}"#;

const FUNCTION: &str = "
    create schema bench_hooks;
    create table bench_hooks.departments (user_id text primary key, department text not null);
    create function bench_hooks.claims(event jsonb) returns jsonb language sql stable as $$
        select jsonb_build_object('claims', jsonb_build_object(
            'department', coalesce(
                (select d.department from bench_hooks.departments d where d.user_id = event ->> 'user_id'), 'research'),
            'cost_center', 4711))
    $$;
    revoke execute on function bench_hooks.claims from public;
    grant usage on schema bench_hooks to signet_hook;
    grant select on bench_hooks.departments to signet_hook;
    grant execute on function bench_hooks.claims to signet_hook";

/// A kind of hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hook {
    /// A function in the server's database.
    Sql,
    /// A receiver on loopback.
    Http,
}

impl Hook {
    const fn name(self) -> &'static str {
        match self {
            Self::Sql => "load-sql",
            Self::Http => "load-http",
        }
    }
}

/// Which hook is asked.
pub(crate) struct Hooks {
    setup: Setup,
    admin_url: String,
    folder: PathBuf,
    asked: Option<Hook>,
    receiver: Option<Held>,
}

impl Hooks {
    /// None is asked yet.
    pub(crate) fn new(setup: Setup, admin_url: String, folder: &Path) -> Self {
        Self {
            setup,
            admin_url,
            folder: folder.to_owned(),
            asked: None,
            receiver: None,
        }
    }

    /// Whether another hook is asked than wanted.
    pub(crate) fn differ(&self, wanted: Option<Hook>) -> bool {
        self.asked != wanted
    }

    /// The server's setup, for starting it again.
    pub(crate) const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Has this one asked, from the server's next start on.
    pub(crate) async fn ask(&mut self, wanted: Option<Hook>) -> anyhow::Result<()> {
        if let Some(before) = self.asked.take() {
            self.setup.command(&["hook", "remove", before.name()])?;
            self.receiver = None;
        }
        match wanted {
            None => {}
            Some(Hook::Sql) => {
                let mut admin = PgConnection::connect(&self.admin_url).await?;
                sqlx::raw_sql(FUNCTION).execute(&mut admin).await?;
                admin.close().await?;
                self.add(Hook::Sql, &["--target", "bench_hooks.claims"])?;
            }
            Some(Hook::Http) => {
                let mut receiver = children::myself(&[&"hook-answers"])?;
                let url = format!("http://{}/claims", options::address(&receiver.line()?)?);
                self.receiver = Some(receiver);
                let secret = self.folder.join("hook-secret");
                server::write(&secret, "whsec_bG9hZC1sb2FkLWxvYWQtbG9hZC1sb2FkLWxvYWQtMDE=")?;
                let secret = secret.to_str().context("the folder's name is no text")?;
                self.add(
                    Hook::Http,
                    &["--kind", "http", "--target", &url, "--secret-file", secret],
                )?;
            }
        }
        self.asked = wanted;
        Ok(())
    }

    fn add(&self, hook: Hook, rest: &[&str]) -> anyhow::Result<()> {
        let mut arguments = vec!["hook", "add", "--name", hook.name(), "--enable"];
        arguments.extend_from_slice(rest);
        self.setup.command(&arguments)
    }
}
