//! `signet hook replay` and `signet hook shadow`: what a candidate makes, or made, of events that were kept.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::workbench::Workbench;
use crate::base::clock;
use crate::base::id::{HookEventId, UserId};
use crate::claims::replay::{self, Replayed, Tally};
use crate::cli::values;
use crate::hook::finding::{Agreement, Finding};
use crate::hook::sample::Kept;

/// How many differences are shown.
const MOST_SHOWN: usize = 20;

/// Which kept events.
#[derive(Debug, Clone, Args)]
pub struct KeptArguments {
    /// Events of this last length of time
    #[arg(long, value_parser = values::duration, default_value = "24h")]
    since: Duration,
    /// At most this many, the latest first
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

/// `signet hook replay`
#[derive(Debug, Clone, Args)]
pub struct ReplayArguments {
    /// The candidate's name; it need not be enabled
    #[arg(long, value_name = "NAME")]
    hook: String,
    #[command(flatten)]
    kept: KeptArguments,
}

/// `signet hook shadow`
#[derive(Debug, Clone, Args)]
pub struct ShadowArguments {
    /// One shadow's name; without it every one
    #[arg(long, value_name = "NAME")]
    hook: Option<String>,
    #[command(flatten)]
    kept: KeptArguments,
}

/// What a candidate made of the kept events.
#[derive(Debug, Serialize)]
pub struct ReplayReport {
    /// The candidate.
    pub hook: String,
    /// Kept events that were read.
    pub events: usize,
    /// How the comparisons came out.
    #[serde(flatten)]
    pub tally: Tally,
    /// The first that do not agree.
    pub examples: Vec<Replayed>,
}

/// Asks a candidate the kept events again.
pub(super) async fn run(arguments: ReplayArguments, bench: &mut Workbench) -> Result<ReplayReport> {
    let candidate = bench.hook(&arguments.hook).await?;
    let kept = bench.kept(&arguments.kept).await?;
    let mut report = ReplayReport {
        hook: candidate.settings.name.clone(),
        events: kept.len(),
        tally: Tally::default(),
        examples: Vec::new(),
    };
    for event in &kept {
        let Some(replayed) = replay::replay(&bench.hooks, &candidate, event).await? else {
            continue;
        };
        report.tally.count(&replayed.finding);
        if replayed.finding.agreement != Agreement::Same && report.examples.len() < MOST_SHOWN {
            report.examples.push(replayed);
        }
    }
    Ok(report)
}

impl KeptArguments {
    /// The kept events that are meant.
    pub(super) async fn read(&self, bench: &mut Workbench) -> Result<Vec<Kept>> {
        let since = clock::before(bench.now(), self.since);
        Ok(bench.hooks.kept(since, self.limit).await?)
    }
}

/// What shadows made of the kept events.
#[derive(Debug, Serialize)]
pub struct ShadowReport {
    /// Kept events that were read.
    pub events: usize,
    /// Each shadow that was asked about one of them.
    pub shadows: BTreeMap<String, ShadowFindings>,
}

/// What one shadow made of the kept events.
#[derive(Debug, Default, Serialize)]
pub struct ShadowFindings {
    /// How the comparisons came out.
    #[serde(flatten)]
    pub tally: Tally,
    /// The latest that do not agree.
    pub examples: Vec<ShadowExample>,
}

/// One comparison of a shadow.
#[derive(Debug, Serialize)]
pub struct ShadowExample {
    /// The event.
    pub event_id: HookEventId,
    /// Whom it is about.
    pub user_id: UserId,
    /// The output.
    pub output: String,
    /// The comparison.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Counts what shadows said.
pub(super) async fn shadow(arguments: ShadowArguments, bench: &mut Workbench) -> Result<ShadowReport> {
    if let Some(name) = &arguments.hook {
        bench.hook(name).await?;
    }
    let kept = bench.kept(&arguments.kept).await?;
    let mut shadows: BTreeMap<String, ShadowFindings> = BTreeMap::new();
    for event in &kept {
        let wanted = event
            .findings
            .iter()
            .filter(|(name, _)| arguments.hook.as_ref().is_none_or(|hook| hook == *name));
        for (name, finding) in wanted {
            let found = shadows.entry(name.clone()).or_default();
            found.tally.count(finding);
            if finding.agreement != Agreement::Same && found.examples.len() < MOST_SHOWN {
                found.examples.push(ShadowExample {
                    event_id: event.question.event_id().clone(),
                    user_id: event.question.user_id().clone(),
                    output: event.question.output().to_owned(),
                    finding: finding.clone(),
                });
            }
        }
    }
    let events = kept.len();
    Ok(ShadowReport { events, shadows })
}

fn tally(formatter: &mut fmt::Formatter<'_>, tally: &Tally) -> fmt::Result {
    let Tally {
        same,
        differs,
        failed,
        codes,
    } = tally;
    writeln!(formatter, "{same} same, {differs} differ, {failed} failed")?;
    for (code, times) in codes {
        writeln!(formatter, "  {code}: {times}")?;
    }
    Ok(())
}

fn example(
    formatter: &mut fmt::Formatter<'_>,
    event: &HookEventId,
    user: &UserId,
    output: &str,
    finding: &Finding,
) -> fmt::Result {
    writeln!(
        formatter,
        "{event}  user {user}  {output}  {}",
        finding.agreement.name()
    )?;
    for (who, code) in [("decided", &finding.decided), ("candidate", &finding.candidate)] {
        if let Some(code) = code {
            writeln!(formatter, "  {who}: {code}")?;
        }
    }
    write!(formatter, "{}", finding.difference)
}

const NO_EVENTS: &str = "no events are kept of this time: set hooks.sample_every";

impl fmt::Display for ReplayReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events == 0 {
            return writeln!(formatter, "{NO_EVENTS}");
        }
        write!(
            formatter,
            "{} asked about {} kept events: ",
            self.hook, self.events
        )?;
        tally(formatter, &self.tally)?;
        for replayed in &self.examples {
            let Replayed {
                event_id,
                user_id,
                output,
                finding,
                ..
            } = replayed;
            example(formatter, event_id, user_id, output, finding)?;
        }
        Ok(())
    }
}

impl fmt::Display for ShadowReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events == 0 {
            return writeln!(formatter, "{NO_EVENTS}");
        }
        if self.shadows.is_empty() {
            return writeln!(
                formatter,
                "no shadow was asked about the {} kept events",
                self.events
            );
        }
        for (name, found) in &self.shadows {
            write!(formatter, "{name}: ")?;
            tally(formatter, &found.tally)?;
            for shown in &found.examples {
                example(
                    formatter,
                    &shown.event_id,
                    &shown.user_id,
                    &shown.output,
                    &shown.finding,
                )?;
            }
        }
        Ok(())
    }
}
