//! Owns what mails say, by language: a method for each text of `i18n/catalogue/*/mail.ftl`. It reads the part of Fluent
//! that those files are written in: a line for each text, with `{ $name }` where a value stands.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::It];

    /// Its tag (RFC 5646).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::It => "it",
        }
    }

    /// The language of a tag; `de-AT` is German.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split('-').next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|locale| locale.tag() == language)
    }

    const fn catalogue(self) -> &'static str {
        match self {
            Self::En => include_str!("../i18n/catalogue/en/mail.ftl"),
            Self::De => include_str!("../i18n/catalogue/de/mail.ftl"),
            Self::Fr => include_str!("../i18n/catalogue/fr/mail.ftl"),
            Self::Es => include_str!("../i18n/catalogue/es/mail.ftl"),
            Self::It => include_str!("../i18n/catalogue/it/mail.ftl"),
        }
    }
}

type Catalogue = HashMap<&'static str, &'static str>;

static CATALOGUES: LazyLock<HashMap<Locale, Catalogue>> = LazyLock::new(|| {
    let read = |locale: Locale| {
        let lines = locale.catalogue().lines().filter(|line| !line.starts_with('#'));
        let texts = lines.filter_map(|line| line.split_once(" = ")).collect();
        (locale, texts)
    };
    Locale::ALL.into_iter().map(read).collect()
});

/// What mails say in one language.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    locale: Locale,
}

impl Texts {
    /// In this language.
    #[must_use]
    pub const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The tag of the language.
    #[must_use]
    pub const fn language(self) -> &'static str {
        self.locale.tag()
    }

    fn text(self, key: &str, values: &[(&str, &str)]) -> String {
        let catalogue = CATALOGUES.get(&self.locale);
        let pattern = catalogue
            .and_then(|texts| texts.get(key))
            .copied()
            .unwrap_or_default();
        let mut text = String::new();
        let mut rest = pattern;
        // What a value says is not read again.
        while let Some((before, after)) = rest.split_once("{ $") {
            let (name, after) = after.split_once(" }").unwrap_or((after, ""));
            let value = values.iter().find(|(known, _)| *known == name);
            text.push_str(before);
            text.push_str(value.map_or("", |(_, value)| value));
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

#[expect(missing_docs, reason = "each is the text of that name")]
impl Texts {
    #[must_use]
    pub fn mail_hello(self) -> String {
        self.text("mail-hello", &[])
    }

    #[must_use]
    pub fn mail_code(self) -> String {
        self.text("mail-code", &[])
    }

    #[must_use]
    pub fn mail_until(self, time: &str) -> String {
        self.text("mail-until", &[("time", time)])
    }

    #[must_use]
    pub fn mail_ignore(self) -> String {
        self.text("mail-ignore", &[])
    }

    #[must_use]
    pub fn mail_not_you(self) -> String {
        self.text("mail-not-you", &[])
    }

    #[must_use]
    pub fn mail_tell_us(self) -> String {
        self.text("mail-tell-us", &[])
    }

    #[must_use]
    pub fn mail_browser(self, browser: &str) -> String {
        self.text("mail-browser", &[("browser", browser)])
    }

    #[must_use]
    pub fn mail_automatic(self, product: &str) -> String {
        self.text("mail-automatic", &[("product", product)])
    }

    #[must_use]
    pub fn mail_address_proof_subject(self) -> String {
        self.text("mail-address-proof-subject", &[])
    }

    #[must_use]
    pub fn mail_address_proof(self, product: &str) -> String {
        self.text("mail-address-proof", &[("product", product)])
    }

    #[must_use]
    pub fn mail_address_proof_action(self) -> String {
        self.text("mail-address-proof-action", &[])
    }

    #[must_use]
    pub fn mail_new_address_proof_subject(self) -> String {
        self.text("mail-new-address-proof-subject", &[])
    }

    #[must_use]
    pub fn mail_new_address_proof(self, product: &str) -> String {
        self.text("mail-new-address-proof", &[("product", product)])
    }

    #[must_use]
    pub fn mail_address_changed_subject(self) -> String {
        self.text("mail-address-changed-subject", &[])
    }

    #[must_use]
    pub fn mail_address_changed(self, product: &str, time: &str) -> String {
        self.text("mail-address-changed", &[("product", product), ("time", time)])
    }

    #[must_use]
    pub fn mail_password_reset_subject(self) -> String {
        self.text("mail-password-reset-subject", &[])
    }

    #[must_use]
    pub fn mail_password_reset(self, product: &str) -> String {
        self.text("mail-password-reset", &[("product", product)])
    }

    #[must_use]
    pub fn mail_password_reset_action(self) -> String {
        self.text("mail-password-reset-action", &[])
    }

    #[must_use]
    pub fn mail_password_changed_subject(self) -> String {
        self.text("mail-password-changed-subject", &[])
    }

    #[must_use]
    pub fn mail_password_changed(self, product: &str, time: &str) -> String {
        self.text("mail-password-changed", &[("product", product), ("time", time)])
    }

    #[must_use]
    pub fn mail_new_device_subject(self) -> String {
        self.text("mail-new-device-subject", &[])
    }

    #[must_use]
    pub fn mail_new_device(self, product: &str, time: &str) -> String {
        self.text("mail-new-device", &[("product", product), ("time", time)])
    }

    #[must_use]
    pub fn mail_invitation_subject(self, organization: &str) -> String {
        self.text("mail-invitation-subject", &[("organization", organization)])
    }

    #[must_use]
    pub fn mail_invitation(self, organization: &str, product: &str) -> String {
        self.text(
            "mail-invitation",
            &[("organization", organization), ("product", product)],
        )
    }

    #[must_use]
    pub fn mail_invitation_from(self, inviter: &str, organization: &str, product: &str) -> String {
        self.text(
            "mail-invitation-from",
            &[
                ("inviter", inviter),
                ("organization", organization),
                ("product", product),
            ],
        )
    }

    #[must_use]
    pub fn mail_invitation_action(self) -> String {
        self.text("mail-invitation-action", &[])
    }

    #[must_use]
    pub fn mail_invitation_ignore(self) -> String {
        self.text("mail-invitation-ignore", &[])
    }

    #[must_use]
    pub fn mail_account_help_subject(self) -> String {
        self.text("mail-account-help-subject", &[])
    }

    #[must_use]
    pub fn mail_account_help(self, product: &str) -> String {
        self.text("mail-account-help", &[("product", product)])
    }

    #[must_use]
    pub fn mail_account_help_action(self) -> String {
        self.text("mail-account-help-action", &[])
    }

    #[must_use]
    pub fn mail_account_help_warning(self) -> String {
        self.text("mail-account-help-warning", &[])
    }

    #[must_use]
    pub fn mail_account_deleted_subject(self) -> String {
        self.text("mail-account-deleted-subject", &[])
    }

    #[must_use]
    pub fn mail_account_deleted(self, product: &str, time: &str) -> String {
        self.text("mail-account-deleted", &[("product", product), ("time", time)])
    }

    #[must_use]
    pub fn mail_sign_up_attempt_subject(self) -> String {
        self.text("mail-sign-up-attempt-subject", &[])
    }

    #[must_use]
    pub fn mail_sign_up_attempt(self, product: &str) -> String {
        self.text("mail-sign-up-attempt", &[("product", product)])
    }

    #[must_use]
    pub fn mail_sign_up_attempt_action(self) -> String {
        self.text("mail-sign-up-attempt-action", &[])
    }

    #[must_use]
    pub fn mail_sign_up_attempt_forgotten(self) -> String {
        self.text("mail-sign-up-attempt-forgotten", &[])
    }

    #[must_use]
    pub fn mail_test_subject(self) -> String {
        self.text("mail-test-subject", &[])
    }

    #[must_use]
    pub fn mail_test(self, product: &str) -> String {
        self.text("mail-test", &[("product", product)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pattern: &str) -> Vec<&str> {
        let parts = pattern.split("{ $").skip(1);
        let mut names: Vec<&str> = parts.filter_map(|part| part.split(" }").next()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_says_everything_with_the_same_values() {
        let english = &CATALOGUES[&Locale::En];
        for locale in Locale::ALL {
            let texts = &CATALOGUES[&locale];
            assert_eq!(texts.len(), english.len(), "{locale:?}");
            for (key, text) in texts {
                let pattern = english.get(key).unwrap_or_else(|| panic!("{locale:?} {key}"));
                assert_eq!(values(text), values(pattern), "{locale:?} {key}");
            }
            assert_eq!(Locale::parse(locale.tag()), Some(locale));
        }
        assert_eq!(Locale::parse("de-AT"), Some(Locale::De));
        assert_eq!(Locale::parse("tlh"), None);
    }

    #[test]
    fn a_value_is_not_read_again() {
        let texts = Texts::new(Locale::En);
        assert_eq!(
            texts.mail_invitation_subject("{ $product } { $organization }"),
            "Invitation to { $product } { $organization }"
        );
    }
}
