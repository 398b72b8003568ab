//! Owns tables: aligned for a terminal, or Markdown. The first column is text, the others are figures.

use std::fmt::Write as _;

/// A table under a heading.
pub(super) struct Table {
    pub(super) heading: String,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    /// For a terminal.
    pub(super) fn plain(&self) -> String {
        let columns = self.columns.iter().enumerate();
        let widths: Vec<usize> = columns
            .map(|(index, column)| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|row| row.get(index))
                    .map(|cell| cell.chars().count());
                cells.chain([column.chars().count()]).max().unwrap_or_default()
            })
            .collect();
        let mut text = format!("{}\n", self.heading);
        let header = self.columns.iter().map(ToString::to_string).collect();
        for row in std::iter::once(&header).chain(&self.rows) {
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                // Writing into a text cannot fail.
                let _ = match index {
                    0 => write!(text, "  {cell:<width$}"),
                    _ => write!(text, "  {cell:>width$}"),
                };
            }
            text.push('\n');
        }
        text
    }

    /// For a page.
    pub(super) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let header: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        let rule: Vec<String> = (0..header.len())
            .map(|index| if index == 0 { "---" } else { "---:" }.to_owned())
            .collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("## {}\n\n{}{}{rows}", self.heading, line(&header), line(&rule))
    }
}

/// A figure with as many digits as it deserves; large ones in groups of three.
pub(super) fn figure(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A part of a whole.
pub(super) fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

/// What may be missing.
pub(super) fn or_dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), show)
}
