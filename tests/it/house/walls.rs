//! Nothing calls upward: the paths of every room against the floor table.

use super::floors::Floors;
use super::names::{Form, Reference, lies_below};
use super::report::{Violation, demand_none, told};
use super::tree::{Tree, house};

/// Floors that never see a request, a response or `App`.
/// The only outgoing HTTP makes requests of its own; it answers none.
const OUTGOING: &str = "src/base/fetch.rs";
const BELOW_THE_EDGE: std::ops::RangeInclusive<u8> = 0..=5;

/// The modules of the external crate `http` in which requests and responses live.
const EXCHANGES: [[&str; 2]; 4] = [
    ["http", "Request"],
    ["http", "Response"],
    ["http", "request"],
    ["http", "response"],
];

fn breaches(tree: &Tree, floors: &Floors) -> Vec<Violation> {
    tree.objections(|source, reference| {
        let path = reference.house().filter(|_| !reference.through_import)?;
        if hides_the_house(path, reference) {
            return Some("hides which rooms are used".to_owned());
        }
        match source.room() {
            Some(room) => floors.objection(room, path.first()?),
            // The map is free, but what it passes on is followed by name.
            None => path
                .ends_with(&["*".to_owned()])
                .then(|| "hides what the map passes on".to_owned()),
        }
    })
}

/// `use crate::*`, `use crate as c`: the rooms behind it are named without a trace.
fn hides_the_house(path: &[String], reference: &Reference) -> bool {
    reference.form == Form::Import && path.first().is_none_or(|first| first == "*")
}

/// Names of requests, responses and the composition root, where plain values belong.
fn sights_of_the_edge(tree: &Tree, floors: &Floors) -> Vec<Violation> {
    tree.objections(|source, reference| {
        source
            .room()
            .and_then(|room| floors.floor(room))
            .filter(|floor| BELOW_THE_EDGE.contains(floor))?;
        if reference.names("App") || reference.house().is_some_and(|path| lies_below(path, &["app"])) {
            return Some("names `App`".to_owned());
        }
        let path = reference.elsewhere()?;
        if source.path == OUTGOING {
            return None;
        }
        let exchange = EXCHANGES.iter().any(|exchange| lies_below(path, exchange));
        exchange.then(|| "names a type of HTTP requests or responses".to_owned())
    })
}

#[test]
fn no_room_names_a_room_above_it_or_a_neighbour_without_an_arrow() {
    demand_none(
        breaches(house(), &Floors::of_the_house()),
        "pass a plain value down, move the function to the room that owns it, or tell the upper room by a row in \
         queue/; where the wall itself is wrong, move it in tests/it/house/floors.txt and the manual, in a commit \
         of its own that says why",
    );
}

#[test]
fn floors_0_to_5_never_see_a_request_a_response_or_app() {
    demand_none(
        sights_of_the_edge(house(), &Floors::of_the_house()),
        "take a `UnitOfWork` or `&mut PgConnection`, `now` and plain values; extractors and responders live in src/http/",
    );
}

const TABLE: &str =
    "7 | endpoint\n6 | app → http\n3 | user → session; client\n2 | hook\n0 | base\noutside | manual";

fn breaches_in(files: &[(&str, &str)]) -> Vec<String> {
    let floors = Floors::parse(TABLE).expect("a table");
    let mut found = told(&breaches(&Tree::of(files.iter().copied()), &floors));
    found.dedup();
    found
}

#[test]
fn an_upward_path_is_found_however_it_is_written() {
    let upward = "src/user/store.rs:1: `user` (floor 3) names `endpoint` (floor 7), which is above it";
    for code in [
        "use crate::{base::id, endpoint::{self}};",
        "use crate::{base::id, endpoint::token::{post as answer, Reply}};",
        "use crate::endpoint as e;",
        "pub use super::super::endpoint::token::Reply;",
        "use super::super::{base, endpoint};",
        "pub(crate) use crate::endpoint::*;",
        "mod inner { use super::super::super::endpoint::token; }",
        "mod inner { fn f() { super::super::super::endpoint::token(); } }",
        "fn f() { crate::endpoint::token::post(); }",
        "fn f() { let _ = async |x: crate::endpoint::T| x; }",
        "fn f(x: Vec<Option<&dyn crate::endpoint::T>>) {}",
        "fn f() -> impl Fn(crate::endpoint::T) {}",
        "fn f() { <u8 as crate::endpoint::T>::g(); }",
        "fn f(x: u8) { match x { crate::endpoint::MAX => {} _ => {} } }",
        "impl crate::endpoint::T for u8 {}",
        "#[crate::endpoint::traced] fn f() {}",
        "#[serde(with = \"crate::endpoint::time\")] struct S;",
        "#[cfg_attr(test, derive(crate::endpoint::D))] struct S;",
        "fn f() { crate::endpoint::say!(1); }",
        "fn f() { assert_eq!(vec![0..crate::endpoint::MAX], []); }",
        "macro_rules! m { ($x:expr) => { $( $crate::endpoint::f($x) )* }; }",
        "macro_rules! m { () => { use crate::{base::id, endpoint::{f as g}}; }; }",
        "macro_rules! m { () => { use super::super::endpoint::*; }; }",
        "fn f() { signet::endpoint::f(); }",
        "use ::signet::endpoint::f;",
        "use self::super::super::endpoint::f;",
    ] {
        let found = breaches_in(&[("src/user/store.rs", code)]);
        assert_eq!(found, [upward], "{code}");
    }
}

#[test]
fn the_line_is_that_of_the_name_inside_the_import() {
    let code = "//! A room.\nuse crate::{\n    base::id,\n    endpoint::{\n        token,\n        userinfo,\n    },\n};\n";
    let found = breaches_in(&[("src/user/email.rs", code)]);
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("src/user/email.rs:5: ") && found[1].starts_with("src/user/email.rs:6: "),
        "{found:?}"
    );
}

#[test]
fn neighbours_need_an_arrow_and_documentation_is_named_by_none() {
    let neighbour = breaches_in(&[("src/client/store.rs", "use crate::user::UserId;")]);
    assert_eq!(
        neighbour,
        ["src/client/store.rs:1: `client` names `user`, its neighbour on floor 3, without an arrow"]
    );
    let against = breaches_in(&[("src/user/mod.rs", "use super::session::Handle;")]);
    assert_eq!(against.len(), 1, "{against:?}");
    let documentation = breaches_in(&[("src/endpoint/mod.rs", "use crate::manual::TOUR;")]);
    assert_eq!(
        documentation,
        ["src/endpoint/mod.rs:1: `manual` is documentation, which nothing names"]
    );
}

#[test]
fn the_ways_down_and_along_an_arrow_are_open() {
    let files = [
        (
            "src/lib.rs",
            "pub mod user; pub mod endpoint; pub use app::App; pub const VERSION: &str = \"1\";",
        ),
        ("src/main.rs", "fn main() { signet::cli::run() }"),
        (
            "src/session/mod.rs",
            "use crate::{user, base::{id::UserId, clock}}; fn f() { user::find(); crate::VERSION; }",
        ),
        (
            "src/endpoint/token.rs",
            "use crate::http::respond; use http::StatusCode; use super::userinfo; use crate::App;",
        ),
        (
            "src/hook/mod.rs",
            "mod http; mod transport { use super::http::call; } pub(in crate::hook) use self::http::ask;",
        ),
        (
            "src/user/mod.rs",
            "//! Not [`crate::endpoint`].\n/// Nor [this](crate::endpoint).\nmod store; fn f() { store::g(); }",
        ),
    ];
    assert_eq!(breaches_in(&files), [""; 0]);
}

#[test]
fn what_the_map_passes_on_is_followed_to_its_room() {
    let files = [
        (
            "src/lib.rs",
            "pub mod app; pub use app::App; pub use crate::endpoint::{token as t};",
        ),
        (
            "src/endpoint/mod.rs",
            "#[macro_export] macro_rules! say { () => {}; }",
        ),
        (
            "src/user/mod.rs",
            "use crate::App;\nfn f() { crate::t::post(); }\nfn g() { crate::say!(); }",
        ),
    ];
    let found = breaches_in(&files);
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn the_house_is_not_named_as_a_whole() {
    for (path, code) in [
        ("src/lib.rs", "mod app; pub use app::*;"),
        ("src/user/mod.rs", "use crate::*;"),
        (
            "src/user/mod.rs",
            "use crate as house; fn f() { house::endpoint::f(); }",
        ),
        ("src/user/mod.rs", "use crate::{self as house};"),
        ("src/user/store.rs", "use super::super as house;"),
        ("src/lib.rs", "extern crate self as house;"),
    ] {
        let found = breaches_in(&[(path, code)]);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{path}:1: hides ")),
            "{code}: {found:?}"
        );
    }
}

#[test]
fn the_crate_http_is_not_the_room_http() {
    let sights = |path: &str, code: &str| {
        let tree = Tree::of([(path, code)]);
        sights_of_the_edge(&tree, &Floors::parse(TABLE).expect("a table")).len()
    };
    for code in [
        "use http::{HeaderMap, Request};",
        "use ::http::response::Parts;",
        "use http::*;",
        "use http as wire; fn f(_: wire::Response<()>) {}",
        "fn f(app: &App) {}",
        "fn f() { drop(crate::app::pool()); }",
        "macro_rules! m { () => { http::Request::builder() }; }",
    ] {
        assert_eq!(sights("src/user/mod.rs", code), 1, "{code}");
    }
    for code in [
        "use http::{HeaderMap, StatusCode};",
        "mod http; fn f() { http::request(); }",
        "enum Kind { App }",
    ] {
        assert_eq!(sights("src/user/mod.rs", code), 0, "{code}");
    }
    assert_eq!(
        sights("src/endpoint/mod.rs", "use http::Request; use crate::app::App;"),
        0
    );
}
