//! Owns what a failing SQL function's words mean: PostgreSQL's go to the operator's log and nowhere else, the error has
//! a code, and a missing right its statement.

use crate::hook::definition::FunctionName;
use crate::hook::error::HookError;

/// How much of PostgreSQL's own words the log keeps.
const REASON_LIMIT: usize = 300;

/// A failure, for the operator: PostgreSQL's words go into this line of the log, the error has codes only.
pub(super) fn told(error: &sqlx::Error, function: &FunctionName) -> HookError {
    let sqlx::Error::Database(database) = error else {
        tracing::error!(hook.target = %function, error = %error, "an SQL hook's connection failed");
        return HookError::Unavailable("the connection for SQL hooks failed");
    };
    let sqlstate = database.code().unwrap_or_default().into_owned();
    let reason: String = database.message().chars().take(REASON_LIMIT).collect();
    tracing::error!(hook.target = %function, sqlstate, reason, "an SQL hook failed");
    match sqlstate.as_str() {
        // query_canceled, lock_not_available, idle_in_transaction_session_timeout
        "57014" | "55P03" | "25P03" => HookError::Timeout,
        "42501" => HookError::Permission {
            mend: mend(&reason, function),
            relation: relation(&reason).map(str::to_owned),
        },
        "42883" if reason.contains(&function.to_string()) => HookError::MissingFunction(function.to_string()),
        _ => HookError::Failed { sqlstate },
    }
}

/// The table or view that could not be read.
fn relation(reason: &str) -> Option<&str> {
    let missed = reason.strip_prefix("permission denied for ")?;
    ["table ", "view ", "materialized view "]
        .into_iter()
        .find_map(|kind| missed.strip_prefix(kind))
        .map(|name| name.trim_matches('"'))
}

/// The statement that gives the right which PostgreSQL missed. It names the object without its schema, so a table
/// stands as PostgreSQL said it.
fn mend(reason: &str, function: &FunctionName) -> String {
    let missed = |kind: &str| {
        reason
            .strip_prefix("permission denied for ")?
            .strip_prefix(kind)?
            .strip_prefix(' ')
            .map(|name| name.trim_matches('"').replace('"', ""))
    };
    if let Some(schema) = missed("schema") {
        return format!("grant usage on schema \"{schema}\" to signet_hook;");
    }
    if let Some(name) = missed("function") {
        return if name == function.name() {
            format!(
                "grant execute on function {}(jsonb) to signet_hook;",
                function.quoted()
            )
        } else {
            format!("grant execute on function \"{name}\" to signet_hook;")
        };
    }
    for kind in ["table", "view", "materialized view", "sequence"] {
        if let Some(name) = missed(kind) {
            let word = if kind == "sequence" { "sequence " } else { "" };
            return format!("grant select on {word}\"{name}\" to signet_hook;");
        }
    }
    "grant what the function reads to signet_hook".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_told_with_its_grant() {
        let function = FunctionName::parse("public.Hook").unwrap();
        for (reason, expected) in [
            (
                "permission denied for schema public",
                "grant usage on schema \"public\" to signet_hook;",
            ),
            (
                "permission denied for function Hook",
                "grant execute on function \"public\".\"Hook\"(jsonb) to signet_hook;",
            ),
            (
                "permission denied for table user_roles",
                "grant select on \"user_roles\" to signet_hook;",
            ),
            ("sonst etwas", "grant what the function reads to signet_hook"),
        ] {
            assert_eq!(mend(reason, &function), expected);
        }
    }
}
