//! Owns policies.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Oid;
use super::table::Privilege;
use super::uses::{Dependencies, Uses};

/// A policy.
#[derive(Debug, Clone)]
pub(in super::super) struct Policy {
    pub(in super::super) name: String,
    pub(in super::super) command: Command,
    pub(in super::super) permissive: bool,
    /// For whom; empty means everybody.
    pub(in super::super) roles: Vec<Oid>,
    pub(in super::super) using: Option<String>,
    pub(in super::super) check: Option<String>,
    /// What both of its expressions use.
    pub(in super::super) uses: Uses,
}

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Command {
    All,
    One(Privilege),
}

impl Command {
    /// Whether a policy for this judges that command.
    pub(in super::super) fn covers(self, privilege: Privilege) -> bool {
        self == Self::All || self == Self::One(privilege)
    }
}

impl Policy {
    /// Both of its expressions.
    pub(in super::super) fn expressions(&self) -> impl Iterator<Item = &str> {
        self.using.as_deref().into_iter().chain(self.check.as_deref())
    }
}

/// The policies of the tables, by table.
pub(super) async fn read(
    connection: &mut PgConnection,
    tables: &[Oid],
    dependencies: &mut Dependencies,
) -> Result<BTreeMap<Oid, Vec<Policy>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select p.oid::int8 as "oid!",
            p.polrelid::int8 as "table!",
            p.polname::text as "name!",
            p.polcmd::text as "command!",
            p.polpermissive as "permissive!",
            array(select r::int8 from unnest(p.polroles) r where r <> 0) as "roles!: Vec<i64>",
            pg_get_expr(p.polqual, p.polrelid) as "using",
            pg_get_expr(p.polwithcheck, p.polrelid) as "check"
        from pg_policy p
        where p.polrelid::int8 = any($1)
        order by p.polname"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut policies: BTreeMap<Oid, Vec<Policy>> = BTreeMap::new();
    for row in rows {
        policies.entry(row.table).or_default().push(Policy {
            name: row.name,
            command: match row.command.as_str() {
                "r" => Command::One(Privilege::Select),
                "a" => Command::One(Privilege::Insert),
                "w" => Command::One(Privilege::Update),
                "d" => Command::One(Privilege::Delete),
                _ => Command::All,
            },
            permissive: row.permissive,
            roles: row.roles,
            using: row.using,
            check: row.check,
            uses: dependencies.policies.remove(&row.oid).unwrap_or_default(),
        });
    }
    Ok(policies)
}
