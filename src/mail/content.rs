//! Owns what each mail says: one pair of templates, text and HTML, which every message fills in its own words, so that
//! both parts of every mail say the same and none has a picture, a script or a link of its own.

use askama::Template;

use super::message::Message;
use super::name::shown;
use crate::base::clock::Timestamp;
use crate::base::secret::Secret;
use crate::i18n::Texts;

/// What a mail says, ready to be put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// For everybody.
    pub text: String,
    /// For whoever's program shows it.
    pub html: String,
}

/// The parts of a message.
struct Words {
    subject: String,
    paragraphs: Vec<String>,
    action: Option<(String, String)>,
    code: Option<String>,
    small: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct TextPart<'a> {
    texts: Texts,
    product: &'a str,
    paragraphs: &'a [String],
    action: Option<&'a (String, String)>,
    code: Option<&'a str>,
    small: &'a [String],
}

#[derive(Template)]
#[template(path = "mail.html")]
struct HtmlPart<'a> {
    language: &'static str,
    subject: &'a str,
    texts: Texts,
    product: &'a str,
    paragraphs: &'a [String],
    action: Option<&'a (String, String)>,
    code: Option<&'a str>,
    small: &'a [String],
}

impl Content {
    /// What a message says in a language.
    pub(super) fn of(message: &Message, texts: Texts, product: &str) -> Result<Self, askama::Error> {
        let product = shown(product);
        let words = words(message, texts, &product);
        let text = TextPart {
            texts,
            product: &product,
            paragraphs: &words.paragraphs,
            action: words.action.as_ref(),
            code: words.code.as_deref(),
            small: &words.small,
        };
        let html = HtmlPart {
            language: texts.locale().tag(),
            subject: &words.subject,
            texts,
            product: &product,
            paragraphs: &words.paragraphs,
            action: words.action.as_ref(),
            code: words.code.as_deref(),
            small: &words.small,
        };
        Ok(Self {
            text: text.render()?,
            html: html.render()?,
            subject: words.subject,
        })
    }
}

impl Words {
    const fn new(subject: String, paragraphs: Vec<String>, small: Vec<String>) -> Self {
        Self {
            subject,
            paragraphs,
            action: None,
            code: None,
            small,
        }
    }

    fn action(self, label: String, link: &Secret) -> Self {
        Self {
            action: Some((label, link.expose().to_owned())),
            ..self
        }
    }

    fn code(self, code: &Secret) -> Self {
        Self {
            code: Some(code.expose().to_owned()),
            ..self
        }
    }
}

/// A moment: "14 December 2026 (09:30 UTC)".
fn time(texts: Texts, at: Timestamp) -> String {
    format!("{} ({} UTC)", texts.day(at), at.format("%H:%M"))
}

fn words(message: &Message, texts: Texts, product: &str) -> Words {
    match message {
        Message::AddressProof {
            link,
            code,
            expires_at,
        } => {
            let subject = texts.mail_address_proof_subject().to_owned();
            let told = texts.mail_address_proof(product).plain();
            proof(subject, told, texts, (link, *expires_at)).code(code)
        }
        Message::NewAddressProof { link, expires_at } => {
            let subject = texts.mail_new_address_proof_subject().to_owned();
            let told = texts.mail_new_address_proof(product).plain();
            proof(subject, told, texts, (link, *expires_at))
        }
        Message::AddressChanged { at } => Words::new(
            texts.mail_address_changed_subject().to_owned(),
            vec![texts.mail_address_changed(product, &time(texts, *at)).plain()],
            vec![texts.mail_tell_us().to_owned()],
        ),
        Message::PasswordReset { link, expires_at } => password_reset(texts, product, (link, *expires_at)),
        Message::PasswordChanged { at, browser } => {
            let told = texts.mail_password_changed(product, &time(texts, *at)).plain();
            in_browser(
                texts.mail_password_changed_subject().to_owned(),
                told,
                texts,
                browser.as_deref(),
            )
        }
        Message::NewDevice { at, browser } => {
            let told = texts.mail_new_device(product, &time(texts, *at)).plain();
            in_browser(
                texts.mail_new_device_subject().to_owned(),
                told,
                texts,
                browser.as_deref(),
            )
        }
        Message::Invitation {
            organization,
            inviter,
            link,
            expires_at,
            ..
        } => {
            let names = (
                shown(organization),
                inviter.as_deref().map(shown).unwrap_or_default(),
            );
            invitation(&names, texts, product, (link, *expires_at))
        }
        Message::AccountHelp { link, expires_at } => account_help(texts, product, (link, *expires_at)),
        Message::AccountDeleted { at } => Words::new(
            texts.mail_account_deleted_subject().to_owned(),
            vec![texts.mail_account_deleted(product, &time(texts, *at)).plain()],
            vec![texts.mail_tell_us().to_owned()],
        ),
        Message::SignUpAttempt { sign_in } => sign_up_attempt(texts, product, sign_in),
        Message::Test => Words::new(
            texts.mail_test_subject().to_owned(),
            vec![texts.mail_test(product).plain()],
            Vec::new(),
        ),
    }
}

fn password_reset(texts: Texts, product: &str, (link, expires_at): (&Secret, Timestamp)) -> Words {
    let small = vec![
        texts.mail_until(&time(texts, expires_at)).plain(),
        texts.mail_ignore().to_owned(),
    ];
    let told = vec![texts.mail_password_reset(product).plain()];
    Words::new(texts.mail_password_reset_subject().to_owned(), told, small)
        .action(texts.mail_password_reset_action().to_owned(), link)
}

fn account_help(texts: Texts, product: &str, (link, expires_at): (&Secret, Timestamp)) -> Words {
    let small = vec![
        texts.mail_until(&time(texts, expires_at)).plain(),
        texts.mail_account_help_warning().to_owned(),
    ];
    let told = vec![texts.mail_account_help(product).plain()];
    Words::new(texts.mail_account_help_subject().to_owned(), told, small)
        .action(texts.mail_account_help_action().to_owned(), link)
}

fn sign_up_attempt(texts: Texts, product: &str, sign_in: &str) -> Words {
    let told = vec![
        texts.mail_sign_up_attempt(product).plain(),
        texts.mail_sign_up_attempt_forgotten().to_owned(),
    ];
    let small = vec![texts.mail_ignore().to_owned()];
    let action = texts.mail_sign_up_attempt_action().to_owned();
    Words::new(texts.mail_sign_up_attempt_subject().to_owned(), told, small)
        .action(action, &Secret::new(sign_in.to_owned()))
}

fn proof(subject: String, told: String, texts: Texts, (link, expires_at): (&Secret, Timestamp)) -> Words {
    let small = vec![
        texts.mail_until(&time(texts, expires_at)).plain(),
        texts.mail_ignore().to_owned(),
    ];
    Words::new(subject, vec![told], small).action(texts.mail_address_proof_action().to_owned(), link)
}

fn in_browser(subject: String, told: String, texts: Texts, browser: Option<&str>) -> Words {
    let browser = browser.map(shown).filter(|browser| !browser.is_empty());
    let browser = browser.map(|browser| texts.mail_browser(&browser).plain());
    let told = std::iter::once(told).chain(browser).collect();
    Words::new(subject, told, vec![texts.mail_not_you().to_owned()])
}

fn invitation(
    (organization, inviter): &(String, String),
    texts: Texts,
    product: &str,
    (link, expires_at): (&Secret, Timestamp),
) -> Words {
    let told = if inviter.is_empty() {
        texts.mail_invitation(organization, product).plain()
    } else {
        texts.mail_invitation_from(inviter, organization, product).plain()
    };
    Words::new(
        texts.mail_invitation_subject(organization).plain(),
        vec![told],
        vec![
            texts.mail_until(&time(texts, expires_at)).plain(),
            texts.mail_invitation_ignore().to_owned(),
        ],
    )
    .action(texts.mail_invitation_action().to_owned(), link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, SystemClock};
    use crate::i18n::Locale;
    use crate::mail::{MessageKind, sample};

    fn content(message: &Message, locale: Locale) -> Content {
        Content::of(message, Texts::of(locale), "Example").unwrap()
    }

    #[test]
    fn every_mail_says_in_every_language_what_it_is_about() {
        let now = SystemClock.now();
        for kind in MessageKind::ALL {
            let mut subjects = Vec::new();
            for locale in Locale::ALL {
                let message = sample(kind, "https://login.example.com", now);
                let Content { subject, text, html } = content(&message, locale);
                for part in [&text, &html] {
                    assert!(part.contains("Example"), "{kind:?} {locale:?}: {part}");
                    assert!(!part.contains("{ $"), "{kind:?} {locale:?}: {part}");
                    if message.expires_at().is_some() {
                        assert!(part.contains("https://login.example.com/account/"), "{part}");
                        assert!(part.contains("UTC"), "{kind:?} {locale:?}: {part}");
                    }
                }
                assert!(
                    html.contains(&format!("<html lang=\"{}\">", locale.tag())),
                    "{html}"
                );
                for follows in ["<img", "<script", "http://", "url(", "src="] {
                    assert!(!html.contains(follows), "{kind:?}: {follows}");
                }
                assert!(!subject.is_empty() && subject.chars().count() < 70, "{subject}");
                subjects.push(subject);
            }
            subjects.sort();
            subjects.dedup();
            assert_eq!(subjects.len(), Locale::ALL.len(), "{kind:?} is translated");
        }
    }

    #[test]
    fn a_name_that_somebody_chose_is_text_and_no_link() {
        let message = Message::Invitation {
            invitation: "i".to_owned(),
            organization: "<a href='https://evil.example'>Win</a>\r\nBcc: all@example.com".to_owned(),
            inviter: Some("\u{202e}https://evil.example ".repeat(200)),
            link: Secret::new("https://login.example.com/account/invitation?token=x&y=\"z\"".to_owned()),
            expires_at: SystemClock.now(),
        };
        let Content { subject, text, html } = content(&message, Locale::En);
        for part in [&subject, &text, &html] {
            assert!(!part.contains("evil.example"), "{part}");
            assert!(!part.contains('\u{202e}'), "{part}");
            assert!(!part.contains("\nBcc"), "{part}");
        }
        assert!(!html.contains("<a href='"), "{html}");
        assert_eq!(html.matches("<a href=").count(), 1, "{html}");
        assert!(!html.contains("=\"z\""), "{html}");
        assert!(text.len() < 1500, "{}", text.len());
    }
}
