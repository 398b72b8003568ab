//! Who acts: nothing that answers a request says that the server or an operator does what it does, and nothing is told
//! who acts beside the unit of work, which knows.

use super::names::{Reference, lies_below};
use super::report::{Violation, demand_none, told};
use super::tree::{Tree, files_in, house};

/// What makes an origin that is no request's, or an actor who may do everything, and where that may stand.
const MAKERS: [([&str; 2], &[&str]); 4] = [
    (
        ["Origin", "internal"],
        &[
            "src/app/",
            "src/jobs/",
            "src/dev/",
            // One question of the server's own for all who wait for its answer.
            "src/api/internal/membership_epoch/watch.rs",
        ],
    ),
    (["Origin", "command_line"], &["src/cli/operator.rs"]),
    (["Actor", "Operator"], &["src/tenancy/authority/check.rs"]),
    (["Actor", "System"], &["src/tenancy/authority/check.rs"]),
];

/// Where an actor is named at all: at the doors, where it is proven; in the unit of work, which carries it; and where it
/// is judged. Everybody else asks the unit of work, so that an event names whom the rules judged.
const NAMED_IN: [&str; 8] = [
    "src/base/",
    "src/db/unit_of_work.rs",
    "src/http/extract/authenticated_client.rs",
    "src/api/caller.rs",
    "src/authentication/service_key/service.rs",
    "src/endpoint/userinfo.rs",
    "src/session/lookup.rs",
    "src/tenancy/authority/check.rs",
];

fn named_elsewhere(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference: &Reference| {
        let named = lies_below(reference.house()?, &["base", "actor", "Actor"]);
        let permitted = NAMED_IN.iter().any(|place| source.path.starts_with(place));
        (named && !permitted).then(|| "names `Actor`".to_owned())
    })
}

#[test]
fn who_acts_is_handed_from_nobody_to_nobody() {
    demand_none(
        named_elsewhere(house()),
        "ask the unit of work (`work.actor()`); who acts is noted where it is proven",
    );
}

/// Signing in as somebody outdoes what the request has proven before, so that it stands where a session starts and where
/// an account is made.
#[test]
fn nobody_signs_anybody_in_elsewhere() {
    let files = files_in("src", &["rs"]).into_iter();
    let calling =
        files.filter(|file| file.text.contains(".signs_in(") && !file.path.starts_with("src/base/"));
    let paths: Vec<String> = calling.map(|file| file.path).collect();
    assert_eq!(paths, ["src/lifecycle/sign_up.rs", "src/session/live.rs"]);
}

fn pretenders(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference: &Reference| {
        let path = reference.house()?;
        let named = |maker: &[&str; 2]| path.windows(2).any(|pair| pair == maker);
        let (maker, places) = MAKERS.iter().find(|(maker, _)| named(maker))?;
        let permitted =
            source.path.starts_with("src/base/") || places.iter().any(|place| source.path.starts_with(place));
        (!permitted).then(|| format!("names `{}`", maker.join("::")))
    })
}

#[test]
fn nothing_that_answers_a_request_acts_as_the_server_or_an_operator() {
    demand_none(
        pretenders(house()),
        "take the request's own context; who acts is noted where it is proven",
    );
}

#[test]
fn a_pretender_is_found() {
    let tree = Tree::of([
        (
            "src/endpoint/token.rs",
            "use crate::base::origin::Origin;\nfn a() { Origin::internal(\"token\"); }",
        ),
        (
            "src/jobs/cleanup/run.rs",
            "use crate::base::origin::Origin;\nfn a() { Origin::internal(\"cleanup\"); }",
        ),
        (
            "src/api/caller.rs",
            "use crate::base::actor::Actor;\nfn a() { let actor = Actor::Person(user); let other = Actor::Operator(name); }",
        ),
    ]);
    assert_eq!(
        told(&pretenders(&tree)),
        [
            "src/endpoint/token.rs:2: names `Origin::internal`",
            "src/api/caller.rs:2: names `Actor::Operator`",
        ]
    );
    let handed = Tree::of([(
        "src/tenancy/member/service.rs",
        "use crate::base::actor::Actor;\nfn add(actor: &Actor) {}",
    )]);
    assert!(!named_elsewhere(&handed).is_empty());
}
