//! The repository: every file that a rule looks at, read once for all tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::names::{Reference, Target};
use super::report::Violation;
use super::source::Source;

/// A file that is not Rust, or is read as text.
#[derive(Debug, Clone)]
pub(super) struct TextFile {
    pub(super) path: String,
    pub(super) text: String,
}

/// The Rust of `src/`.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
}

impl Tree {
    /// Reads `(path, text)` pairs, and follows the names that `lib.rs` passes on to the room they come from.
    pub(super) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let sources: Vec<Source> = files
            .into_iter()
            .map(|(path, text)| Source::read(path, text))
            .collect();
        let passed_on = passed_on(&sources);
        let mut tree = Self { sources };
        for reference in tree.sources.iter_mut().flat_map(|source| &mut source.references) {
            if let Target::House(path) = &mut reference.target
                && let Some(origin) = path.first().and_then(|first| passed_on.get(first))
            {
                path.splice(..1, origin.iter().cloned());
            }
        }
        tree
    }

    /// What a rule has against the paths of the tree, each seen with the file it stands in.
    pub(super) fn objections(&self, rule: impl Fn(&Source, &Reference) -> Option<String>) -> Vec<Violation> {
        let references = self
            .sources
            .iter()
            .flat_map(|source| source.references.iter().map(move |found| (source, found)));
        let told = |(source, found): (&Source, &Reference)| {
            rule(source, found).map(|what| Violation::new(&source.path, found.line, what))
        };
        references.filter_map(told).collect()
    }

    /// The top-level modules, with a file of each or the line that declares it.
    pub(super) fn rooms(&self) -> BTreeMap<&str, (&str, usize)> {
        let declared = self
            .sources
            .iter()
            .filter(|source| source.module.is_empty())
            .flat_map(|map| {
                let top = map.modules.iter().filter(|module| module.scope.is_empty());
                top.map(|module| (module.name.as_str(), (map.path.as_str(), module.line)))
            });
        let by_file = self
            .sources
            .iter()
            .filter_map(|source| Some((source.room()?, (source.path.as_str(), 1))));
        by_file.chain(declared).collect()
    }
}

/// Names of the crate root that stand for something in a room: `pub use app::App`, `#[macro_export]`.
fn passed_on(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::new();
    for source in sources {
        if source.module.is_empty() {
            let imports = source.imports.iter().cloned();
            names.extend(imports.filter_map(|(name, target)| match target {
                Target::House(path) if path.first() != Some(&name) => Some((name, path)),
                _ => None,
            }));
        } else {
            let macros = source.exported_macros.iter();
            names.extend(macros.map(|name| {
                (
                    name.clone(),
                    [source.module.as_slice(), std::slice::from_ref(name)].concat(),
                )
            }));
        }
    }
    names
}

/// The repository's `src/`.
pub(super) fn house() -> &'static Tree {
    static HOUSE: OnceLock<Tree> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let files = files_in("src", &["rs"]);
        Tree::of(files.iter().map(|file| (file.path.as_str(), file.text.as_str())))
    })
}

/// The text files below `folder` with one of the extensions, or with any; none where there is no such folder.
pub(super) fn files_in(folder: &str, extensions: &[&str]) -> Vec<TextFile> {
    let mut paths = BTreeSet::new();
    gather(folder, &mut paths);
    let wanted = paths.into_iter().filter(|path| {
        let extension = Path::new(path)
            .extension()
            .and_then(|extension| extension.to_str());
        extensions.is_empty() || extension.is_some_and(|extension| extensions.contains(&extension))
    });
    wanted
        .filter_map(|path| text_of(&path).map(|text| TextFile { path, text }))
        .collect()
}

/// A file's text by its path from the root; `None` where it is absent or not text.
pub(super) fn text_of(path: &str) -> Option<String> {
    fs::read_to_string(in_repository(path)).ok()
}

pub(super) fn exists(path: &str) -> bool {
    in_repository(path).exists()
}

fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn gather(folder: &str, paths: &mut BTreeSet<String>) {
    for entry in fs::read_dir(in_repository(folder))
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if in_repository(&path).is_dir() {
            gather(&path, paths);
        } else {
            paths.insert(path);
        }
    }
}
