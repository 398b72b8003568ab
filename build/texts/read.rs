//! Reads the catalogues.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use fluent_syntax::ast::Entry;
use fluent_syntax::parser;

use super::message::Message;

/// Where the catalogues stand: a folder for each language.
pub(crate) const FOLDER: &str = "src/i18n/catalogue";

/// A language and its files.
pub(crate) struct Language {
    /// Its tag (BCP 47).
    pub(crate) tag: String,
    /// The files.
    pub(crate) files: Vec<File>,
}

/// A file of a catalogue.
pub(crate) struct File {
    /// Its name without `.ftl`: every key in it begins with that.
    pub(crate) stem: String,
    /// What is in it.
    pub(crate) text: String,
}

/// The texts of a language by key.
pub(crate) struct Catalogue {
    pub(crate) tag: String,
    pub(crate) messages: BTreeMap<String, Message>,
}

/// The languages of the repository, English first.
pub(crate) fn folder(root: &Path) -> io::Result<Vec<Language>> {
    let mut languages = Vec::new();
    for folder in sorted(&root.join(FOLDER))? {
        let tag = name(&folder.file_name());
        let mut files = Vec::new();
        for entry in sorted(&folder.path())? {
            let file = name(&entry.file_name());
            let stem = file.strip_suffix(".ftl").ok_or_else(|| {
                let problem = format!("{FOLDER}/{tag}/{file}: is no .ftl file");
                io::Error::new(io::ErrorKind::InvalidData, problem)
            })?;
            files.push(File {
                stem: stem.to_owned(),
                text: fs::read_to_string(entry.path())?,
            });
        }
        languages.push(Language { tag, files });
    }
    languages.sort_by_key(|language| language.tag != "en");
    Ok(languages)
}

fn sorted(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

fn name(text: &std::ffi::OsStr) -> String {
    text.to_string_lossy().into_owned()
}

/// Reads a language's files; what is wrong with them is added to the problems.
pub(super) fn catalogue(language: &Language, problems: &mut Vec<String>) -> Catalogue {
    let mut messages = BTreeMap::new();
    for file in &language.files {
        let place = format!("{FOLDER}/{}/{}.ftl", language.tag, file.stem);
        let resource = match parser::parse(file.text.as_str()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                problems.extend(errors.iter().map(|error| {
                    let before = file.text.get(..error.pos.start).unwrap_or(&file.text);
                    let line = before.matches('\n').count() + 1;
                    format!("{place}:{line}: {}", error.kind)
                }));
                resource
            }
        };
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let message = Message::read(&place, &file.stem, &message, problems);
                    if let Some(twin) = messages.insert(message.key.clone(), message) {
                        problems.push(format!("{place}: {} is there twice", twin.key));
                    }
                }
                Entry::Term(term) => {
                    problems.push(format!(
                        "{place}: -{}: terms are not used: write the word",
                        term.id.name
                    ));
                }
                // What is junk is told above.
                Entry::Comment(_)
                | Entry::GroupComment(_)
                | Entry::ResourceComment(_)
                | Entry::Junk { .. } => {}
            }
        }
    }
    Catalogue {
        tag: language.tag.clone(),
        messages,
    }
}
