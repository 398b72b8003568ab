//! Owns which tables there are and what stands in them.

use super::beside;
use super::judge::Report;
use super::peers::{IDLE_MEMORY, LOADED_MEMORY, START};
use super::text::{Table, figure, or_dash, percent};

/// Every table of a report.
pub(super) fn of(report: &Report) -> Vec<Table> {
    vec![
        floors(report),
        rows(report),
        judgements(report),
        beside::table(report),
        hooks(report),
        costs(report),
        process(report),
    ]
}

/// What went wrong, one line each.
pub(super) fn remarks(report: &Report) -> Vec<String> {
    let failed = report.rows.iter().filter_map(|row| {
        let error = row.result.error.as_deref()?;
        Some(format!(
            "{}: {} errors, the first: {error}",
            row.result.row.title(),
            row.result.errors
        ))
    });
    let beside = report.beside.iter().flat_map(beside::remarks);
    let left_out = report
        .left_out
        .iter()
        .map(|row| format!("{}: no time was left", row.title()));
    let slow =
        (!report.machine.optimized).then(|| "this is a debug build: its figures mean nothing".to_owned());
    failed.chain(beside).chain(left_out).chain(slow).collect()
}

fn floors(report: &Report) -> Table {
    let rows = report.floors.iter().map(|floor| {
        vec![
            floor.floor.name().to_owned(),
            or_dash(floor.one_thread, figure),
            figure(floor.machine),
            format!("{} - {}", figure(floor.lowest), figure(floor.highest)),
            figure(floor.peers_machine),
        ]
    });
    let machine = &report.machine;
    Table {
        heading: format!(
            "Floors, per second ({} processors, {}, PostgreSQL {}, {} connections)",
            machine.threads, machine.openssl, machine.postgres, machine.connections
        ),
        columns: vec!["", "one thread", "machine", "from - to", "peers' machine"],
        rows: rows.collect(),
    }
}

fn rows(report: &Report) -> Table {
    let share = |share: Option<f64>| or_dash(share, |share| format!("{share:.0} %"));
    let rows = report.rows.iter().map(|row| {
        let shares = row.result.processors;
        vec![
            row.result.row.title().to_owned(),
            figure(row.result.rate),
            figure(row.result.p50_ms),
            figure(row.result.p99_ms),
            share(shares.server),
            share(shares.postgres),
            share(shares.generator),
            row.result.errors.to_string(),
        ]
    });
    Table {
        heading: format!(
            "Rows (median of {} runs of {} s); processors in percent of one",
            report.machine.runs, report.machine.seconds
        ),
        columns: vec![
            "",
            "per second",
            "p50 ms",
            "p99 ms",
            "server",
            "PostgreSQL",
            "generator",
            "errors",
        ],
        rows: rows.collect(),
    }
}

fn judgements(report: &Report) -> Table {
    let rows = report.rows.iter().map(|row| {
        vec![
            row.result.row.title().to_owned(),
            figure(row.result.rate),
            format!("{} ({})", figure(row.floor_rate), row.floor.name()),
            percent(row.ratio),
            format!("{} ({})", percent(row.peer_ratio), row.peer),
            if row.ahead { "ahead" } else { "BEHIND" }.to_owned(),
            figure(row.goal_rate),
            percent(row.goal_ratio),
            percent(row.reached),
        ]
    });
    Table {
        heading: "Parts of the floor: the bar is the best peer's, the goal is ours".to_owned(),
        columns: vec![
            "",
            "per second",
            "floor",
            "part",
            "best peer",
            "bar",
            "goal here",
            "part",
            "reached",
        ],
        rows: rows.collect(),
    }
}

/// What an operator's hook costs, held against the same row without one and against what it costs Supabase Auth.
fn hooks(report: &Report) -> Table {
    let rate = |name| {
        let found = report.rows.iter().find(|row| row.result.row == name);
        found.map(|row| row.result.rate).filter(|rate| *rate > 0.0)
    };
    let rows = report.rows.iter().filter_map(|row| {
        let without = rate(row.result.row.without_hook()?)?;
        let milliseconds = |rate: f64| f64::from(report.machine.connections) * 1000.0 / rate;
        let added = milliseconds(row.result.rate) - milliseconds(without);
        Some(vec![
            row.result.row.title().to_owned(),
            figure(row.result.rate),
            figure(without),
            percent(1.0 - row.result.rate / without),
            format!("{added:.2}"),
        ])
    });
    Table {
        heading: "Operator's hooks, beside the same row without one".to_owned(),
        columns: vec!["", "per second", "without", "slower by", "ms added"],
        rows: rows.collect(),
    }
}

fn costs(report: &Report) -> Table {
    let rows = report.rows.iter().filter_map(|row| {
        let result = &row.result;
        if result.cost.is_none() && result.postgres_us.is_none() {
            return None;
        }
        Some(vec![
            result.row.title().to_owned(),
            or_dash(result.cost, |cost| format!("{:.2}", cost.statements)),
            or_dash(row.statements_goal, |goal| format!("{goal:.0}")),
            or_dash(result.cost, |cost| format!("{:.0}", cost.log_bytes)),
            or_dash(row.log_bytes_goal, |goal| format!("{goal:.0}")),
            or_dash(result.postgres_us, |time| format!("{time:.0}")),
        ])
    });
    Table {
        heading: "Per operation: statements (transaction control counted), bytes of write-ahead log, processor time of \
                  PostgreSQL in microseconds"
            .to_owned(),
        columns: vec![
            "",
            "statements",
            "at most",
            "log bytes",
            "at most",
            "PostgreSQL µs",
        ],
        rows: rows.collect(),
    }
}

fn process(report: &Report) -> Table {
    let mut rows = Vec::new();
    let mut line = |what: &str, value: f64, unit: &str, bar: Option<f64>, goal: Option<f64>| {
        let verdict = bar.map(|bar| if value <= bar { "kept" } else { "MISSED" }.to_owned());
        let with_unit = |value: f64| format!("{} {unit}", figure(value));
        rows.push(vec![
            what.to_owned(),
            with_unit(value),
            or_dash(bar, with_unit),
            or_dash(verdict, |verdict| verdict),
            or_dash(goal, with_unit),
        ]);
    };
    if let Some(start) = report.start {
        line(
            "start on a migrated database",
            start.seconds,
            "s",
            Some(START.0),
            Some(START.1),
        );
        line(
            "the very first start, which makes the keys",
            start.first_seconds,
            "s",
            None,
            None,
        );
    }
    if let Some(memory) = report.idle_memory_mib {
        line(
            "idle memory",
            memory,
            "MiB",
            Some(IDLE_MEMORY.0),
            Some(IDLE_MEMORY.1),
        );
    }
    if let Some(memory) = report.loaded_memory_mib {
        line(
            "memory after load",
            memory.resident,
            "MiB",
            None,
            Some(LOADED_MEMORY),
        );
        line("the most memory that ever was", memory.peak, "MiB", None, None);
    }
    Table {
        heading: "The process".to_owned(),
        columns: vec!["", "measured", "bar", "", "goal"],
        rows,
    }
}
