//! Owns functions and procedures.

use sqlx::PgConnection;

use super::Oid;
use super::uses::{Dependencies, Uses};
use crate::rls::verify::quote;

/// A function that is no system's and no extension's.
#[derive(Debug, Clone)]
pub(in super::super) struct Function {
    pub(in super::super) oid: Oid,
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
    /// As `alter function` wants them.
    pub(in super::super) arguments: String,
    pub(in super::super) owner: Oid,
    /// It runs with its owner's rights.
    pub(in super::super) definer: bool,
    /// It is said to tell nothing of what it is given, so that it may be asked before policies are.
    pub(in super::super) leakproof: bool,
    /// Who it answers.
    pub(in super::super) answers: Answers,
    /// `search_path`, if it has one of its own.
    pub(in super::super) search_path: Option<String>,
    /// Who may call it; 0 means everybody.
    pub(in super::super) callers: Vec<Oid>,
    /// The types of what it is given.
    pub(in super::super) inputs: Vec<String>,
    /// The language that it is written in.
    pub(in super::super) language: String,
    /// What it does, in its language.
    pub(in super::super) body: String,
    /// The body is parsed: what it uses is known, and every name in its text has its schema.
    pub(in super::super) parsed: bool,
    /// What it is given where nothing is said.
    pub(in super::super) defaults: String,
    /// What it sets for itself besides `search_path` and `row_security`.
    pub(in super::super) sets: Vec<String>,
    /// What its body uses, where that is parsed, and what its defaults do.
    pub(in super::super) uses: Uses,
}

/// Whom a function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Answers {
    /// A query, which reads what it says.
    Query,
    /// A trigger, so that nobody calls it.
    Trigger,
    /// Nobody: it says nothing.
    Nobody,
}

impl Function {
    /// The schemas of its own search path, if it has one.
    pub(in super::super) fn schemas(&self) -> Option<Vec<String>> {
        self.search_path.as_deref().map(schemas)
    }

    /// Its name and arguments as people write them.
    pub(in super::super) fn signature(&self) -> String {
        format!(
            "{}({})",
            quote::plain_qualified(&self.schema, &self.name),
            self.arguments
        )
    }
}

/// The schemas of a search path; in quotation marks a comma is a letter.
fn schemas(path: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quoted = false;
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        let doubled = letter == '"' && quoted && letters.next_if_eq(&'"').is_some();
        if letter == '"' && !doubled {
            quoted = !quoted;
        } else if letter == ',' && !quoted {
            found.push(String::new());
        } else if let Some(schema) = found.last_mut()
            && (quoted || !letter.is_whitespace())
        {
            schema.push(if quoted {
                letter
            } else {
                letter.to_ascii_lowercase()
            });
        }
    }
    found.retain(|schema| !schema.is_empty());
    found
}

/// Every function.
pub(super) async fn read(
    connection: &mut PgConnection,
    dependencies: &mut Dependencies,
) -> Result<Vec<Function>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select p.oid::int8 as "oid!",
            n.nspname::text as "schema!",
            p.proname::text as "name!",
            pg_get_function_identity_arguments(p.oid) as "arguments!",
            p.proowner::int8 as "owner!",
            p.prosecdef as "definer!",
            p.proleakproof as "leakproof!",
            p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) as "trigger!",
            (select substr(setting, length('search_path=') + 1)
                from unnest(p.proconfig) setting
                where setting like 'search\_path=%') as "search_path",
            array(select acl.grantee::int8
                from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
                where acl.privilege_type = 'EXECUTE') as "callers!: Vec<i64>",
            array(select format_type(t.type, null)
                from unnest(p.proargtypes::oid[]) with ordinality t(type, place)
                order by t.place) as "inputs!: Vec<String>",
            l.lanname::text as "language!",
            p.prokind = 'f' and p.prorettype <> 'void'::regtype as "answers!",
            coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as "body!",
            p.prosqlbody is not null as "parsed!",
            coalesce(pg_get_expr(p.proargdefaults, 0), '') as "defaults!",
            array(select split_part(setting, '=', 1)
                from unnest(p.proconfig) setting
                where split_part(setting, '=', 1) not in ('search_path', 'row_security')
                order by 1) as "sets!: Vec<String>"
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang
        where n.nspname !~ '^pg_'
          and n.nspname <> 'information_schema'
          and p.prokind in ('f', 'p')
          and not exists (
            select from pg_depend d
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
        order by n.nspname, p.proname, p.oid"#
    )
    .fetch_all(connection)
    .await?;
    let functions = rows.into_iter().map(|row| Function {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        arguments: row.arguments,
        owner: row.owner,
        definer: row.definer,
        leakproof: row.leakproof,
        search_path: row.search_path,
        callers: row.callers,
        inputs: row.inputs,
        language: row.language,
        answers: match (row.trigger, row.answers) {
            (true, _) => Answers::Trigger,
            (false, true) => Answers::Query,
            (false, false) => Answers::Nobody,
        },
        body: row.body,
        parsed: row.parsed,
        defaults: row.defaults,
        sets: row.sets,
        uses: dependencies.functions.remove(&row.oid).unwrap_or_default(),
    });
    Ok(functions.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_is_split_outside_of_quotation_marks() {
        assert_eq!(schemas("pg_catalog, pg_temp"), ["pg_catalog", "pg_temp"]);
        assert_eq!(schemas(r#""a,b", "C""d" , Shop"#), ["a,b", "C\"d", "shop"]);
        assert_eq!(schemas(r#""""#), [""; 0]);
    }
}
