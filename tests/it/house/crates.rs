//! Which crate, and which function, may be named where.

use std::ops::RangeInclusive;

use super::floors::Floors;
use super::names::{Form, lies_below};
use super::report::{Violation, demand_none, told};
use super::source::Source;
use super::tree::{Tree, house};

/// Where something may be named.
enum Place {
    Floors(RangeInclusive<u8>),
    /// A module, be it `a/b.rs` or the folder `a/b/`; with `.rs`, that one file.
    Modules(&'static [&'static str]),
}

/// Crates with a home.
const HOMES: &[(&[&str], Place)] = &[
    (
        &["axum", "axum_extra", "hyper", "hyper_util", "tower", "tower_http"],
        Place::Floors(6..=8),
    ),
    (&["josekit"], Place::Modules(&["jose"])),
    (&["openssl"], Place::Modules(&["jose", "base", "server"])),
    (
        &["webauthn_rs", "webauthn_rs_core", "webauthn_rs_proto"],
        Place::Modules(&["authentication/passkey.rs"]),
    ),
    (&["argon2"], Place::Modules(&["authentication/password"])),
    (&["reqwest", "native_tls"], Place::Modules(&["base/fetch"])),
    (&["hickory_resolver"], Place::Modules(&["base/dns"])),
    (&["lettre"], Place::Modules(&["mail"])),
];

/// Where SQL may be made at run time.
const DYNAMIC_SQL: Place = Place::Modules(&["db", "rls", "hook/transport/sql.rs", "dev"]);

impl Place {
    fn holds(&self, source: &Source, floors: &Floors) -> bool {
        match self {
            Self::Floors(range) => {
                // The map joins nothing; what it passes on counts for the room that names it.
                source
                    .room()
                    .is_none_or(|room| floors.floor(room).is_some_and(|floor| range.contains(&floor)))
            }
            Self::Modules(modules) => modules.iter().any(|module| is_in(source, module)),
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Floors(range) => format!("floors {} to {}", range.start(), range.end()),
            Self::Modules(modules) => modules.join(", "),
        }
    }
}

/// Whether `source` is the file `a/b.rs`, or belongs to the module `a/b`.
pub(super) fn is_in(source: &Source, module: &str) -> bool {
    match module.strip_suffix(".rs") {
        Some(file) => source.path == format!("src/{file}.rs"),
        None => lies_below(&source.module, &module.split('/').collect::<Vec<_>>()),
    }
}

fn strays(tree: &Tree, floors: &Floors) -> Vec<Violation> {
    tree.objections(|source, reference| {
        let path = reference.elsewhere()?;
        let mut away = HOMES.iter().filter(|(_, place)| !place.holds(source, floors));
        away.find_map(|(crates, place)| {
            let known = path.iter().find(|segment| crates.contains(&segment.as_str()))?;
            Some(format!("`{known}` belongs to {}", place.told()))
        })
    })
}

/// Calls of `user::create` outside `lifecycle/`; the room itself may pass the name on.
fn makers_of_users(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference| {
        let path = reference.house().or(reference.elsewhere())?;
        let passes_on = source.room() == Some("user") && reference.form == Form::Import;
        let makes = lies_below(path, &["user", "create"]) && !passes_on && !is_in(source, "lifecycle");
        makes.then(|| "names `user::create`".to_owned())
    })
}

fn trusted_strings(tree: &Tree, floors: &Floors) -> Vec<Violation> {
    tree.objections(|source, reference| {
        let trusts = reference
            .elsewhere()?
            .iter()
            .any(|segment| segment == "AssertSqlSafe");
        (trusts && !DYNAMIC_SQL.holds(source, floors)).then(|| "names `AssertSqlSafe`".to_owned())
    })
}

#[test]
fn a_crate_is_named_only_where_it_lives() {
    demand_none(
        strays(house(), &Floors::of_the_house()),
        "call the room that owns the crate, and let it answer in its own types; HTTP ends on floor 6",
    );
}

#[test]
fn only_lifecycle_creates_users() {
    demand_none(
        makers_of_users(house()),
        "call lifecycle::sign_up or lifecycle::import_user, which do the whole act (user, personal space, proofs)",
    );
}

#[test]
fn dynamic_sql_stays_in_its_four_places() {
    demand_none(
        trusted_strings(house(), &Floors::of_the_house()),
        "write the statement with query!, query_as! or query_scalar!; a filtered list is built by db/page.rs",
    );
}

fn strays_in(path: &str, code: &str) -> Vec<String> {
    let floors =
        Floors::parse("7 | endpoint\n6 | app → http\n5 | lifecycle\n1 | jose\n0 | base").expect("a table");
    told(&strays(&Tree::of([(path, code)]), &floors))
}

#[test]
fn a_crate_away_from_home_is_found_however_it_is_named() {
    for code in [
        "use axum::Json;",
        "use axum as web;",
        "use {base64, axum::{self}};",
        "extern crate axum;",
        "fn f(x: ::axum::Json<u8>) {}",
        "#[axum::debug_handler] fn f() {}",
        "macro_rules! m { () => { axum::Json(1) }; }",
        "fn f() { tokio::select!(x = ::axum::serve(l) => {}); }",
        "use openidconnect::axum::Json;",
    ] {
        assert_eq!(
            strays_in("src/jose/mod.rs", code),
            ["src/jose/mod.rs:1: `axum` belongs to floors 6 to 8"],
            "{code}"
        );
        assert_eq!(strays_in("src/endpoint/mod.rs", code), [""; 0], "{code}");
    }
}

#[test]
fn a_file_is_its_module_and_a_module_is_its_folder() {
    for (path, code) in [
        ("src/jose/header.rs", "use josekit::jws;"),
        ("src/base/fetch.rs", "use reqwest::Client;"),
        ("src/base/fetch/guard.rs", "use reqwest::Client;"),
        ("src/authentication/passkey.rs", "use webauthn_rs::prelude::*;"),
        ("src/authentication/password/mod.rs", "use argon2::Argon2;"),
        ("src/base/digest.rs", "fn f() { let reqwest = 1; g(reqwest); }"),
        ("src/lifecycle/mod.rs", "/// See [`josekit::jws`].\nfn f() {}"),
    ] {
        assert_eq!(strays_in(path, code), [""; 0], "{path}");
    }
    for (path, code) in [
        ("src/endpoint/jwks.rs", "use josekit::jwk;"),
        ("src/base/fetcher.rs", "use reqwest::Client;"),
        (
            "src/authentication/passkey/mod.rs",
            "use webauthn_rs::prelude::*;",
        ),
        ("src/authentication/imported_hash.rs", "use argon2::Argon2;"),
        ("src/signing/key.rs", "use openssl::pkey;"),
    ] {
        assert_eq!(strays_in(path, code).len(), 1, "{path}");
    }
}

#[test]
fn a_maker_of_users_is_found_behind_an_import() {
    let makers = |path: &str, code: &str| makers_of_users(&Tree::of([(path, code)])).len();
    for code in [
        "use crate::user;\nfn f() { user::create(); }",
        "use crate::user::{self as people};\nfn f() { people::create(); }",
        "use crate::user::create as make;",
        "use crate::user::*;",
        "use super::*; fn f() { user::create(); }",
        "fn f() { tokio::join!(crate::user::create()); }",
    ] {
        assert_eq!(makers("src/account/signup.rs", code), 1, "{code}");
        assert_eq!(makers("src/lifecycle/sign_up.rs", code), 0, "{code}");
    }
    assert_eq!(
        makers(
            "src/account/signup.rs",
            "use crate::user; fn f() { user::find(); }"
        ),
        0
    );
    assert_eq!(
        makers("src/user/mod.rs", "mod create; pub use create::create;"),
        0
    );
}

#[test]
fn trust_in_a_string_is_found() {
    let floors = Floors::default();
    let trusted = |path: &str| {
        trusted_strings(&Tree::of([(path, "use sqlx::{AssertSqlSafe as Sure};")]), &floors).len()
    };
    assert_eq!(trusted("src/user/store.rs"), 1);
    assert_eq!(
        trusted("src/hook/transport/sql.rs") + trusted("src/db/page.rs") + trusted("src/rls/verify/mod.rs"),
        0
    );
}
