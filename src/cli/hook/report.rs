//! Owns what `signet hook …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::secret::Secret;
use crate::cli::layout;
use crate::hook::Hook;
use crate::hook::transport::sql::Obstacle;
use crate::protocol::claims::Output;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum HookReport {
    /// Everything about one.
    Hook(Box<HookView>),
    /// All of them.
    Hooks(HookList),
    /// What was done to one.
    Changed(HookChanged),
}

/// Everything about a hook but its secrets.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the hook")]
pub struct HookView {
    pub hook_id: String,
    pub name: String,
    pub kind: &'static str,
    pub target: String,
    pub enabled: bool,
    pub shadow: bool,
    pub position: i32,
    pub mode: &'static str,
    pub outputs: Vec<&'static str>,
    pub overwrite: Vec<String>,
    pub may_raise: Vec<String>,
    pub timeout_ms: u64,
    pub on_failure: &'static str,
    /// What keeps it from running, each with what mends it.
    pub obstacles: Vec<String>,
}

/// Hooks in the order in which they are asked.
#[derive(Debug, Serialize)]
pub struct HookList {
    /// All of them.
    pub hooks: Vec<HookLine>,
}

/// One line of a list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the hook")]
pub struct HookLine {
    pub name: String,
    pub kind: &'static str,
    pub target: String,
    pub enabled: bool,
    pub shadow: bool,
    pub outputs: Vec<&'static str>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct HookChanged {
    /// To which.
    pub name: String,
    /// What.
    pub done: &'static str,
}

/// A new signing secret. It is shown, and kept nowhere.
#[derive(Serialize)]
pub(super) struct NewSecret {
    /// `whsec_` and the base64 of 256 bits.
    secret: String,
}

impl NewSecret {
    pub(super) fn of(secret: &Secret) -> Self {
        Self {
            secret: secret.expose().to_owned(),
        }
    }
}

impl fmt::Display for NewSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.secret)
    }
}

impl HookView {
    pub(super) fn new(hook: &Hook, obstacles: &[Obstacle]) -> Self {
        let settings = &hook.settings;
        Self {
            hook_id: hook.id.to_string(),
            name: settings.name.clone(),
            kind: settings.target.kind(),
            target: settings.target.address(),
            enabled: settings.enabled,
            shadow: settings.shadow,
            position: settings.position,
            mode: settings.mode.name(),
            outputs: outputs(hook),
            overwrite: settings.overwrite.iter().cloned().collect(),
            may_raise: settings.may_raise.iter().cloned().collect(),
            timeout_ms: u64::try_from(settings.timeout.as_millis()).unwrap_or(u64::MAX),
            on_failure: settings.on_failure.name(),
            obstacles: obstacles
                .iter()
                .map(|obstacle| format!("{}; mend it with: {}", obstacle.problem, obstacle.mend))
                .collect(),
        }
    }
}

impl From<&Hook> for HookLine {
    fn from(hook: &Hook) -> Self {
        Self {
            name: hook.settings.name.clone(),
            kind: hook.settings.target.kind(),
            target: hook.settings.target.address(),
            enabled: hook.settings.enabled,
            shadow: hook.settings.shadow,
            outputs: outputs(hook),
        }
    }
}

fn outputs(hook: &Hook) -> Vec<&'static str> {
    hook.settings.outputs.iter().copied().map(Output::name).collect()
}

impl HookLine {
    const fn state(&self) -> &'static str {
        match (self.enabled, self.shadow) {
            (false, _) => "disabled",
            (true, true) => "shadow",
            (true, false) => "enabled",
        }
    }
}

impl fmt::Display for HookReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hook(hook) => layout::lines(formatter, hook),
            Self::Hooks(list) => {
                let outputs: Vec<String> = list.hooks.iter().map(|hook| hook.outputs.join(" ")).collect();
                let rows = list.hooks.iter().zip(&outputs).map(|(hook, outputs)| {
                    [
                        hook.name.as_str(),
                        hook.kind,
                        hook.state(),
                        outputs.as_str(),
                        hook.target.as_str(),
                    ]
                });
                layout::table(formatter, ["NAME", "KIND", "STATE", "OUTPUTS", "TARGET"], rows)
            }
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.name, changed.done),
        }
    }
}
