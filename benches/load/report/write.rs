//! Owns where a report goes: tables to standard output, files as asked, progress and complaints to standard error.

use std::io::Write as _;

use anyhow::Context as _;

use super::judge::Report;
use super::tables;
use super::text::Table;
use crate::options::Options;

/// Writes the report everywhere that was asked for.
pub(crate) fn write(report: &Report, options: &Options) -> anyhow::Result<()> {
    let tables: Vec<Table> = tables::of(report)
        .into_iter()
        .filter(|table| !table.rows.is_empty())
        .collect();
    let remarks = tables::remarks(report);
    if let Some(path) = &options.json {
        let json = serde_json::to_vec_pretty(report)?;
        std::fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &options.markdown {
        let pages = tables.iter().map(Table::markdown);
        let remarks = remarks.iter().map(|remark| format!("- {remark}\n"));
        let text = pages.chain(remarks).collect::<Vec<_>>().join("\n");
        std::fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    let mut output = std::io::stdout().lock();
    for table in &tables {
        writeln!(output, "{}", table.plain())?;
    }
    for remark in &remarks {
        writeln!(output, "! {remark}")?;
    }
    Ok(())
}

/// Says what is being done.
pub(crate) fn progress(what: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stderr(), "load: {what}")?)
}

/// Says why nothing was measured.
pub(crate) fn complain(error: &anyhow::Error) {
    // Nobody is left to tell if this fails too.
    let _ = writeln!(std::io::stderr(), "load: {error:#}");
}
