//! Owns the words that decide what a statement may do: those that no harmless one has, those that stand before brackets
//! without being a function, and the few functions of PostgreSQL's that are not what their volatility says.

/// What runs a text, writes, or is let through by a transaction that only reads. Wherever one stands, the function is
/// not asked: a column of that name costs a question, and nothing else.
const REFUSED: [&str; 32] = [
    "alter",
    "analyse",
    "analyze",
    "call",
    "checkpoint",
    "cluster",
    "copy",
    "create",
    "deallocate",
    "delete",
    "discard",
    "do",
    "drop",
    "execute",
    "explain",
    "grant",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "notify",
    "prepare",
    "refresh",
    "reindex",
    "reset",
    "revoke",
    "set",
    "truncate",
    "uescape",
    "unlisten",
    "vacuum",
];

/// Besides these, `update` may only lock rows, which a transaction that only reads refuses too.
const UPDATE: &str = "update";

/// What may stand before brackets and calls nothing.
const BEFORE_BRACKETS: [&str; 80] = [
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "assert",
    "atomic",
    "begin",
    "between",
    "by",
    "case",
    "cast",
    "character",
    "check",
    "coalesce",
    "collate",
    "cross",
    "cube",
    "cursor",
    "dec",
    "decimal",
    "desc",
    "distinct",
    "else",
    "elsif",
    "elseif",
    "end",
    "except",
    "exists",
    "filter",
    "following",
    "for",
    "from",
    "greatest",
    "group",
    "grouping",
    "having",
    "if",
    "ilike",
    "in",
    "inner",
    "intersect",
    "into",
    "is",
    "join",
    "lateral",
    "least",
    "left",
    "like",
    "limit",
    "loop",
    "materialized",
    "next",
    "not",
    "nullif",
    "offset",
    "on",
    "only",
    "operator",
    "or",
    "over",
    "perform",
    "query",
    "return",
    "returning",
    "right",
    "rollup",
    "row",
    "rows",
    "select",
    "sets",
    "some",
    "then",
    "to",
    "union",
    "using",
    "values",
    "varying",
    "when",
];

const MORE_BEFORE_BRACKETS: [&str; 6] = ["where", "while", "with", "within", "trim", "window"];

/// Volatile, and yet they only answer.
const ONLY_ANSWER: [&str; 5] = [
    "clock_timestamp",
    "gen_random_uuid",
    "random",
    "timeofday",
    "pg_notification_queue_usage",
];

/// Stable, and yet they run what a text or a name says.
const RUN_A_TEXT: [&str; 4] = ["table_to_xml", "schema_to_xml", "database_to_xml", "query_to_xml"];

/// Whether no harmless statement has this word.
pub(super) fn is_refused(word: &str) -> bool {
    word == UPDATE || REFUSED.contains(&word)
}

/// Whether this word may stand before brackets without being a function's name.
pub(super) fn is_grammar(word: &str) -> bool {
    BEFORE_BRACKETS.contains(&word) || MORE_BEFORE_BRACKETS.contains(&word)
}

/// Whether a function of PostgreSQL's may be called.
pub(super) fn only_answers(name: &str, volatile: bool) -> bool {
    let runs = RUN_A_TEXT.iter().any(|one| name.starts_with(one));
    !runs && (!volatile || ONLY_ANSWER.contains(&name))
}
