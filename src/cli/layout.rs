//! Owns how reports look on a terminal: one value a line, or a table.

use std::fmt::{self, Formatter};

use serde::Serialize;
use serde_json::Value;

/// One line for each field that has a value, under the field's name in JSON.
pub(super) fn lines(formatter: &mut Formatter<'_>, report: &impl Serialize) -> fmt::Result {
    let Ok(Value::Object(fields)) = serde_json::to_value(report) else {
        return Err(fmt::Error);
    };
    let width = fields.keys().map(String::len).max().unwrap_or(0) + 1;
    let mut first = true;
    for (name, value) in &fields {
        let Some(text) = text(value) else { continue };
        if !std::mem::take(&mut first) {
            writeln!(formatter)?;
        }
        write!(formatter, "{:width$} {text}", format!("{name}:"))?;
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(text_of_element).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        }
        Value::Object(fields) if fields.is_empty() => None,
        other => Some(other.to_string()),
    }
}

fn text_of_element(value: &Value) -> Option<String> {
    match value {
        Value::Object(_) => Some(value.to_string()),
        other => text(other),
    }
}

/// A table whose columns are as wide as their widest cell.
pub(super) fn table<'a, const N: usize>(
    formatter: &mut Formatter<'_>,
    heads: [&'a str; N],
    rows: impl Iterator<Item = [&'a str; N]>,
) -> fmt::Result {
    let rows: Vec<[&str; N]> = std::iter::once(heads).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let line = cells.join("  ");
        if index > 0 {
            writeln!(formatter)?;
        }
        formatter.write_str(line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown;

    impl fmt::Display for Shown {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
            table(
                formatter,
                ["ID", "NAME"],
                [["a-long-id", "A"], ["b", "B"]].into_iter(),
            )?;
            writeln!(formatter)?;
            lines(
                formatter,
                &serde_json::json!({"id": "a", "none": null, "on": true, "uris": ["x", "y"], "was": []}),
            )
        }
    }

    #[test]
    fn columns_align_and_absent_values_have_no_line() {
        insta::assert_snapshot!(Shown.to_string(), @r"
        ID         NAME
        a-long-id  A
        b          B
        id:   a
        on:   true
        uris: x y
        ");
    }
}
