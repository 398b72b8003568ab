//! `signet hook test`: a folder of events and expected answers, for an operator's CI. It needs no server: a function is
//! asked through `database.hook_url`, a URL with its signing secret.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::cases::{self, Case, Expected};
use crate::base::clock::{Clock as _, SystemClock};
use crate::base::entropy::SystemEntropy;
use crate::base::fetch::{Fetch, Reach};
use crate::base::id::HookEventId;
use crate::cli::{output, values};
use crate::config::SignetConfig;
use crate::db::sessions::Sessions;
use crate::hook::definition::FunctionName;
use crate::hook::difference::Difference;
use crate::hook::error::HookError;
use crate::hook::response;
use crate::hook::transport::http;
use crate::hook::transport::sql::SqlTransport;
use crate::hook::transport::target::HttpTarget;

/// `signet hook test`
#[derive(Debug, Clone, Args)]
#[group(id = "reached", required = true, args = ["target", "url"])]
pub struct TestArguments {
    /// The folder: NAME.event.json is what the hook is asked, NAME.expected.json what it must answer
    folder: PathBuf,
    /// The function to ask, as schema.function; `database.hook_url` says where
    #[arg(long, value_name = "SCHEMA.FUNCTION")]
    target: Option<String>,
    /// The URL to ask
    #[arg(long, requires = "secret_file")]
    url: Option<String>,
    /// A file that holds the URL's signing secrets (whsec_…)
    #[arg(long, value_name = "FILE", requires = "url")]
    secret_file: Option<PathBuf>,
    /// How long the hook may take, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=5000))]
    timeout: u64,
}

/// What came of every case.
#[derive(Debug, Serialize)]
struct TestReport {
    passed: usize,
    failed: usize,
    cases: Vec<CaseReport>,
}

/// What came of one case.
#[derive(Debug, Serialize)]
struct CaseReport {
    name: String,
    passed: bool,
    milliseconds: u64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// From the expected claims to those that were answered.
    #[serde(skip_serializing_if = "Difference::is_empty")]
    difference: Difference,
}

impl fmt::Display for CaseReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.passed { "ok  " } else { "FAIL" };
        write!(formatter, "{mark}  {}  ({} ms)", self.name, self.milliseconds)?;
        if let Some(reason) = &self.reason {
            write!(formatter, "\n      {reason}")?;
        }
        for line in self.difference.to_string().lines() {
            write!(formatter, "\n    {line}")?;
        }
        Ok(())
    }
}

/// Runs every case; exits with 1 if one fails.
pub(super) async fn run(arguments: TestArguments, config: &SignetConfig, json: bool) -> Result<ExitCode> {
    let cases = cases::find(&arguments.folder)?;
    let hook = Reached::new(&arguments, config)?;
    let mut report = TestReport {
        passed: 0,
        failed: 0,
        cases: Vec::with_capacity(cases.len()),
    };
    for case in cases {
        let done = hook.check(&case).await;
        // One line as each case is done: a slow hook is seen to be asked.
        if !json {
            output::line(&done.to_string())?;
        }
        *(if done.passed {
            &mut report.passed
        } else {
            &mut report.failed
        }) += 1;
        report.cases.push(done);
    }
    if json {
        output::line(&serde_json::to_string_pretty(&report)?)?;
    } else {
        output::line(&format!("{} passed, {} failed", report.passed, report.failed))?;
    }
    hook.close().await;
    Ok(if report.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The hook, and how long it may take.
struct Reached {
    way: Way,
    timeout: Duration,
}

enum Way {
    Sql(SqlTransport, FunctionName),
    Http(Fetch, HttpTarget),
}

impl Reached {
    fn new(arguments: &TestArguments, config: &SignetConfig) -> Result<Self> {
        let way = match (&arguments.target, &arguments.url, &arguments.secret_file) {
            (Some(target), ..) => {
                let url = config
                    .database
                    .hook_url()?
                    .context("database.hook_url is not set: set it to a URL that logs in as signet_hook")?;
                Way::Sql(
                    SqlTransport::new(&url, 1, Sessions::configured(&config.database))?,
                    FunctionName::parse(target)?,
                )
            }
            (None, Some(url), Some(file)) => {
                let target = HttpTarget::new(url, values::secret_from(file)?)?;
                // Whoever runs this command chooses the URL and reads the answer: nothing inside is out of their reach.
                Way::Http(Fetch::new(Reach::PublicAndPrivate), target)
            }
            _ => anyhow::bail!("name a function with --target, or a URL with --url and --secret-file"),
        };
        let timeout = Duration::from_millis(arguments.timeout);
        Ok(Self { way, timeout })
    }

    async fn check(&self, case: &Case) -> CaseReport {
        let started = Instant::now();
        let outcome = self.compare(case).await;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (reason, difference) = match outcome {
            Ok(None) => (None, Difference::default()),
            Ok(Some(mismatch)) => (Some(mismatch.reason), mismatch.difference),
            Err(error) => (Some(format!("{error:#}")), Difference::default()),
        };
        CaseReport {
            name: case.name.clone(),
            passed: reason.is_none(),
            milliseconds,
            reason,
            difference,
        }
    }

    async fn compare(&self, case: &Case) -> Result<Option<Mismatch>> {
        let expected = case.expected()?;
        let answered = self.ask(&case.event()?).await;
        Ok(mismatch(&expected, answered))
    }

    async fn ask(&self, event: &Value) -> Result<Expected, HookError> {
        let bytes = match &self.way {
            Way::Sql(transport, function) => transport.ask(function, event, self.timeout).await?,
            Way::Http(fetch, target) => {
                let now = SystemClock.now();
                let id = HookEventId::new(now, &SystemEntropy);
                let body = event.to_string();
                http::ask(fetch, target, id.as_str(), body.as_bytes(), now, self.timeout).await?
            }
        };
        Expected::seen(response::receive(&bytes)?).ok_or(HookError::NoClaims)
    }

    async fn close(self) {
        if let Way::Sql(transport, _) = self.way {
            transport.close().await;
        }
    }
}

/// How an answer is not what was expected.
struct Mismatch {
    reason: String,
    difference: Difference,
}

fn mismatch(expected: &Expected, answered: Result<Expected, HookError>) -> Option<Mismatch> {
    let told = |reason: String| {
        Some(Mismatch {
            reason,
            difference: Difference::default(),
        })
    };
    match (expected, answered) {
        (Expected::Failure(code), Err(error)) if error.code() == code => None,
        (expected, Err(error)) => told(format!(
            "expected {}, and the hook failed: {error}",
            expected.kind()
        )),
        (expected, Ok(answered)) if *expected == answered => None,
        (Expected::Claims(expected), Ok(Expected::Claims(answered))) => Some(Mismatch {
            reason: "the claims differ from the expected ones:".to_owned(),
            difference: Difference::between(expected, &answered),
        }),
        (Expected::Error(expected), Ok(Expected::Error(answered))) => {
            told(format!("expected the refusal {expected}, answered {answered}"))
        }
        (expected, Ok(answered)) => told(format!(
            "expected {}, answered {}",
            expected.kind(),
            answered.kind()
        )),
    }
}
