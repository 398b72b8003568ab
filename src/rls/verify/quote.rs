//! Owns how a name or a value of a stranger's database becomes SQL. Every statement that is made at run time is put
//! together from these, so that a table named with quotes or semicolons stays a name.

/// An identifier, always quoted.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with its schema, both quoted.
pub(super) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// A string constant; one with a backslash means the same whatever `standard_conforming_strings` says.
pub(super) fn literal(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// An identifier as people write it: quoted only where it must be.
pub(super) fn plain(name: &str) -> String {
    let mut letters = name.chars();
    let simple = letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        && !RESERVED.contains(&name);
    if simple { name.to_owned() } else { identifier(name) }
}

/// A name with its schema as people write it.
pub(super) fn plain_qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", plain(schema), plain(name))
}

/// Words that a fix may meet as a name and that PostgreSQL does not take for one (its table of key words, reserved).
const RESERVED: [&str; 77] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_quotes_and_semicolons_stays_one_name() {
        assert_eq!(
            identifier(r#"x"; drop table y; --"#),
            r#""x""; drop table y; --""#
        );
        assert_eq!(qualified("a.b", "c\"d"), r#""a.b"."c""d""#);
    }

    #[test]
    fn a_value_never_ends_its_own_string() {
        assert_eq!(literal("x' or '1'='1"), "'x'' or ''1''=''1'");
        assert_eq!(literal(r"\'; select 1; --"), r"E'\\''; select 1; --'");
    }

    #[test]
    fn a_name_is_quoted_for_people_only_where_it_must_be() {
        assert_eq!(plain_qualified("public", "orders"), "public.orders");
        assert_eq!(plain("Orders"), "\"Orders\"");
        assert_eq!(plain("user"), "\"user\"");
        assert_eq!(plain("2nd"), "\"2nd\"");
    }
}
