//! Who acts: nothing that answers a request says that the server or an operator does what it does.

use super::names::Reference;
use super::report::{Violation, demand_none, told};
use super::tree::{Tree, house};

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
            "src/jobs/cleanup.rs",
            "use crate::base::origin::Origin;\nfn a() { Origin::internal(\"cleanup\"); }",
        ),
        (
            "src/api/caller.rs",
            "use crate::tenancy::Actor;\nfn a() { let actor = Actor::Person(user); let other = Actor::Operator(name); }",
        ),
    ]);
    assert_eq!(
        told(&pretenders(&tree)),
        [
            "src/endpoint/token.rs:2: names `Origin::internal`",
            "src/api/caller.rs:2: names `Actor::Operator`",
        ]
    );
}
