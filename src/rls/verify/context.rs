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
    for certainty in [Certainty::Surely, Certainty::Perhaps] {
        let kits = KIT.iter().flat_map(|name| names.called(Some(schema), name));
        names.add_context(certainty, kits.collect());
        loop {
            let more = asking(catalog, &bodies, &names, certainty);
            if more.is_empty() {
                break;
            }
            names.add_context(certainty, more);
        }
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

/// The functions that ask by what is known to ask already.
fn asking(catalog: &Catalog, bodies: &[Expression], names: &Names, certainty: Certainty) -> Vec<Oid> {
    let functions = catalog.functions.iter().zip(bodies);
    functions
        .filter(|(function, _)| !names.is_context(function.oid, certainty))
        .filter(|(function, body)| body.reads_context(&Reader::of_function(names, function), certainty))
        .map(|(function, _)| function.oid)
        .collect()
}
