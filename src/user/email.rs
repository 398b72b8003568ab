//! Owns e-mail addresses: what is accepted, what mail is sent to, and the canonical form that is unique. The text is
//! canonicalised first and judged after, so that no look-alike of `@` or `.` slips past the judgement.

use unicode_normalization::UnicodeNormalization as _;
use url::Host;

use super::canonical::{fold, is_invisible};

/// The longest address that SMTP carries (RFC 5321 §4.5.3.1, erratum 1690).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

/// An address of mail and its canonical form.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    address: String,
    canonical: String,
}

/// Why a text is no address that we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing, or more than fits.
    #[error("email: 3 to 254 characters, of which at most 64 before the @")]
    Length,
    /// Not `local@domain`.
    #[error("email: one @ with something before and after it")]
    At,
    /// A character that would end or split a header, or that nobody sees.
    #[error("email: no spaces, quotes, commas, brackets, control or invisible characters")]
    Character,
    /// The part after the `@` is no host name.
    #[error("email: the part after the @ is not a domain")]
    Domain,
}

impl EmailAddress {
    /// Reads an address. Quoted local parts and address literals (RFC 5321 §4.1.2) are not accepted.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > 4 * LONGEST {
            return Err(EmailError::Length);
        }
        let normal: String = text.trim().nfkc().collect();
        let normal = normal.trim();
        let (local, domain) = normal.split_once('@').ok_or(EmailError::At)?;
        if local.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(EmailError::At);
        }
        if !normal
            .chars()
            .all(|character| is_acceptable(character) || character == '@')
        {
            return Err(EmailError::Character);
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(EmailError::Character);
        }
        let domain = domain_of(domain)?;
        let address = format!("{local}@{domain}");
        let folded = fold(local);
        let canonical = format!("{folded}@{domain}");
        if address.len() > LONGEST
            || canonical.len() > LONGEST
            || local.len() > LONGEST_LOCAL
            || folded.len() > LONGEST_LOCAL
        {
            return Err(EmailError::Length);
        }
        // Lower-casing must not have brought forth what was not judged.
        if !folded.chars().all(is_acceptable) {
            return Err(EmailError::Character);
        }
        Ok(Self { address, canonical })
    }

    /// The address that mail is sent to and claims carry: as it was given, in NFKC, its domain in ASCII.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The form that is unique among accounts.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// What stands before the `@` in the canonical form.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.canonical.split('@').next().unwrap_or_default()
    }
}

/// Never in a log: only that it is an address.
impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("EmailAddress")
    }
}

fn is_acceptable(character: char) -> bool {
    if character.is_ascii() {
        // `atext` and the dot (RFC 5322 §3.2.3).
        character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
    } else {
        // An ideographic full stop is a dot to a domain; before the @ it would only look like one.
        !is_invisible(character)
    }
}

/// The domain in its ASCII form: `münchen.example` and its Punycode are one domain, not two accounts.
fn domain_of(text: &str) -> Result<String, EmailError> {
    // The host parser of URLs would decode percent signs.
    if text.contains('%') {
        return Err(EmailError::Domain);
    }
    let Ok(Host::Domain(domain)) = Host::parse(text) else {
        return Err(EmailError::Domain);
    };
    let labels_hold = domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    if labels_hold {
        Ok(domain)
    } else {
        Err(EmailError::Domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_keeps_the_case_and_the_canonical_form_does_not() {
        let email = EmailAddress::parse(" Alice.B+x@EXAMPLE.com\u{3000}").unwrap();
        assert_eq!(email.address(), "Alice.B+x@example.com");
        assert_eq!(email.canonical(), "alice.b+x@example.com");
        assert_eq!(email.local_part(), "alice.b+x");
    }

    #[test]
    fn a_domain_has_one_form() {
        let unicode = EmailAddress::parse("a@münchen.example").unwrap();
        assert_eq!(unicode.canonical(), "a@xn--mnchen-3ya.example");
        assert_eq!(EmailAddress::parse("a@XN--MNCHEN-3YA.example").unwrap(), unicode);
    }

    #[test]
    fn what_could_split_or_hide_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a\u{ff20}b\u{ff20}c",
            "a@b\r\nBcc: c@d",
            "a,b@example.com",
            "a\u{200b}b@example.com",
            "a b@example.com",
            "a@exam ple.com",
            "\"a\"@example.com",
            "a<b@example.com>",
            "a;b@example.com",
            "a\u{ff0c}b@example.com",
            "a\0b@example.com",
            "a..b@example.com",
            "a\u{ff0e}.b@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@example..com",
            "a@example.com.",
            "a@-example.com",
            "a@exa_mple.com",
            "a@ex%61mple.com",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("a@{}.com", "b.".repeat(130)),
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
