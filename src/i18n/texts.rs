//! Owns the texts of one language: a method for each key of the catalogues, written by the build.

use super::locale::Locale;
use super::sentence::{Argument, Sentence};

/// The texts of a language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Texts {
    locale: Locale,
}

impl Texts {
    /// The texts of this language.
    #[must_use]
    pub const fn of(locale: Locale) -> Self {
        Self { locale }
    }

    /// The language.
    #[must_use]
    pub const fn locale(self) -> Locale {
        self.locale
    }
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
