//! Owns everybody who must see nothing and write nothing, but for the one who never says anything.

use serde_json::{Value, json};

use super::context::{Cast, Context, Part, Tenant};
use crate::rls::verify::code::Code;

/// Somebody who must see and write nothing.
pub(super) struct Hostile {
    /// What it is if they do.
    pub(super) code: Code,
    pub(super) told: &'static str,
    pub(super) context: Context,
    pub(super) speech: Speech,
}

/// Whether a context is a token's at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    /// It is nobody's: what is everybody's who signed in is not theirs either.
    Nothing,
    /// It is somebody's, though nobody's who may see a tenant's rows.
    Claims,
}

/// Deeper than the stack of a parser that descends.
const DEEP: usize = 100_000;

/// All of them.
pub(super) fn hostile(cast: &Cast, role: &str) -> Vec<Hostile> {
    let mut all = nobodies(cast);
    all.extend(somebodies(cast, role));
    all
}

fn nobodies(cast: &Cast) -> Vec<Hostile> {
    let nobody = |code, told, context| Hostile {
        code,
        told,
        context,
        speech: Speech::Nothing,
    };
    let malformed = |told, text: &str| nobody(Code::RowsMalformed, told, cast.claims_only(text));
    vec![
        nobody(Code::RowsWithoutContext, EMPTY, cast.everywhere("")),
        nobody(
            Code::RowsWithoutContext,
            "with the claims null",
            cast.claims_only("null"),
        ),
        malformed("JSON that is cut short", r#"{"org_id":"#),
        malformed("a JSON array", "[]"),
        malformed("JSON with a null character", r#"{"org_id":"\u0000"}"#),
        malformed("JSON that is nested very deep", &"[".repeat(DEEP)),
        nobody(Code::RowsMalformed, NO_ID, cast.everywhere("not-an-id")),
        nobody(
            Code::RowsInjected,
            "in every setting",
            cast.everywhere("' or true --"),
        ),
    ]
}

fn somebodies(cast: &Cast, role: &str) -> Vec<Hostile> {
    let somebody = |code, told, context| Hostile {
        code,
        told,
        context,
        speech: Speech::Claims,
    };
    let malformed = |told, value| somebody(Code::RowsMalformed, told, cast.claiming(role, &value));
    let injected = |told, text: &str| somebody(Code::RowsInjected, told, cast.claiming(role, &json!(text)));
    let belonging = |told, organization| {
        somebody(
            Code::RowsWithoutOrganization,
            told,
            cast.nobodys(role, organization),
        )
    };
    vec![
        somebody(
            Code::RowsWithoutContext,
            "with the claims {}",
            cast.claims_only("{}"),
        ),
        malformed("an organization that is no id", json!("not-an-id")),
        malformed("an organization that is a number", json!(1)),
        malformed("an organization that is an object", json!({"id": 1})),
        malformed(
            "an organization that is a list",
            json!([cast.organization(Tenant::Theirs)]),
        ),
        malformed("an organization that is true", json!(true)),
        injected("x' or '1'='1", "x' or '1'='1"),
        injected("a statement after a semicolon", "'; reset role; --"),
        injected("a wildcard", "%"),
        belonging("no org_id", None),
        belonging("an empty org_id", Some(json!(""))),
        belonging("org_id null", Some(Value::Null)),
        somebody(
            Code::RowsForeign,
            "by the owner of an organization without rows",
            cast.member(role, Tenant::Strangers, Part::Owner),
        ),
    ]
}

const EMPTY: &str = "with every setting empty";
const NO_ID: &str = "no JSON and no id";

impl Hostile {
    /// One of each kind writes too: what differs between the others is how the context is read, and reading tried that.
    pub(super) fn writes(&self) -> bool {
        [EMPTY, NO_ID, "an organization that is no id", "no org_id"].contains(&self.told)
    }
}
