//! Owns the attacks on functions that run with their owner's rights. Each is asked, where nothing can be written, by who
//! has no rows: before there are rows of others and after. If what it says differs, it tells of others.

use std::collections::BTreeMap;

use super::context::{Cast, Context, IdForm, Part, Tenant};
use super::session::Session;
use crate::rls::verify::catalog::{Answers, Function, Role};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// How many tables' names and how many keys are tried.
const MOST: usize = 12;

/// What reaches out of the transaction, or stays after it.
const OUTSIDE: [&str; 11] = [
    "dblink",
    "http",
    "net.",
    "cron.",
    "pg_advisory",
    "pg_terminate",
    "pg_cancel",
    "pg_reload",
    "pg_read",
    "pg_sleep",
    "lo_",
];

/// A function and how it is asked: by whom, with what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    function: usize,
    role: String,
    statement: String,
    nobody: bool,
}

/// What a function said.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    /// Something else each time: nothing follows from it.
    Unsteady,
    This(String),
}

/// Every question, with what was said before there were rows.
pub(super) struct Questions<'a> {
    scope: &'a Scope<'a>,
    cast: &'a Cast,
    functions: Vec<(&'a Function, Vec<&'a Role>)>,
    before: BTreeMap<Question, Said>,
}

impl<'a> Questions<'a> {
    pub(super) fn of(scope: &'a Scope<'a>, cast: &'a Cast, roles: &[&'a Role]) -> Self {
        let asked = scope.catalog.functions.iter().filter(|function| {
            // The kit's own answer is about the claims that it is given.
            let kits = function.schema == scope.settings.schema && function.name == "token_is_current";
            function.definer && function.answers == Answers::Query && !kits && stays_inside(function)
        });
        let mut functions = Vec::new();
        for function in asked {
            let callers = scope.callers(function);
            let able = roles
                .iter()
                .filter(|role| callers.iter().any(|caller| caller.oid == role.oid));
            functions.push((function, able.copied().collect()));
        }
        Self {
            scope,
            cast,
            functions,
            before: BTreeMap::new(),
        }
    }

    /// Asks while nobody has rows.
    pub(super) async fn ask_before(&mut self, session: &mut Session) -> Result<(), sqlx::Error> {
        for (at, (function, roles)) in self.functions.iter().enumerate() {
            for role in roles {
                for arguments in self.variants(function) {
                    for nobody in [false, true] {
                        let question = Question {
                            function: at,
                            role: role.name.clone(),
                            statement: call(function, &arguments),
                            nobody,
                        };
                        let said = self.ask(session, &question).await?;
                        self.before.insert(question, said);
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks again, and with the keys of others' rows, and tells what differs.
    pub(super) async fn ask_after(
        &self,
        session: &mut Session,
        keys: &[String],
        findings: &mut Findings,
    ) -> Result<(), sqlx::Error> {
        for (at, (function, roles)) in self.functions.iter().enumerate() {
            for role in roles {
                let mut way = None;
                for (question, before) in self
                    .before
                    .iter()
                    .filter(|(question, _)| question.function == at && question.role == role.name)
                {
                    if way.is_none() && differs(before, &self.ask(session, question).await?) {
                        way = Some(if question.nobody {
                            "by nobody at all"
                        } else {
                            "by the owner of an organization without rows"
                        });
                    }
                }
                if way.is_none() && self.tells_by_key(session, (at, role), keys).await? {
                    way = Some("who names one, by the owner of an organization without rows");
                }
                if let Some(way) = way {
                    findings.add(self.told(function, role, way));
                }
            }
        }
        Ok(())
    }

    /// Whether it says of a key that is there something else than of one that is not.
    async fn tells_by_key(
        &self,
        session: &mut Session,
        (at, role): (usize, &Role),
        keys: &[String],
    ) -> Result<bool, sqlx::Error> {
        let Some((function, _)) = self.functions.get(at) else {
            return Ok(false);
        };
        for key in keys.iter().take(MOST) {
            let mut said = Vec::new();
            for one in [nowhere(key), key.clone()] {
                let plain = one.trim_matches('\'');
                if !function.inputs.iter().any(|input| takes(input, plain)) {
                    continue;
                }
                let values: Vec<String> = function
                    .inputs
                    .iter()
                    .map(|input| self.value(input, plain))
                    .collect();
                let question = Question {
                    function: at,
                    role: role.name.clone(),
                    statement: call(function, &values.join(", ")),
                    nobody: false,
                };
                said.push(match self.ask(session, &question).await? {
                    // What was only repeated tells nothing.
                    Said::This(text) => Said::This(text.replace(plain, "?")),
                    other => other,
                });
            }
            if let [without, with] = said.as_slice()
                && differs(without, with)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks twice: what changes by itself says nothing.
    async fn ask(&self, session: &mut Session, question: &Question) -> Result<Said, sqlx::Error> {
        let context = if question.nobody {
            self.cast.everywhere("")
        } else {
            self.cast.member(&question.role, Tenant::Strangers, Part::Owner)
        };
        let first = said(session, question, &context).await?;
        if first == Said::Nothing || first == said(session, question, &context).await? {
            Ok(first)
        } else {
            Ok(Said::Unsteady)
        }
    }

    /// What it may be given: ids of the others, and names of their tables.
    fn variants(&self, function: &Function) -> Vec<String> {
        let theirs = self.cast.organization(Tenant::Theirs);
        let person = self.cast.person(Tenant::Theirs, Part::Owner);
        let mut pairs = vec![
            (theirs.clone(), theirs.clone()),
            (person.clone(), person.clone()),
            (theirs, person),
        ];
        for subject in self.scope.subjects.iter().take(MOST) {
            let table = subject.table;
            for name in [table.sql(), table.name.clone()] {
                pairs.push((name.clone(), name));
            }
        }
        let mut variants: Vec<String> = pairs
            .iter()
            .map(|(first, others)| {
                let inputs = function.inputs.iter().enumerate();
                let values =
                    inputs.map(|(at, input)| self.value(input, if at == 0 { first } else { others }));
                values.collect::<Vec<_>>().join(", ")
            })
            .collect();
        variants.sort();
        variants.dedup();
        variants
    }

    /// An argument: the candidate where it fits, else something ordinary, else null.
    fn value(&self, input: &str, candidate: &str) -> String {
        let ordinary = match input {
            _ if takes(input, candidate) => candidate,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "1",
            "boolean" => "true",
            "json" | "jsonb" => "{}",
            "date" | "timestamp with time zone" | "timestamp without time zone" => "2000-01-01",
            "interval" => "1 day",
            "text[]" | "character varying[]" => "{owner,admin,member,viewer}",
            "uuid[]" if self.cast.organizations == IdForm::Uuid => {
                return format!(
                    "array[{}]::uuid[]",
                    quote::literal(&self.cast.organization(Tenant::Theirs))
                );
            }
            _ => return format!("null::{input}"),
        };
        format!("{}::{input}", quote::literal(ordinary))
    }

    fn told(&self, function: &Function, role: &Role, way: &str) -> Finding {
        let signature = function.signature();
        let finding = Finding::new(
            Code::DefinerLeaks,
            format!(
                "tells of rows of other tenants, which it reads as {}: asked {way}, it says something else when there \
                 are some",
                self.scope.role_name(function.owner)
            ),
            format!(
                "revoke execute on function {signature} from public, {};\n-- or let it answer only for the \
                 organization in the claims",
                quote::plain(&role.name)
            ),
        );
        finding.on_function(function).by(&role.name)
    }
}

async fn said(session: &mut Session, question: &Question, context: &Context) -> Result<Said, sqlx::Error> {
    let answer = session
        .answer(&question.role, context, &question.statement)
        .await?;
    Ok(answer.map_or(Said::Nothing, Said::This))
}

/// An answer where there was none counts as one that is not empty.
fn differs(before: &Said, after: &Said) -> bool {
    match (before, after) {
        (Said::This(before), Said::This(after)) => before != after,
        (Said::Nothing, Said::This(after)) => !matches!(after.as_str(), "[]" | "[null]"),
        _ => false,
    }
}

fn call(function: &Function, arguments: &str) -> String {
    format!(
        "select coalesce(pg_catalog.to_json(pg_catalog.array_agg(s.said order by s.said)), '[]') from (select \
         pg_catalog.left(f::text, 2000) as said from {}({arguments}) f limit 1000) s",
        quote::qualified(&function.schema, &function.name)
    )
}

/// Whether a type of argument takes a text.
fn takes(input: &str, candidate: &str) -> bool {
    let digits = !candidate.is_empty() && candidate.bytes().all(|byte| byte.is_ascii_digit());
    match input {
        "text" | "character varying" | "name" => true,
        "uuid" => candidate.len() == 36 && candidate.starts_with("51679e70-"),
        "integer" | "bigint" => digits,
        "regclass" => candidate.starts_with('"'),
        _ => false,
    }
}

/// A key of the same form that no row has.
fn nowhere(key: &str) -> String {
    let plain = key.trim_matches('\'');
    if plain.starts_with("51679e70-") {
        "51679e70-0009-7000-8000-000000000000".to_owned()
    } else if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        "2146999999".to_owned()
    } else {
        "verify-nowhere".to_owned()
    }
}

/// It is written in a language that is bound to the transaction, and calls nothing that is not.
fn stays_inside(function: &Function) -> bool {
    let body = function.body.to_lowercase();
    matches!(function.language.as_str(), "sql" | "plpgsql") && !OUTSIDE.iter().any(|word| body.contains(word))
}
