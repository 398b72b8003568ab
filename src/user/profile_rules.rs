//! Owns what may be set as a standard claim: forms of OpenID Connect Core §5.1, lengths, and nothing that a page
//! showing it could be harmed by.

use url::Url;

use super::profile::ProfileDetails;
use crate::base::display;

/// Why a profile is refused; the text begins with the claim's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A text that is too long, or that deceives whoever sees it.
    #[error("{claim}: at most {longest} characters, {}", display::RULE)]
    Text {
        /// The claim.
        claim: &'static str,
        /// How many characters fit.
        longest: usize,
    },
    /// A link must be a link to the web.
    #[error("{claim}: an https or http address")]
    Address {
        /// The claim.
        claim: &'static str,
    },
    /// ISO 8601, as OpenID Connect Core §5.1 wants it.
    #[error("birthdate: YYYY-MM-DD, 0000-MM-DD (no year) or YYYY")]
    Birthdate,
    /// A name of the time zone database.
    #[error("zoneinfo: a time zone such as Europe/Berlin")]
    Zone,
    /// BCP 47.
    #[error("locale: a language tag such as de or en-US")]
    Locale,
    /// E.164.
    #[error("phone_number: + and 4 to 15 digits, such as +4930123456")]
    Phone,
}

/// Checks what somebody wants to be said of a person.
pub fn check(details: &ProfileDetails) -> Result<(), ProfileError> {
    if !is_text(&details.name, 200, false) {
        return Err(ProfileError::Text {
            claim: "name",
            longest: 200,
        });
    }
    for (claim, value, longest) in [
        ("given_name", &details.given_name, 200),
        ("family_name", &details.family_name, 200),
        ("middle_name", &details.middle_name, 200),
        ("nickname", &details.nickname, 200),
        ("gender", &details.gender, 100),
        ("address.locality", &details.address_locality, 200),
        ("address.region", &details.address_region, 200),
        ("address.postal_code", &details.address_postal_code, 40),
        ("address.country", &details.address_country, 100),
    ] {
        if value
            .as_deref()
            .is_some_and(|value| !is_text(value, longest, false))
        {
            return Err(ProfileError::Text { claim, longest });
        }
    }
    // An address is written on several lines.
    for (claim, value, longest) in [
        ("address.formatted", &details.address_formatted, 1000),
        ("address.street_address", &details.address_street, 400),
    ] {
        if value
            .as_deref()
            .is_some_and(|value| !is_text(value, longest, true))
        {
            return Err(ProfileError::Text { claim, longest });
        }
    }
    for (claim, value) in [
        ("profile", &details.profile),
        ("picture", &details.image),
        ("website", &details.website),
    ] {
        if value.as_deref().is_some_and(|value| !is_web_address(value)) {
            return Err(ProfileError::Address { claim });
        }
    }
    for (value, holds, error) in [
        (
            &details.birthdate,
            is_birthdate as fn(&str) -> bool,
            ProfileError::Birthdate,
        ),
        (&details.zoneinfo, is_zone, ProfileError::Zone),
        (&details.locale, is_language_tag, ProfileError::Locale),
        (&details.phone, is_phone_number, ProfileError::Phone),
    ] {
        if value.as_deref().is_some_and(|value| !holds(value)) {
            return Err(error);
        }
    }
    Ok(())
}

fn is_text(text: &str, longest: usize, lines: bool) -> bool {
    text.chars().count() <= longest
        && text
            .chars()
            .all(|character| !display::is_deceptive(character) || (lines && "\r\n".contains(character)))
}

fn is_web_address(text: &str) -> bool {
    let printable = text.len() <= 2048 && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    printable
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "https" | "http")
                && url.host().is_some()
                && url.username().is_empty()
                && url.password().is_none()
        })
}

fn is_birthdate(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [year] => digits(year, 4),
        [year, month, day] => {
            // A leap year stands for the year that is kept back.
            let year = if *year == "0000" { "2000" } else { year };
            digits(year, 4)
                && digits(month, 2)
                && digits(day, 2)
                && chrono::NaiveDate::parse_from_str(&format!("{year}-{month}-{day}"), "%Y-%m-%d").is_ok()
        }
        _ => false,
    }
}

fn is_zone(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|character: char| character.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
}

fn is_language_tag(text: &str) -> bool {
    // Some write en_US (OpenID Connect Core §5.1).
    text.len() <= 35
        && text.split(['-', '_']).enumerate().all(|(index, part)| {
            (1..=8).contains(&part.len())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit()))
        })
}

fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (4..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        assert!(["1990-01-31", "0000-02-29", "1990"].into_iter().all(is_birthdate));
        assert!(
            !["1990-02-30", "90-1-1", "1990-01", "", "1990-01-01T"]
                .into_iter()
                .any(is_birthdate)
        );
        assert!(
            ["de", "en-US", "en_US", "zh-Hant-TW"]
                .into_iter()
                .all(is_language_tag)
        );
        assert!(!["", "de-", "1", "de DE"].into_iter().any(is_language_tag));
        assert!(
            is_phone_number("+4930123456") && !is_phone_number("030 123") && !is_phone_number("+49;ext=1")
        );
        assert!(is_web_address("https://a.example/x") && !is_web_address("javascript:alert(1)"));
        assert!(is_zone("America/Argentina/Buenos_Aires") && !is_zone("../etc/passwd"));
    }

    #[test]
    fn errors_name_the_claim() {
        let details = ProfileDetails {
            image: Some("data:image/png;base64,x".to_owned()),
            ..ProfileDetails::default()
        };
        assert_eq!(check(&details), Err(ProfileError::Address { claim: "picture" }));
    }
}
