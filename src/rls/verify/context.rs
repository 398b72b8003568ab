//! Owns the search for the functions and settings that tell a database who is asking: the kit's, and those that read a
//! setting themselves, by however many steps.

use super::catalog::{Catalog, Oid};
use super::expression::{Expression, Reader};
use super::names::{Certainty, Names};

/// The kit's functions, and those that products with the same convention have.
const KIT: [&str; 14] = [
    "claims",
    "uid",
    "uid_uuid",
    "org_id",
    "org_id_uuid",
    "org_role",
    "role",
    "tier",
    "tier_at_least",
    "has_org_role",
    "can",
    "is_current",
    "jwt",
    "email",
];

/// Where the kit keeps the claims, and REST gateways too.
pub(super) const CLAIMS_SETTING: &str = "request.jwt.claims";

/// What the names of this database stand for; the kit is in this schema.
pub(super) fn names(catalog: &Catalog, schema: &str) -> Names {
    let mut names = Names::of(catalog);
    let functions = catalog.functions.iter();
    let bodies: Vec<Expression> = functions
        .map(|function| Expression::parse(&function.body))
        .collect();
    repeat(
        &mut names,
        |names| moving(catalog, &bodies, names),
        Names::add_movers,
    );
    for certainty in [Certainty::Surely, Certainty::Perhaps] {
        let kits = KIT.iter().flat_map(|name| names.called(Some(schema), name));
        names.add_context(certainty, kits.collect());
        let add = |names: &mut Names, more| names.add_context(certainty, more);
        repeat(
            &mut names,
            |names| asking(catalog, &bodies, names, certainty),
            add,
        );
    }
    let policies = catalog.tables.iter().flat_map(|table| &table.policies);
    let expressions: Vec<Expression> = policies
        .flat_map(|policy| policy.expressions().map(Expression::parse).collect::<Vec<_>>())
        .collect();
    let settings = bodies.iter().chain(&expressions).flat_map(Expression::settings);
    let settings = settings
        .filter(|setting| setting.contains('.'))
        .map(str::to_owned);
    names.add_settings(settings.chain([CLAIMS_SETTING.to_owned()]));
    names
}

/// Adds what is found by what was added, until nothing more is.
fn repeat(names: &mut Names, find: impl Fn(&Names) -> Vec<Oid>, add: impl Fn(&mut Names, Vec<Oid>)) {
    loop {
        let more = find(names);
        if more.is_empty() {
            break;
        }
        add(names, more);
    }
}

/// The functions that may change where names are looked for: themselves, or by what is known to do so already.
fn moving(catalog: &Catalog, bodies: &[Expression], names: &Names) -> Vec<Oid> {
    let functions = catalog.functions.iter().zip(bodies);
    let calls_one = |body: &Expression| {
        let body = body.with_statements();
        let mut called = body.calls().into_iter().flat_map(|word| {
            let (schema, name) = word.qualified();
            names.called(schema, name)
        });
        called.any(|function| names.moves_path(function))
    };
    functions
        .filter(|(function, _)| !names.moves_path(function.oid))
        .filter(|(function, body)| moves_path(&function.body) || calls_one(body))
        .map(|(function, _)| function.oid)
        .collect()
}

/// Whether a body may change where names are looked for: it names the setting, sets one whose name is not read here, or
/// takes settings back.
fn moves_path(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    let words = body.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let named = ["search_path", "set_config", "reset", "discard"];
    words.iter().any(|word| named.contains(word))
        || words
            .windows(2)
            .any(|pair| matches!(pair, ["set" | "local" | "session", "schema"]))
}

/// The functions that ask by what is known to ask already.
fn asking(catalog: &Catalog, bodies: &[Expression], names: &Names, certainty: Certainty) -> Vec<Oid> {
    let functions = catalog.functions.iter().zip(bodies);
    functions
        .filter(|(function, _)| !names.is_context(function.oid, certainty))
        .filter(|(function, body)| body.reads_context(&Reader::of_function(names, function), certainty))
        .map(|(function, _)| function.oid)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_may_change_the_search_path_is_known_by_its_words() {
        for moves in [
            "begin set local schema 'public'; end",
            "begin SET SCHEMA 'public'; end",
            "begin reset all; end",
            "begin discard all; end",
            "select set_config('search' || '_path', 'public', true)",
            "begin execute 'set session schema public'; end",
        ] {
            assert!(moves_path(moves), "{moves}");
        }
        for stays in ["select schema from schemas", "update stores set name = 'schema'"] {
            assert!(!moves_path(stays), "{stays}");
        }
    }
}
