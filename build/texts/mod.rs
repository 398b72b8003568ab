//! The texts of every language: read from the catalogues, compared, and written as methods, so that a page which asks for
//! a text that is not there does not compile, and a language that lacks one does not build.
//!
//! A catalogue is a folder of Fluent files. The English one says which texts there are; each of the others holds exactly
//! those, with the same arguments and the same tags. What a text may hold is said in `src/i18n/mod.rs`.

mod compare;
mod message;
mod pattern;
mod read;
mod write;

pub(crate) use read::{FOLDER, Language, folder};

/// The methods as Rust, or everything that is wrong with the catalogues.
pub(crate) fn compile(languages: &[Language]) -> Result<String, Vec<String>> {
    let mut problems = Vec::new();
    let catalogues: Vec<_> = languages
        .iter()
        .map(|language| read::catalogue(language, &mut problems))
        .collect();
    let compared = compare::compare(&catalogues, &mut problems);
    match compared {
        Some(english) if problems.is_empty() => Ok(write::code(english, &catalogues, languages)),
        _ => Err(problems),
    }
}
