//! One mint path: questions to hooks are put together, and their answers merged, by `claims` alone.

use super::names::{Reference, lies_below};
use super::report::{Violation, demand_none, told};
use super::tree::{Tree, house};

/// The room of the mint path, and that of the hooks, whose own types they are.
const ROOMS: [&str; 2] = ["claims", "hook"];

/// What a question or a claim set is made of.
const PARTS: [[&str; 3]; 4] = [
    ["hook", "ask", "Question"],
    ["hook", "ask", "Occasion"],
    ["hook", "merge", "Draft"],
    ["hook", "merge", "merge"],
];

fn second_paths(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference: &Reference| {
        if ROOMS.contains(&source.room()?) {
            return None;
        }
        let path = reference.house()?;
        let part = PARTS.iter().find(|part| lies_below(path, *part))?;
        Some(format!(
            "names `{}`, which is a part of the mint path",
            part.join("::")
        ))
    })
}

/// Where what was said is signed: access token, ID token, and the key set itself.
const SIGNERS: [&str; 4] = [
    "src/token/access_token.rs",
    "src/token/id_token.rs",
    "src/token/logout_token.rs",
    "src/signing/",
];

/// Calls of `KeySet::sign` elsewhere: what they sign passed no hook and no lock.
fn other_signers(tree: &Tree) -> Vec<Violation> {
    let others = tree
        .sources
        .iter()
        .filter(|source| !SIGNERS.iter().any(|place| source.path.starts_with(place)));
    let calls = others.flat_map(|source| {
        let lines = source.text.lines().enumerate();
        let calling = lines.filter(|(_, line)| line.contains("keys.sign(") || line.contains("keys().sign("));
        calling.map(|(at, _)| Violation::new(&source.path, at + 1, "signs by itself"))
    });
    calls.collect()
}

#[test]
fn only_tokens_are_signed() {
    demand_none(
        other_signers(house()),
        "mint it in the room `token`, with the claims of claims::mint",
    );
    let tree = Tree::of([
        ("src/token/id_token.rs", "fn f() { keys.sign(a, b, c); }"),
        (
            "src/endpoint/token.rs",
            "fn f() {\n    context.keys.sign(a, b, c); }",
        ),
    ]);
    assert_eq!(
        told(&other_signers(&tree)),
        ["src/endpoint/token.rs:2: signs by itself"]
    );
}

#[test]
fn nothing_but_the_mint_path_builds_a_question_or_a_claim_set() {
    demand_none(
        second_paths(house()),
        "say what is to be said by a claims::mint::MintRequest, and let claims::mint ask, merge and lock",
    );
}

#[test]
fn a_second_mint_path_is_found() {
    let found = |path: &str, code: &str| told(&second_paths(&Tree::of([(path, code)])));
    for code in [
        "use crate::hook::ask::{Occasion, Question};",
        "fn f() { crate::hook::merge::merge(a, b); }",
        "use crate::hook::merge::Draft as D;",
    ] {
        assert!(!found("src/endpoint/userinfo.rs", code).is_empty(), "{code}");
        assert!(found("src/claims/mint.rs", code).is_empty(), "{code}");
    }
    assert!(found("src/endpoint/userinfo.rs", "use crate::hook::AskError;").is_empty());
}
