//! Owns how `signet hook preview` tells a person what it answers.

use std::fmt;

use serde_json::Value;

use crate::claims::preview::{Failure, HookDryRun};
use crate::grant::preview::{Preview, PreviewedOutput};

impl fmt::Display for Preview {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "user {}  client {}  audience {}  grant {}",
            self.user_id, self.client_id, self.audience, self.grant_type
        )?;
        writeln!(formatter, "membership: {}", Value::Object(self.facts.clone()))?;
        for output in &self.outputs {
            write!(formatter, "{output}")?;
        }
        match &self.failure {
            Some(Failure { reason, .. }) => writeln!(formatter, "\nverdict: {}  {reason}", self.verdict),
            None => writeln!(formatter, "\nverdict: {}", self.verdict),
        }
    }
}

impl fmt::Display for PreviewedOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "\n== {} ==", self.output)?;
        if self.steps.is_empty() && self.failure.is_none() {
            writeln!(formatter, "no hook is asked: the built-in answer stands")?;
        }
        for step in &self.steps {
            show(formatter, step)?;
        }
        match (&self.failure, self.size_bytes) {
            (Some(Failure { reason, .. }), _) => writeln!(formatter, "{}: {reason}", self.verdict)?,
            (None, Some(size)) => writeln!(formatter, "{}: {size} bytes", self.verdict)?,
            (None, None) => writeln!(formatter, "{}", self.verdict)?,
        }
        for (name, value) in self.claims.iter().flatten() {
            writeln!(formatter, "  {name} = {value}")?;
        }
        Ok(())
    }
}

fn show(formatter: &mut fmt::Formatter<'_>, step: &HookDryRun) -> fmt::Result {
    writeln!(
        formatter,
        "\n{}  {}  {} ms",
        step.hook, step.target, step.milliseconds
    )?;
    writeln!(formatter, "  event: {}", step.event)?;
    match &step.answer {
        Some(answer) => writeln!(formatter, "  answer: {answer}")?,
        None => writeln!(formatter, "  no answer")?,
    }
    write!(formatter, "{}", step.difference)?;
    for refused in &step.refused {
        writeln!(
            formatter,
            "  ! {} = {}  ({})",
            refused.claim, refused.value, refused.code
        )?;
    }
    for (name, value) in &step.dropped {
        writeln!(
            formatter,
            "  ! {name} = {value}  (dropped: no token says what only Supabase's have)"
        )?;
    }
    if let Some(failure) = &step.failure {
        writeln!(formatter, "  {}", failure.reason)?;
    }
    for obstacle in &step.obstacles {
        writeln!(formatter, "  {}\n    {}", obstacle.problem, obstacle.mend)?;
    }
    writeln!(formatter)
}
