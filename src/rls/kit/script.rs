//! Owns the kit's text: the files beside this one, put together for one schema. It runs nothing.

use std::time::Duration;

use crate::rls::identifier::{Identifier, literal};

/// Every function of the kit, by name and argument types.
const FUNCTIONS: [(&str, &str); 16] = [
    ("parse_claims", "text"),
    ("claims", ""),
    ("is_current", ""),
    ("uid", ""),
    ("uid_uuid", ""),
    ("org_id", ""),
    ("org_id_uuid", ""),
    ("org_role", ""),
    ("role", ""),
    ("tier", ""),
    ("tier_at_least", "text"),
    ("has_org_role", "text"),
    ("can", "text, text"),
    ("set_claims", "text"),
    ("set_claims", "jsonb"),
    ("clear_claims", ""),
];

/// What there is besides when tokens have an epoch.
const EPOCH_FUNCTION: (&str, &str) = ("token_is_current", "jsonb");

/// The tables of a synced copy.
const TABLES: [&str; 2] = ["epoch_cutoffs", "epoch_sync"];

/// A scalar that is recognized at once: a string without escapes, or a whole number. Every letter that is told apart
/// from others costs time, so `true`, `false` and `null` are not among them.
const SCALAR: &str = r#"(?:"[^"\\\u0001-\u001f]*"|0|[1-9][0-9]*)"#;

/// How a token is known to be current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Epoch {
    /// It is, until it expires.
    #[default]
    None,
    /// By signet's own tables, which are in the same database.
    Local,
    /// By a copy of the cut-offs, which says nothing once it is older than this.
    Synced(Duration),
}

/// A kit for one database.
#[derive(Debug, Clone)]
pub struct Kit {
    /// Where its functions live.
    pub schema: Identifier,
    /// Which claim holds the platform role: another than `role` where that names the database's role.
    pub role_claim: String,
    /// How removals become known.
    pub epoch: Epoch,
    /// Roles that may use the schema and call its functions by name.
    pub grant_to: Vec<Identifier>,
    /// The role that `signet rls sync` logs in as.
    pub sync_role: Option<Identifier>,
}

impl Kit {
    /// A kit without an epoch.
    #[must_use]
    pub fn new(schema: Identifier) -> Self {
        Self {
            schema,
            role_claim: "role".to_owned(),
            epoch: Epoch::None,
            grant_to: Vec::new(),
            sync_role: None,
        }
    }

    /// The whole script, without `begin` and `commit`: it must run in one transaction.
    #[must_use]
    pub fn sql(&self) -> String {
        let mut text = String::from(include_str!("opening.sql"));
        if self.epoch == Epoch::Local {
            text.push_str(include_str!("local_check.sql"));
        }
        if matches!(self.epoch, Epoch::Synced(_)) {
            text.push_str(include_str!("epoch_tables.sql"));
        }
        if self.epoch != Epoch::None {
            text.push_str(include_str!("epoch.sql"));
        }
        for part in [
            include_str!("claims.sql"),
            include_str!("claim_functions.sql"),
            include_str!("context.sql"),
        ] {
            text.push_str(part);
        }
        text.push('\n');
        if self.epoch == Epoch::None {
            text.push_str("drop function if exists @schema@.token_is_current(jsonb);\n");
        }
        for statement in self.comments().chain(self.grants()) {
            text.push_str(&statement);
            text.push_str(";\n");
        }
        if self.epoch != Epoch::None {
            text.push_str(include_str!("epoch_readers.sql"));
        }
        self.fill(&text)
    }

    /// The functions that this kit has.
    pub(super) fn functions(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let epoch = (self.epoch != Epoch::None).then_some(EPOCH_FUNCTION);
        FUNCTIONS.into_iter().chain(epoch)
    }

    /// By its comment a function is known as the kit's.
    fn comments(&self) -> impl Iterator<Item = String> {
        self.functions().map(|(name, arguments)| {
            format!("comment on function @schema@.{name}({arguments}) is 'signet rls: {name}'")
        })
    }

    fn grants(&self) -> Vec<String> {
        let mut grants = Vec::new();
        if !self.grant_to.is_empty() {
            let roles: Vec<String> = self.grant_to.iter().map(grantee).collect();
            let roles = roles.join(", ");
            // Who may ask whether a token is current is said apart.
            let functions = FUNCTIONS
                .into_iter()
                .map(|(name, arguments)| format!("@schema@.{name}({arguments})"));
            let functions: Vec<String> = functions.collect();
            grants.push(format!("grant usage on schema @schema@ to {roles}"));
            grants.push(format!(
                "grant execute on function {} to {roles}",
                functions.join(", ")
            ));
        }
        if let (Epoch::Synced(_), Some(role)) = (self.epoch, &self.sync_role) {
            let role = grantee(role);
            let tables = TABLES.map(|table| format!("@schema@.{table}")).join(", ");
            grants.push(format!("grant usage on schema @schema@ to {role}"));
            grants.push(format!(
                "grant select, insert, update, delete on {tables} to {role}"
            ));
        }
        grants
    }

    fn fill(&self, text: &str) -> String {
        let verdict = match self.epoch {
            Epoch::None => "claims",
            Epoch::Local | Epoch::Synced(_) => {
                "case when claims is not null and @schema@.token_is_current(claims) then claims end"
            }
        };
        let (answer, tables) = match self.epoch {
            Epoch::None => (String::new(), String::new()),
            Epoch::Local => (include_str!("answer_local.sql").to_owned(), String::new()),
            Epoch::Synced(heartbeat) => {
                let milliseconds = heartbeat.as_millis().to_string();
                let answer = include_str!("answer_synced.sql");
                (
                    answer.replace("@max_heartbeat_ms@", &milliseconds),
                    literals(TABLES),
                )
            }
        };
        let functions = FUNCTIONS.into_iter().chain([EPOCH_FUNCTION]);
        let functions = literals(functions.map(|(name, arguments)| format!("{name}({arguments})")));
        let parts = substitute(
            text,
            &[
                ("verdict", verdict.to_owned()),
                ("answer", answer.trim_end().to_owned()),
                ("value", value()),
                ("functions", functions),
                ("tables", tables),
            ],
        );
        substitute(
            &parts,
            &[
                ("schema", self.schema.to_string()),
                ("schema_text", literal(self.schema.as_str())),
                ("role_claim", literal(&self.role_claim)),
            ],
        )
    }
}

/// Puts values where `@name@` stands. What was put in is not looked through again.
fn substitute(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        filled.push_str(before);
        let found = values.iter().find_map(|(name, value)| {
            let after = after.strip_prefix(name)?.strip_prefix('@')?;
            Some((value, after))
        });
        if let Some((value, after)) = found {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('@');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// A value that is recognized at once: a scalar, a list of scalars, or an object of scalars.
fn value() -> String {
    let list = format!(r"\[(?:{SCALAR}(?:, ?{SCALAR})*)?\]");
    let member = format!(r#""[^"\\\u0001-\u001f]*": ?{SCALAR}"#);
    format!(r"(?:{SCALAR}|{list}|\{{(?:{member}(?:, ?{member})*)?\}})")
}

fn literals<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| literal(text.as_ref())).collect();
    texts.join(", ")
}

/// `public` is no role, but everybody.
pub(in crate::rls) fn grantee(role: &Identifier) -> String {
    if role.as_str() == "public" {
        role.as_str().to_owned()
    } else {
        role.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_through() {
        let mut kit = Kit::new(Identifier::parse("@role_claim@").unwrap());
        kit.role_claim = "@schema@' || '".to_owned();
        let sql = kit.sql();
        assert!(sql.contains("function \"@role_claim@\".role()"));
        assert!(sql.contains("-> '@schema@'' || '''"));
        assert!(!sql.contains("@verdict@") && !sql.contains("@value@"));
    }
}
