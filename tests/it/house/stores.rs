//! A room's cellar is its own: `mod store;` is private.

use super::report::{Violation, demand_none, told};
use super::source::Source;
use super::tree::{Tree, house};

fn open_cellars(tree: &Tree) -> Vec<Violation> {
    let declared = || {
        tree.sources
            .iter()
            .flat_map(|source| source.modules.iter().map(move |module| (source, module)))
    };
    let open = declared().filter(|(_, module)| module.name == "store" && !module.private);
    let open = open
        .map(|(source, module)| Violation::new(&source.path, module.line, "`mod store` is visible outside"));
    let undeclared = tree.sources.iter().filter(|source| {
        let here = |scope: &[String]| source.module.split_last() == Some((&"store".to_owned(), scope));
        is_store(source) && !declared().any(|(_, module)| module.name == "store" && here(&module.scope))
    });
    open.chain(undeclared.map(|source| Violation::new(&source.path, 1, "no module declares this store")))
        .collect()
}

fn is_store(source: &Source) -> bool {
    source.module.len() > 1 && source.module.last().is_some_and(|module| module == "store")
}

#[test]
fn a_store_is_a_private_module_of_its_room() {
    demand_none(
        open_cellars(house()),
        "declare `mod store;` without `pub` in the room's mod.rs, and offer what others need as a function of the room",
    );
}

#[test]
fn an_open_or_undeclared_store_is_found() {
    let tree = Tree::of([
        ("src/user/mod.rs", "mod profile;\nmod store;"),
        ("src/user/store/mod.rs", "mod email;"),
        ("src/client/mod.rs", "pub(crate) mod store;"),
        ("src/client/store.rs", ""),
        ("src/session/mod.rs", "mod handle;"),
        ("src/session/store.rs", ""),
        ("src/authentication/upstream.rs", "mod store;"),
        ("src/authentication/upstream/store.rs", ""),
    ]);
    assert_eq!(
        told(&open_cellars(&tree)),
        [
            "src/client/mod.rs:1: `mod store` is visible outside",
            "src/session/store.rs:1: no module declares this store",
        ]
    );
}
