//! Owns the form in which a mail leaves (RFC 5322, MIME): who it is from and to, its headers, its text and HTML. Nothing
//! that somebody else wrote begins a header: names stand in the text, the subject is one bounded line and encoded
//! (RFC 2047), and an address is taken apart and put together again.

use std::time::SystemTime;

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::content::Content;
use crate::base::clock::Timestamp;
use crate::base::id::JobId;
use crate::config::{Correspondent, MailSettings};

/// The most characters of a subject.
const LONGEST_SUBJECT: usize = 120;

/// From whom mail is.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    /// What stands behind the `@` of each mail's id.
    domain: String,
}

/// A mail that is ready to leave.
#[derive(Clone)]
pub struct Letter {
    /// Its id: the same for each attempt, so that a second copy can be told.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Headers and both parts.
    pub bytes: Vec<u8>,
    pub(super) envelope: Envelope,
}

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Nobody can be from that address.
    #[error("mail.from or mail.reply_to is no address: {0}")]
    Sender(#[source] lettre::address::AddressError),
    /// Nothing can be sent to that address.
    #[error("the address is none that mail can be sent to")]
    Recipient,
    /// A part of it is missing.
    #[error("the mail could not be put together")]
    Form(#[from] lettre::error::Error),
}

impl Sender {
    /// As configuration says.
    pub fn configured(settings: &MailSettings) -> Result<Self, LetterError> {
        let from = settings.from().ok_or(LetterError::Recipient)?;
        let from = mailbox(from).map_err(LetterError::Sender)?;
        let reply_to = settings.reply_to().map(mailbox).transpose();
        Ok(Self {
            domain: from.email.domain().to_owned(),
            from,
            reply_to: reply_to.map_err(LetterError::Sender)?,
        })
    }

    /// Puts a mail together.
    pub fn letter(
        &self,
        id: &JobId,
        to: &str,
        content: Content,
        now: Timestamp,
    ) -> Result<Letter, LetterError> {
        let Content { subject, text, html } = content;
        let subject = one_line(&subject);
        let address = recipient(to)?;
        let id = format!("<{id}@{}>", self.domain);
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![address.clone()])?;
        let mut message = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(subject.clone())
            .message_id(Some(id.clone()))
            .date(SystemTime::from(now))
            .envelope(envelope.clone())
            // RFC 3834 §5: nobody's holiday message answers it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let message = message.multipart(MultiPart::alternative_plain_html(text.clone(), html.clone()))?;
        Ok(Letter {
            id,
            to: to.to_owned(),
            subject,
            text,
            html,
            made_at: now,
            bytes: message.formatted(),
            envelope,
        })
    }
}

fn mailbox(who: Correspondent) -> Result<Mailbox, lettre::address::AddressError> {
    Ok(Mailbox::new(who.name, who.address.parse()?))
}

/// The address, taken apart. Its domain goes as ASCII; what stands before the `@` as it is, for servers that take it
/// (RFC 6531).
fn recipient(to: &str) -> Result<Address, LetterError> {
    let (local, domain) = to.rsplit_once('@').ok_or(LetterError::Recipient)?;
    let breaks = |c: char| c.is_control() || c.is_whitespace() || "<>\"(),:;@\\[]".contains(c);
    if local.contains(breaks) || domain.contains(breaks) {
        return Err(LetterError::Recipient);
    }
    let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else {
        return Err(LetterError::Recipient);
    };
    Address::new(local, domain).map_err(|_| LetterError::Recipient)
}

/// No line break, nothing that hides, and no more than fits.
fn one_line(subject: &str) -> String {
    let visible = subject
        .chars()
        .filter(|character| !crate::base::display::is_deceptive(*character));
    let mut line: String = visible.take(LONGEST_SUBJECT + 1).collect();
    if line.chars().count() > LONGEST_SUBJECT {
        line = line.chars().take(LONGEST_SUBJECT - 1).collect();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, SystemClock};
    use crate::base::entropy::SystemEntropy;

    fn sender() -> Sender {
        let settings = MailSettings {
            from: "Exämple, Inc. <login@example.com>".to_owned(),
            reply_to: "help@example.com".to_owned(),
            ..MailSettings::default()
        };
        Sender::configured(&settings).unwrap()
    }

    fn letter(to: &str, subject: &str) -> Result<String, LetterError> {
        let content = Content {
            subject: subject.to_owned(),
            text: "Text\n\nhttps://login.example.com/account/reset?token=x".to_owned(),
            html: "<p>Text</p>".to_owned(),
        };
        let now = SystemClock.now();
        let letter = sender().letter(&JobId::new(now, &SystemEntropy), to, content, now)?;
        Ok(String::from_utf8(letter.bytes).unwrap())
    }

    fn headers(letter: &str) -> Vec<&str> {
        let head = letter.split("\r\n\r\n").next().unwrap();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap()).collect()
    }

    const HEADERS: [&str; 9] = [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "Reply-To",
        "MIME-Version",
        "Content-Type",
    ];

    #[test]
    fn a_letter_has_our_headers_and_no_others() {
        let plain = letter("ada@example.com", "Hello").unwrap();
        let mut expected = HEADERS;
        expected.sort_unstable();
        let sorted = |letter: &str| {
            let mut found: Vec<String> = headers(letter).into_iter().map(str::to_owned).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(sorted(&plain), expected);
        assert!(plain.contains("\r\nTo: ada@example.com\r\n"), "{plain}");
        assert!(
            plain.contains("\r\nAuto-Submitted: auto-generated\r\n"),
            "{plain}"
        );
        for subject in [
            "Hello\r\nBcc: all@example.com",
            "Hello\nBcc: all@example.com\n\nBody",
            "\u{202e}gnp.exe",
            "🦀 Grüße, 日本語",
            &"name ".repeat(800),
            "=?utf-8?q?Bcc=3A?=",
        ] {
            let letter = letter("ada@example.com", subject).unwrap();
            assert_eq!(sorted(&letter), expected, "{subject:?}");
            assert!(letter.is_ascii(), "{subject:?}");
            assert!(letter.split("\r\n").all(|line| line.len() < 998), "{subject:?}");
            assert!(!letter.contains("\r\nBcc"), "{subject:?}");
        }
        let long = one_line(&"é".repeat(4096));
        assert_eq!(long.chars().count(), LONGEST_SUBJECT);
    }

    #[test]
    fn an_address_that_would_be_two_is_refused() {
        for to in [
            "ada@example.com\r\nBcc: all@example.com",
            "ada@example.com, eve@example.com",
            "ada@example.com>, <eve@example.com",
            "ada@eve@example.com",
            "\"ada@example.com,\"@eve.example",
            "ada",
            "@example.com",
            "ada@",
            "ada@exam ple.com",
            "ada@[127.0.0.1]",
        ] {
            assert!(
                matches!(letter(to, "Hello"), Err(LetterError::Recipient)),
                "{to:?}"
            );
        }
        let punycode = letter("ada@münchen.example", "Hello").unwrap();
        assert!(punycode.contains("ada@xn--mnchen-3ya.example"), "{punycode}");
        assert!(letter("ädä@example.com", "Hello").is_ok(), "RFC 6531");
    }
}
