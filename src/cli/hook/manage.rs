//! Owns what `signet hook add`, `edit` and the like do.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::arguments::{AddHook, EditHook, HookKind, HookOptions, ManageHooks};
use super::report::{HookChanged, HookLine, HookList, HookReport, HookView};
use crate::app;
use crate::base::secret::Secret;
use crate::cli::{operator, values};
use crate::config::SignetConfig;
use crate::db::UnitOfWork;
use crate::hook::definition::{FunctionName, Target};
use crate::hook::transport::sql::Obstacle;
use crate::hook::{Hook, Settings, service};
use crate::kek;
use crate::sealing::Keyring;

/// Runs a command on the configured database. What keeps an SQL function from running is looked up afterwards, as the
/// role that will run it.
pub async fn manage(command: ManageHooks, config: &SignetConfig) -> Result<HookReport> {
    let (pool, mut work) = operator::open(config, 2).await?;
    let keyring = operator::keyring_on(config, &pool).await?;
    let hook = match command {
        ManageHooks::List => {
            let hooks = service::list(&mut work, &keyring).await?;
            work.commit().await?;
            let hooks = hooks.iter().map(HookLine::from).collect();
            return Ok(HookReport::Hooks(HookList { hooks }));
        }
        ManageHooks::Enable { hook, force } => {
            let hook = service::find(&mut work, &keyring, &hook).await?;
            if !force {
                refuse_unable(config, &hook).await?;
            }
            return switch(work, &keyring, hook, true).await;
        }
        ManageHooks::Disable { hook } => {
            let hook = service::find(&mut work, &keyring, &hook).await?;
            return switch(work, &keyring, hook, false).await;
        }
        ManageHooks::Remove { hook } => {
            let hook = service::find(&mut work, &keyring, &hook).await?;
            service::remove(&mut work, &hook).await?;
            work.commit().await?;
            return Ok(changed(hook, "removed"));
        }
        ManageHooks::Show { hook } => service::find(&mut work, &keyring, &hook).await?,
        ManageHooks::Add(arguments) => service::add(&mut work, &keyring, settings(*arguments)?).await?,
        ManageHooks::Edit(arguments) => {
            let mut hook = service::find(&mut work, &keyring, &arguments.hook).await?;
            edit(&mut hook.settings, *arguments)?;
            service::change(&mut work, &keyring, &hook).await?;
            hook
        }
    };
    kek::write_down_seals(&mut work, &keyring).await?;
    work.commit().await?;
    let obstacles = obstacles(config, &hook).await?;
    Ok(HookReport::Hook(Box::new(HookView::new(&hook, &obstacles))))
}

/// A hook that cannot run would refuse every token from now on.
async fn refuse_unable(config: &SignetConfig, hook: &Hook) -> Result<()> {
    let obstacles = obstacles(config, hook).await?;
    let told = obstacles
        .iter()
        .map(|Obstacle { problem, mend }| format!("\n  {problem}\n    {mend}"));
    let told: String = told.collect();
    anyhow::ensure!(
        told.is_empty(),
        "{} cannot run, and while it is enabled its failures are those of sign-ins (--force enables it all the same):{told}",
        hook.settings.name
    );
    Ok(())
}

async fn switch(
    mut work: UnitOfWork,
    keyring: &Keyring,
    mut hook: Hook,
    enabled: bool,
) -> Result<HookReport> {
    hook.settings.enabled = enabled;
    service::change(&mut work, keyring, &hook).await?;
    kek::write_down_seals(&mut work, keyring).await?;
    work.commit().await?;
    Ok(changed(hook, if enabled { "enabled" } else { "disabled" }))
}

fn changed(hook: Hook, done: &'static str) -> HookReport {
    HookReport::Changed(HookChanged {
        name: hook.settings.name,
        done,
    })
}

fn settings(arguments: AddHook) -> Result<Settings> {
    let target = match arguments.kind {
        HookKind::Sql => {
            anyhow::ensure!(
                arguments.options.secret_file.is_none(),
                "secret-file: an SQL hook has no signing secret"
            );
            Target::Sql(FunctionName::parse(&arguments.target)?)
        }
        HookKind::Http => {
            let file = arguments.options.secret_file.as_deref();
            let secrets = file
                .map(values::secret_from)
                .transpose()?
                .unwrap_or_else(|| Secret::new(String::new()));
            Target::http(&arguments.target, secrets)?
        }
    };
    let mut settings = Settings::new(&arguments.name, target);
    settings.enabled = arguments.enable;
    settings.shadow = arguments.shadow;
    apply(&mut settings, arguments.options);
    Ok(settings)
}

fn edit(settings: &mut Settings, arguments: EditHook) -> Result<()> {
    if let Some(name) = arguments.name {
        settings.name = name;
    }
    if let Some(shadow) = arguments.shadow {
        settings.shadow = shadow;
    }
    let file = arguments.options.secret_file.as_deref();
    let secrets = file.map(values::secret_from).transpose()?;
    settings.target = match &settings.target {
        Target::Sql(function) => {
            anyhow::ensure!(
                secrets.is_none(),
                "secret-file: an SQL hook has no signing secret"
            );
            let other = arguments.target.as_deref().map(FunctionName::parse).transpose()?;
            Target::Sql(other.unwrap_or_else(|| function.clone()))
        }
        Target::Http(kept) => {
            let url = arguments.target.as_deref().unwrap_or(kept.url().as_str());
            Target::http(url, secrets.unwrap_or_else(|| kept.secrets().clone()))?
        }
        Target::Unopened(unopened) => {
            let secrets = secrets.filter(|_| unopened.kind == "http");
            let secrets = secrets.with_context(|| unopened.reason.clone())?;
            let url = arguments.target.as_deref().unwrap_or(&unopened.address);
            Target::http(url, secrets)?
        }
    };
    apply(settings, arguments.options);
    Ok(())
}

/// What is not named stays; a list that is named is the whole list.
fn apply(settings: &mut Settings, options: HookOptions) {
    if let Some(mode) = options.mode {
        settings.mode = mode;
    }
    if !options.outputs.is_empty() {
        settings.outputs = options.outputs.into_iter().collect();
    }
    if options.no_overwrite || !options.overwrite.is_empty() {
        settings.overwrite = options.overwrite.into_iter().collect();
    }
    if options.no_may_raise || !options.may_raise.is_empty() {
        settings.may_raise = options.may_raise.into_iter().collect();
    }
    if let Some(milliseconds) = options.timeout_ms {
        settings.timeout = Duration::from_millis(milliseconds);
    }
    if let Some(reaction) = options.on_failure {
        settings.on_failure = reaction;
    }
    if let Some(position) = options.position {
        settings.position = position;
    }
}

/// What keeps an SQL hook from running, as far as it can be known without running it.
async fn obstacles(config: &SignetConfig, hook: &Hook) -> Result<Vec<Obstacle>> {
    let function = match &hook.settings.target {
        Target::Sql(function) => function,
        Target::Http(_) => return Ok(Vec::new()),
        Target::Unopened(unopened) => {
            return Ok(vec![Obstacle {
                problem: unopened.reason.clone(),
                mend: "load the key-encryption key that sealed it, or give it a new secret".to_owned(),
            }]);
        }
    };
    match app::hook_transports(config)?.sql {
        Some(transport) => Ok(transport
            .obstacles(function)
            .await
            .context("database.hook_url does not work")?),
        None => Ok(vec![Obstacle {
            problem: "database.hook_url is not set, so no SQL hook can run".to_owned(),
            mend: "set it to a URL that logs in as signet_hook".to_owned(),
        }]),
    }
}
