//! Owns the attacks on functions that run with their owner's rights. Each that can do nothing but answer is asked, where
//! nothing can be written, by who has no rows: before there are rows of others and after. If what it says differs, it
//! tells of others. The others are not asked, and that is said.

use std::collections::BTreeMap;

use super::context::{Cast, Context, IdForm, Part, Tenant};
use super::said::Said;
use super::session::Session;
use crate::rls::verify::catalog::{Answers, Function, Role};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::harmless::Harmless;
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// How many tables' names and how many keys are tried.
const MOST: usize = 12;

/// A function and how it is asked: by whom, with what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    function: usize,
    role: String,
    statement: String,
    nobody: bool,
}

/// Every question, with what was said before there were rows.
pub(super) struct Questions<'a> {
    scope: &'a Scope<'a>,
    cast: &'a Cast,
    functions: Vec<(&'a Function, Vec<&'a Role>)>,
    before: BTreeMap<Question, Said>,
}

impl<'a> Questions<'a> {
    /// The functions that may be asked, by whom; of those that may not, it is told why.
    pub(super) fn of(
        scope: &'a Scope<'a>,
        cast: &'a Cast,
        roles: &[&'a Role],
        findings: &mut Findings,
    ) -> Self {
        let definers = scope.catalog.functions.iter().filter(|function| {
            // The kit's own answer is about the claims that it is given.
            let kits = function.schema == scope.settings.schema && function.name == "token_is_current";
            function.definer && function.answers == Answers::Query && !kits
        });
        let harmless = Harmless::of(scope.catalog);
        let mut functions = Vec::new();
        for function in definers {
            let callers = scope.callers(function);
            let able = roles
                .iter()
                .filter(|role| callers.iter().any(|caller| caller.oid == role.oid));
            let able: Vec<&Role> = able.copied().collect();
            if able.is_empty() {
                continue;
            }
            match harmless.reason(function) {
                Some(reason) => findings.add(not_asked(function, &format!("was not asked, as it {reason}"))),
                None => functions.push((function, able)),
            }
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
                let (mut way, untried) = self.tells_later(session, at, role).await?;
                if let Some(why) = untried {
                    let problem = format!("could not be asked everything: {why}");
                    findings.add(not_asked(function, &problem));
                }
                if way.is_none() && self.tells_by_key(session, at, role, keys).await? {
                    way = Some("who names one, by the owner of an organization without rows");
                }
                if let Some(way) = way {
                    findings.add(self.told(function, role, way));
                }
            }
        }
        Ok(())
    }

    /// How it was asked when it said something else than before, if it did; and why it could not be asked, if so.
    async fn tells_later(
        &self,
        session: &mut Session,
        at: usize,
        role: &Role,
    ) -> Result<(Option<&'static str>, Option<String>), sqlx::Error> {
        let mut untried = None;
        let asked = self.before.iter();
        for (question, before) in asked.filter(|(one, _)| one.function == at && one.role == role.name) {
            let after = self.ask(session, question).await?;
            for said in [before, &after] {
                if let Said::Untried(why) = said {
                    untried.get_or_insert_with(|| why.clone());
                }
            }
            if before.differs(&after) {
                let way = if question.nobody {
                    "by nobody at all"
                } else {
                    "by the owner of an organization without rows"
                };
                return Ok((Some(way), untried));
            }
        }
        Ok((None, untried))
    }

    /// Whether it says of a key that is there something else than of one that is not.
    async fn tells_by_key(
        &self,
        session: &mut Session,
        at: usize,
        role: &Role,
        keys: &[String],
    ) -> Result<bool, sqlx::Error> {
        let Some((function, _)) = self.functions.get(at) else {
            return Ok(false);
        };
        for key in keys.iter().take(MOST) {
            let mut said = Vec::new();
            let keys = [nowhere(key), key.clone()];
            for one in &keys {
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
                let answer = self.ask(session, &question).await?;
                said.push((answer.without(plain), answer));
            }
            // The same words are the same, also where a key happens to be among them.
            if let [(without, without_as_said), (with, with_as_said)] = said.as_slice()
                && without.differs(with)
                && without_as_said.differs(with_as_said)
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
        if matches!(first, Said::Nothing | Said::Untried(_)) {
            return Ok(first);
        }
        let second = said(session, question, &context).await?;
        Ok(match second {
            Said::Untried(_) => second,
            second if second == first => first,
            _ => Said::Unsteady,
        })
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
    Ok(Said::of(answer))
}

/// What was not asked was read: the checks of functions have its text.
fn not_asked(function: &Function, problem: &str) -> Finding {
    let problem = format!("{problem}; it was judged by its text alone");
    let fix = format!(
        "-- read {}: does it answer only for the organization in the claims?",
        function.signature()
    );
    Finding::new(Code::NotAsked, problem, fix).on_function(function)
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
