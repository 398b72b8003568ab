//! Whose forms are read: pages of ours take what a page of ours sent, and refuse the rest before they read it.

use super::names::{Reference, lies_below};
use super::report::{Violation, demand_none, told};
use super::tree::{Tree, house};

/// Forms of anybody.
const FORM: [&str; 4] = ["http", "extract", "form", "Form"];

/// Who takes them: the edge itself, and endpoints that applications and their pages post to.
const TAKERS: [&str; 5] = [
    "src/http/",
    "src/dev/relying_party/",
    "src/endpoint/authorize.rs",
    "src/endpoint/end_session.rs",
    "src/endpoint/userinfo.rs",
];

fn strangers(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference: &Reference| {
        let path = reference.house()?;
        let permitted = TAKERS.iter().any(|place| source.path.starts_with(place));
        (lies_below(path, &FORM) && !permitted).then(|| "takes forms that any site can send".to_owned())
    })
}

#[test]
fn our_own_pages_take_our_own_forms_only() {
    demand_none(
        strangers(house()),
        "take OwnForm, FlowForm or ClientRequest of http::extract",
    );
}

#[test]
fn a_page_that_takes_anybodys_form_is_found() {
    let tree = Tree::of([
        (
            "src/account/login.rs",
            "use crate::http::extract::own_form::OwnForm;",
        ),
        (
            "src/account/password.rs",
            "use crate::http::extract::form::{Form, Query};",
        ),
        (
            "src/endpoint/authorize.rs",
            "use crate::http::extract::form::Form;",
        ),
    ]);
    assert_eq!(
        told(&strangers(&tree)),
        ["src/account/password.rs:1: takes forms that any site can send"]
    );
}
