//! Owns the names of domains: exact ASCII labels in lower case, in the form that canonical addresses of mail have
//! behind their `@`, so that equal texts are equal domains and nothing else is.

use url::Host;

/// A host name has at most 253 characters; the name of the proof is longer by `_signet-challenge.`.
const LONGEST: usize = 235;

/// Domains where everybody may have a mailbox. Their DNS proves nothing about who is behind an address.
const PUBLIC_MAIL: &str = "aim.com aol.com att.net bluewin.ch btinternet.com comcast.net cox.net daum.net duck.com fastmail.com \
    fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net \
    googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hushmail.com icloud.com \
    inbox.com laposte.net libero.it live.com mac.com mail.com mail.ru mailbox.org me.com msn.com \
    naver.com o2.pl online.de orange.fr outlook.com outlook.de pm.me posteo.de proton.me protonmail.ch \
    protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net t-online.de tuta.com tutanota.com \
    web.de yahoo.co.jp yahoo.co.uk yahoo.com yandex.ru ymail.com";

/// A domain that an organization may claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName(String);

/// Why a text is no such domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainNameError {
    /// The grammar.
    #[error(
        "domain: labels of letters, digits and hyphens with dots between them, such as acme.com; at most {LONGEST} characters"
    )]
    Malformed,
    /// A whole top-level domain, or a name of this network.
    #[error("domain: one label alone is no organization's")]
    SingleLabel,
    /// An address.
    #[error("domain: a name, not an address")]
    Address,
    /// A wildcard.
    #[error("domain: no wildcard; each domain is claimed by itself")]
    Wildcard,
    /// Everybody may have a mailbox there.
    #[error("domain: everybody may have a mailbox there, so it is nobody's")]
    PublicMail,
}

impl DomainName {
    /// Reads a domain. `public_mail` are domains that the configuration adds to those that nobody may claim.
    pub fn parse(text: &str, public_mail: &[String]) -> Result<Self, DomainNameError> {
        let name = normal(text.trim())?;
        let is_public = PUBLIC_MAIL.split(' ').any(|listed| listed == name)
            || public_mail
                .iter()
                .any(|listed| normal(listed.trim()).is_ok_and(|listed| listed == name));
        if is_public {
            return Err(DomainNameError::PublicMail);
        }
        Ok(Self(name))
    }

    /// What stands in the database.
    pub(in crate::tenancy) const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DomainName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn normal(text: &str) -> Result<String, DomainNameError> {
    if text.contains('*') {
        return Err(DomainNameError::Wildcard);
    }
    // The host parser of URLs would decode percent signs.
    if text.contains('%') || text.len() > 4 * LONGEST {
        return Err(DomainNameError::Malformed);
    }
    let name = match Host::parse(text) {
        Ok(Host::Domain(name)) => name,
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(DomainNameError::Address),
        Err(_) => return Err(DomainNameError::Malformed),
    };
    let labels_hold = name.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    });
    if !labels_hold || name.len() > LONGEST {
        return Err(DomainNameError::Malformed);
    }
    if !name.contains('.') {
        return Err(DomainNameError::SingleLabel);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::EmailAddress;

    #[test]
    fn every_spelling_of_a_domain_is_the_one_that_addresses_carry() {
        for (text, name) in [
            ("acme.com", "acme.com"),
            (" ACME.Com ", "acme.com"),
            ("M\u{fc}nchen.example", "xn--mnchen-3ya.example"),
            ("mu\u{308}nchen\u{3002}example", "xn--mnchen-3ya.example"),
            ("\u{ff41}cme.com", "acme.com"),
            ("a.b.c.example", "a.b.c.example"),
        ] {
            assert_eq!(
                DomainName::parse(text, &[]).map(|domain| domain.0),
                Ok(name.to_owned())
            );
            let email = EmailAddress::parse(&format!("a@{}", text.trim())).unwrap();
            assert_eq!(email.canonical(), format!("a@{name}"));
        }
        // Not the same letters, so not the same domain.
        assert_ne!(
            DomainName::parse("\u{430}cme.com", &[]).unwrap().as_str(),
            "acme.com"
        );
    }

    #[test]
    fn what_no_organization_can_own_is_refused() {
        for (text, error) in [
            ("", DomainNameError::Malformed),
            ("acme..com", DomainNameError::Malformed),
            ("acme.com.", DomainNameError::Malformed),
            (".acme.com", DomainNameError::Malformed),
            ("-acme.com", DomainNameError::Malformed),
            ("ac_me.com", DomainNameError::Malformed),
            ("acme.com/x", DomainNameError::Malformed),
            ("acme.com:80", DomainNameError::Malformed),
            ("user@acme.com", DomainNameError::Malformed),
            ("ac%6de.com", DomainNameError::Malformed),
            ("acme.com\0", DomainNameError::Malformed),
            ("*.acme.com", DomainNameError::Wildcard),
            ("*", DomainNameError::Wildcard),
            ("com", DomainNameError::SingleLabel),
            ("localhost", DomainNameError::SingleLabel),
            ("127.0.0.1", DomainNameError::Address),
            ("0x7f.1", DomainNameError::Address),
            ("[::1]", DomainNameError::Address),
            ("gmail.com", DomainNameError::PublicMail),
            ("GMail.COM", DomainNameError::PublicMail),
            ("\u{ff47}mail.com", DomainNameError::PublicMail),
            ("club.example", DomainNameError::PublicMail),
        ] {
            let listed = ["CLUB.example".to_owned()];
            assert_eq!(DomainName::parse(text, &listed), Err(error), "{text:?}");
        }
        let long = format!("{}.com", "a.".repeat(120));
        assert_eq!(DomainName::parse(&long, &[]), Err(DomainNameError::Malformed));
    }

    #[test]
    fn the_list_of_public_mail_is_in_canonical_form_and_order() {
        assert!(PUBLIC_MAIL.split(' ').is_sorted());
        for domain in PUBLIC_MAIL.split(' ') {
            assert_eq!(normal(domain), Ok(domain.to_owned()));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_read_again_is_itself(text in "\\PC{0,40}") {
            if let Ok(name) = DomainName::parse(&text, &[]) {
                proptest::prop_assert_eq!(DomainName::parse(name.as_str(), &[]), Ok(name));
            }
        }
    }
}
