//! One Rust file as the rules see it: plain facts, taken from its syntax once.

use syn::{File, Item};

use super::finder::{DeclaredModule, Finder, Text};
use super::names::{Form, Reference, Target};

/// One file of `src/` or `tests/`.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// From the repository's root: `src/user/email.rs`.
    pub(super) path: String,
    /// The modules it is in, from the crate root: `user`, `email`. Empty for `lib.rs`.
    pub(super) module: Vec<String>,
    pub(super) text: String,
    pub(super) references: Vec<Reference>,
    pub(super) texts: Vec<Text>,
    pub(super) modules: Vec<DeclaredModule>,
    /// What the file's own module imports, by the name it has there.
    pub(super) imports: Vec<(String, Target)>,
    pub(super) exported_macros: Vec<String>,
    /// Lines of items that are neither `mod name;` nor `use`.
    pub(super) logic: Vec<usize>,
    pub(super) unreadable: Option<(usize, String)>,
}

impl Source {
    pub(super) fn read(path: &str, text: &str) -> Self {
        let module = module_of(path);
        let source = Self {
            path: path.to_owned(),
            module,
            text: text.to_owned(),
            ..Self::default()
        };
        match syn::parse_file(text) {
            Ok(file) => source.with_facts(&file),
            Err(error) => Self {
                unreadable: Some((error.span().start().line, error.to_string())),
                ..source
            },
        }
    }

    fn with_facts(mut self, file: &File) -> Self {
        let finder = Finder::walk(&self.module, file);
        let Finder { scopes, mentions, .. } = finder;
        let resolved = mentions.into_iter().map(|mention| {
            let (target, through_import) = scopes.resolve(&mention.scope, &mention.written);
            // An import's own reference is the one that counts, also where it stands on another import.
            let through_import = through_import && mention.form != Form::Import;
            Reference {
                target,
                form: mention.form,
                through_import,
                line: mention.line,
            }
        });
        self.references = resolved.collect();
        self.imports = scopes.imported(&self.module);
        self.texts = finder.texts;
        self.modules = finder.modules;
        self.exported_macros = finder.exported_macros;
        self.logic = file
            .items
            .iter()
            .filter(|item| is_logic(item))
            .map(line_of)
            .collect();
        self
    }

    /// The room it belongs to; `lib.rs` belongs to none.
    pub(super) fn room(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }
}

/// `src/user/store/mod.rs` is `user::store`, `src/app.rs` is `app`, `src/lib.rs` is the root.
pub(super) fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let named = inside.strip_suffix(".rs").unwrap_or(inside);
    let named = named.strip_suffix("/mod").unwrap_or(named);
    if named == "lib" {
        Vec::new()
    } else {
        named.split('/').map(str::to_owned).collect()
    }
}

/// Whether a module is a room's store, or part of one.
pub(super) fn in_store(module: &[String]) -> bool {
    module.iter().skip(1).any(|name| name == "store")
}

fn is_logic(item: &Item) -> bool {
    match item {
        Item::Mod(module) => module.content.is_some(),
        Item::Use(_) => false,
        _ => true,
    }
}

fn line_of(item: &Item) -> usize {
    syn::spanned::Spanned::span(item).start().line
}

#[test]
fn a_files_place_is_its_module() {
    assert_eq!(module_of("src/user/store/mod.rs"), ["user", "store"]);
    assert_eq!(module_of("src/user/email.rs"), ["user", "email"]);
    assert_eq!(module_of("src/main.rs"), ["main"]);
    assert!(module_of("src/lib.rs").is_empty());
}
