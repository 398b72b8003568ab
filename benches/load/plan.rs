//! Owns the order of a run: stage, floors, rows with floors between them, report; and its bounds in time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use signet::dev::postgres::remove_orphans;
use signet::server::signals;

use crate::cleanup;
use crate::floors::{self, Floor, Measured};
use crate::meter;
use crate::options::Options;
use crate::report::{self, Machine, Report};
use crate::rows::{self, Pair, RowName, RowResult, Settings};
use crate::stage::Stage;

/// What the striking of the stage and the last floors may take beyond the limit.
const GRACE: Duration = Duration::from_secs(45);

/// Runs the benchmark and writes its report.
pub(crate) fn main(options: &Options) -> anyhow::Result<ExitCode> {
    let parent = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("load");
    remove_orphans(&parent);
    // One thread: the generator must leave the processors to the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            // Dropping the run ends the server and PostgreSQL.
            outcome = bounded(options, &parent) => outcome,
            signal = signals::stop_requested() => Err(anyhow::anyhow!("ended by {}", signal?)),
        }
    });
    drop(runtime);
    remove_orphans(&parent);
    let Some(report) = outcome? else {
        return Ok(ExitCode::SUCCESS);
    };
    report::write(&report, options)?;
    Ok(if report.passes(options.check) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn bounded(options: &Options, parent: &Path) -> anyhow::Result<Option<Report>> {
    let folder = parent.join(std::process::id().to_string());
    let measured = async {
        match options.expired {
            Some(rows) => beside_cleanup(options, rows, &folder).await.map(|()| None),
            None => run(options, &folder).await.map(Some),
        }
    };
    tokio::time::timeout(options.limit + GRACE, measured)
        .await
        .map_err(|_| {
            anyhow::anyhow!(
                "not done after {:?}: use --rows, --seconds or --limit",
                options.limit
            )
        })?
}

async fn beside_cleanup(options: &Options, rows: u32, folder: &Path) -> anyhow::Result<()> {
    report::progress("starting PostgreSQL and the server")?;
    let mut stage = Stage::set(options, folder).await?;
    cleanup::measure(&mut stage, rows).await?;
    stage.strike().await
}

async fn run(options: &Options, folder: &Path) -> anyhow::Result<Report> {
    let deadline = Instant::now() + options.limit;
    let chosen = options.chosen();
    let needed = needed(options, &chosen);
    report::progress("starting PostgreSQL and the server")?;
    let mut stage = Stage::set(options, folder).await?;
    let mut floors = Measured::default();
    report::progress("measuring floors")?;
    floors::measure(&stage.bed, &needed, &mut floors).await?;
    let settings = Settings {
        seconds: options.seconds,
        runs: options.runs,
    };
    let mut results: Vec<Pair> = Vec::new();
    let mut loaded_memory = None;
    for (index, row) in chosen.iter().copied().enumerate() {
        if Instant::now() > deadline {
            break;
        }
        if index == chosen.len() / 2 && index > 0 {
            floors::measure(&stage.bed, &needed, &mut floors).await?;
        }
        report::progress(row.title())?;
        results.push(match stage.ask(row.hook()).await {
            Ok(()) => {
                let peer = stage.beside.as_mut().map(|beside| &mut beside.contender);
                rows::run(row, &mut stage.own, peer, settings).await
            }
            Err(error) => Pair {
                own: RowResult::failed(row, &error),
                peer: None,
            },
        });
        if row.hook().is_some() {
            continue;
        }
        loaded_memory = stage
            .own
            .meters
            .watched
            .server
            .and_then(meter::memory)
            .or(loaded_memory);
    }
    report::progress("measuring floors again")?;
    floors::measure(&stage.bed, &needed, &mut floors).await?;
    let machine = Machine {
        threads: stage.bed.threads,
        openssl: openssl::version::version().to_owned(),
        postgres: stage.postgres_version().to_owned(),
        connections: options.connections,
        seconds: options.seconds.as_secs_f64(),
        runs: options.runs,
        optimized: !cfg!(debug_assertions),
    };
    let left_out = chosen.get(results.len()..).unwrap_or_default().to_vec();
    let report = Report::new(machine, &floors, results, left_out, stage.beside.as_ref()).with_process(
        stage.start,
        stage.idle_memory,
        loaded_memory,
    );
    stage.strike().await?;
    Ok(report)
}

/// The floors of these rows; all of them when nothing was chosen.
fn needed(options: &Options, chosen: &[RowName]) -> BTreeSet<Floor> {
    if options.rows.is_empty() {
        Floor::ALL.into_iter().collect()
    } else {
        chosen.iter().flat_map(|row| row.floors()).copied().collect()
    }
}
