//! Owns how reports look on a terminal: one value a line, what is inside of it indented, or a table.

use std::fmt::{self, Formatter};

use serde::Serialize;
use serde_json::{Map, Value};

/// One line for each field that has a value, under the field's name in JSON. The fields of an object stand below its
/// name, and so do objects in a list, each on a line of its own.
pub(super) fn lines(formatter: &mut Formatter<'_>, report: &impl Serialize) -> fmt::Result {
    let Ok(Value::Object(fields)) = serde_json::to_value(report) else {
        return Err(fmt::Error);
    };
    formatter.write_str(&lines_of(&fields).join("\n"))
}

fn lines_of(fields: &Map<String, Value>) -> Vec<String> {
    let width = fields.keys().map(String::len).max().unwrap_or(0) + 1;
    let mut lines = Vec::new();
    for (name, value) in fields {
        let below: Vec<String> = match value {
            Value::Object(fields) => lines_of(fields),
            Value::Array(values) if values.iter().all(Value::is_object) => {
                values.iter().filter_map(in_one_line).collect()
            }
            _ => Vec::new(),
        };
        if !below.is_empty() {
            lines.push(format!("{name}:"));
            lines.extend(below.into_iter().map(|line| format!("  {line}")));
        } else if let Some(text) = text(value) {
            lines.push(format!("{:width$} {text}", format!("{name}:")));
        }
    }
    lines
}

/// An object of a list: what it says, with the names; nothing if it says nothing.
fn in_one_line(value: &Value) -> Option<String> {
    let parts: Vec<String> = value
        .as_object()?
        .iter()
        .filter_map(|(name, value)| {
            let text = text(value)?;
            // What a person wrote is not taken for further fields.
            let plain = !text.contains([',', '"']);
            Some(if plain {
                format!("{name} {text}")
            } else {
                format!("{name} {text:?}")
            })
        })
        .collect();
    Some(parts.join(", ")).filter(|line| !line.is_empty())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        // What a person wrote makes no line of its own.
        Value::String(text) => Some(
            text.chars()
                .flat_map(|character| {
                    let control = character.is_control();
                    let escaped = control.then(|| character.escape_default());
                    let plain = (!control).then_some(character);
                    escaped.into_iter().flatten().chain(plain)
                })
                .collect(),
        ),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(text).collect();
            (!texts.is_empty()).then(|| texts.join(" "))
        }
        Value::Object(fields) if fields.values().all(Value::is_null) => None,
        other => Some(other.to_string()),
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
                &serde_json::json!({
                    "id": "a", "none": null, "on": true, "uris": ["x", "y"], "was": [],
                    "claims": {"name": "A", "address": "x\nid: b", "none": null}, "said": {"none": null},
                    "places": [{"slug": "acme", "role": "owner"}, {"slug": "globex", "joined": null, "name": "G, role owner"}],
                }),
            )
        }
    }

    #[test]
    fn columns_align_and_absent_values_have_no_line() {
        insta::assert_snapshot!(Shown.to_string(), @r#"
        ID         NAME
        a-long-id  A
        b          B
        id:     a
        on:     true
        uris:   x y
        claims:
          name:    A
          address: x\nid: b
        places:
          slug acme, role owner
          slug globex, name "G, role owner"
        "#);
    }
}
