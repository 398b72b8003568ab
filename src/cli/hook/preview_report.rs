//! Owns what `signet hook preview` answers.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::claims::preview::{Failure, Step};
use crate::protocol::claims::Output;

const ISSUED: &str = "issued";
const ABSENT: &str = "absent";

/// What hooks would do.
#[derive(Debug, Serialize)]
pub struct PreviewReport {
    /// Whom the token would be about.
    pub user_id: String,
    /// For whom it would be.
    pub client_id: String,
    /// The access token's audience.
    pub audience: String,
    /// How it would come about.
    pub grant_type: &'static str,
    /// What the built-in hook says of the membership.
    pub facts: Map<String, Value>,
    /// The access token, and each other output that a hook lists; none if nobody is asked because nothing is granted.
    pub outputs: Vec<OutputReport>,
    /// What became of the grant, access token and ID token together: `issued`, `refused` or `failed`.
    pub verdict: &'static str,
    /// Why there would be no token.
    pub failure: Option<Failure>,
}

/// What hooks would do to one output.
#[derive(Debug, Serialize)]
pub struct OutputReport {
    /// `access_token`, `id_token` or `userinfo`.
    pub output: &'static str,
    /// Each hook in its order.
    pub steps: Vec<Step>,
    /// `issued`, `refused` or `failed`; `absent` where there is no such output whatever a hook says.
    pub verdict: &'static str,
    /// Why it would not be said.
    pub failure: Option<Failure>,
    /// What would be said, none if nothing.
    pub claims: Option<Map<String, Value>>,
    /// Its length: of the token, or of the answer.
    pub size_bytes: Option<usize>,
}

impl PreviewReport {
    /// A grant is answered with all of its tokens or none.
    pub(super) fn decide(&mut self, granted: &[OutputReport]) {
        let stopped = granted
            .iter()
            .find(|output| output.failure.is_some() && output.verdict != ABSENT);
        self.verdict = stopped.map_or(ISSUED, |output| output.verdict);
        self.failure = stopped.and_then(|output| output.failure.clone());
    }
}

impl OutputReport {
    /// Before anybody is asked.
    pub(super) const fn of(output: Output) -> Self {
        Self {
            output: output.name(),
            steps: Vec::new(),
            verdict: "failed",
            failure: None,
            claims: None,
            size_bytes: None,
        }
    }

    /// There is no such output here.
    pub(super) fn absent(output: Output, reason: &str) -> Self {
        Self {
            verdict: ABSENT,
            failure: Some(Failure {
                code: "no_such_output",
                reason: reason.to_owned(),
                is_refusal: false,
            }),
            ..Self::of(output)
        }
    }

    /// A hook ends it.
    pub(super) fn fails(&mut self, failure: Option<Failure>) {
        let refused = failure.as_ref().is_some_and(|failure| failure.is_refusal);
        self.verdict = if refused { "refused" } else { "failed" };
        self.failure = failure;
    }

    /// This would be said.
    pub(super) fn says(&mut self, claims: Map<String, Value>, size: usize) {
        self.verdict = ISSUED;
        self.claims = Some(claims);
        self.size_bytes = Some(size);
    }
}

impl fmt::Display for PreviewReport {
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

impl fmt::Display for OutputReport {
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

fn show(formatter: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
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
    if let Some(failure) = &step.failure {
        writeln!(formatter, "  {}", failure.reason)?;
    }
    for obstacle in &step.obstacles {
        writeln!(formatter, "  {}\n    {}", obstacle.problem, obstacle.mend)?;
    }
    writeln!(formatter)
}
