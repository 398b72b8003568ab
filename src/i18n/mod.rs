//! The texts of pages and mail, in every language that we speak. It knows languages and sentences, and nothing of
//! requests or people.
//!
//! # Catalogues
//!
//! `catalogue/<language>/<page>.ftl` hold the texts ([Fluent](https://projectfluent.org)); every key begins with its
//! file's name. The English catalogue says which texts there are. The build reads all of them and fails, with file and
//! key, where a language lacks a text, has one too many, repeats one, uses other arguments or other tags, or cannot be
//! read. Each text becomes a method of [`Texts`], so that a page which asks for a text that is not there does not
//! compile.
//!
//! - A text that is always the same is a method without arguments: `texts.login_title()`.
//! - An argument is described in a comment above the English text, with its kind: `# $client (text): the application`
//!   or `# $minutes (number): how long`. It becomes an argument of the method, a `&str` or a `u64`. Only numbers decide a
//!   form (`{ $minutes -> [one] … *[other] … }`).
//! - `<strong>` and `<code>` may stand in a text, nothing else. So a sentence stays whole for its translator.
//! - Terms, attributes, references and functions of Fluent are not used.
//!
//! A text with arguments or tags is a [`Sentence`]. A page shows it as HTML, in which every text
//! argument is escaped and isolated in `<bdi>`: whatever a name holds, it is shown, and turns nothing around it.
//! `plain()` is the same without tags, for attributes and plain mail; there a name that is written from right to left
//! stands between U+2068 and U+2069.
//!
//! # Another language
//!
//! A folder with every file, a variant of [`Locale`], and what the compiler then asks for.

mod bundle;
mod choice;
mod locale;
mod sentence;
mod texts;
mod time;

pub use choice::{Wish, Wishes};
pub use locale::Locale;
pub use sentence::Sentence;
pub use texts::Texts;
