//! Writes the texts as Rust: a method for each, and the list of the files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::message::{Kind, Message};
use super::read::{Catalogue, FOLDER, Language};

/// The code that `src/i18n/texts.rs` includes.
pub(super) fn code(english: &Catalogue, catalogues: &[Catalogue], languages: &[Language]) -> String {
    let methods: String = english
        .messages
        .values()
        .map(|message| method(message, catalogues))
        .collect();
    let arms = languages.iter().map(|language| {
        let variant = variant(&language.tag);
        format!("        Locale::{variant} => {},\n", variant.to_uppercase())
    });
    format!(
        "impl Texts {{\n{methods}}}\n\n{}\n\
         /// The files of a language.\n\
         pub(super) const fn catalogue(locale: Locale) -> &'static [&'static str] {{\n    match locale {{\n{}    }}\n}}\n",
        languages.iter().map(files).collect::<String>(),
        arms.collect::<String>()
    )
}

fn files(language: &Language) -> String {
    let files = language.files.iter().map(|file| {
        let path = format!("/{FOLDER}/{}/{}.ftl", language.tag, file.stem);
        format!("    include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?})),\n")
    });
    format!(
        "const {}: &[&str] = &[\n{}];\n",
        language.tag.to_uppercase(),
        files.collect::<String>()
    )
}

/// The variant of `Locale` for a tag.
fn variant(tag: &str) -> String {
    let (first, rest) = tag.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

fn method(message: &Message, catalogues: &[Catalogue]) -> String {
    let translations = || {
        catalogues
            .iter()
            .filter_map(|catalogue| Some((&catalogue.tag, catalogue.messages.get(&message.key)?)))
    };
    let name = message.method();
    let shown = message.content.words.replace('`', "'").replace('\n', " ");
    let mut code = format!("    /// `{shown}`\n    #[must_use]\n");
    if translations().all(|(_, text)| text.content.is_fixed()) {
        // Languages that say it with the same words share a line.
        let mut by_words: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (tag, text) in translations() {
            let variants = by_words.entry(&text.content.words).or_default();
            variants.push(format!("Locale::{}", variant(tag)));
        }
        let _ = writeln!(
            code,
            "    pub const fn {name}(self) -> &'static str {{\n        match self.locale {{"
        );
        for (words, variants) in by_words {
            let _ = writeln!(code, "            {} => {words:?},", variants.join(" | "));
        }
        code.push_str("        }\n    }\n\n");
        return code;
    }
    let texts = message.described.iter().filter(|(_, kind)| *kind == Kind::Text);
    let (generics, argument, answer) = match texts.count() {
        0 => ("", "&str", "'static"),
        1 => ("", "&str", "'_"),
        _ => ("<'a>", "&'a str", "'a"),
    };
    let mut parameters = String::new();
    let mut values = String::new();
    for (name, kind) in &message.described {
        let (kind, wrapped) = match kind {
            Kind::Text => (argument, "Text"),
            Kind::Number => ("u64", "Number"),
        };
        let _ = write!(parameters, ", {name}: {kind}");
        let _ = write!(values, "({name:?}, Argument::{wrapped}({name})), ");
    }
    let values = values.trim_end_matches(", ");
    let key = &message.key;
    let _ = writeln!(
        code,
        "    pub fn {name}{generics}(self{parameters}) -> Sentence<{answer}> {{\n        \
         Sentence::new(self.locale, {key:?}, vec![{values}])\n    }}\n"
    );
    code
}
