//! Owns which language is spoken: the first that is asked for and that we speak. Whatever is sent, the work is bounded.

use serde::{Deserialize, Serialize};

use super::locale::Locale;
use crate::base::clock::Timestamp;

/// The most tags or ranges that are looked at.
const MOST: usize = 50;

/// The most bytes of an `Accept-Language` that are looked at.
const LONGEST: usize = 2048;

impl Locale {
    /// The first language of a list that we speak: `ui_locales` (OpenID Connect Core §3.1.2.1), tags with spaces between.
    #[must_use]
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split(' ').take(MOST).find_map(Self::parse)
    }

    /// The language that an `Accept-Language` (RFC 9110 §12.5.4) likes best, among those that we speak.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let looked_at = header
            .get(..header.floor_char_boundary(LONGEST))
            .unwrap_or_default();
        let mut best = None;
        for range in looked_at.split(',').take(MOST) {
            let Some((locale, weight)) = read(range) else {
                continue;
            };
            if weight > best.map_or(0, |(_, weight)| weight) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }

    /// The language of an answer: what was asked for last, by the request (`ui_locales`) or by the person in this
    /// browser; what the person's account says; what their browser prefers.
    #[must_use]
    pub fn choose(wishes: Wishes<'_>) -> Option<Self> {
        let last = match (wishes.request, wishes.browser) {
            // Who chose after the request came has seen its language.
            (Some(request), Some(browser)) if request.at <= browser.at => Some(browser),
            (request, browser) => request.or(browser),
        };
        last.map(|wish| wish.locale)
            .or(wishes.account)
            .or_else(|| Self::accepted(wishes.accept_language?))
    }
}

/// A wish for a language, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The language.
    pub locale: Locale,
    /// When.
    pub at: Timestamp,
}

/// Everything that says which language is spoken.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// Of the application's request.
    pub request: Option<Wish>,
    /// What the person chose in this browser.
    pub browser: Option<Wish>,
    /// What the account of the person says.
    pub account: Option<Locale>,
    /// What the browser prefers.
    pub accept_language: Option<&'a str>,
}

/// A language range and its weight in thousandths.
fn read(range: &str) -> Option<(Locale, u16)> {
    let (tag, weight) = match range.split_once(';') {
        None => (range, 1000),
        Some((tag, weight)) => (tag, thousandths(weight.trim().strip_prefix("q=")?)?),
    };
    Some((Locale::parse(tag.trim())?, weight))
}

/// A weight (RFC 9110 §12.4.2): 0 to 1 with at most three digits behind the point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_we_speak_is_taken() {
        assert_eq!(Locale::first_of("se fr-CA de"), Some(Locale::Fr));
        assert_eq!(Locale::first_of("de"), Some(Locale::De));
        for none in ["", "se nn", "  ", "*"] {
            assert_eq!(Locale::first_of(none), None, "{none:?}");
        }
    }

    #[test]
    fn the_browsers_weights_decide() {
        for (header, locale) in [
            ("de", Some(Locale::De)),
            ("en-US,en;q=0.9,de;q=0.8", Some(Locale::En)),
            ("en;q=0.3, de;q=0.7 , fr;q=0.7", Some(Locale::De)),
            ("nl, it;q=0.1", Some(Locale::It)),
            ("nl, *;q=0.5", None),
            ("de;q=0", None),
            ("de;q=0.000, es;q=0.001", Some(Locale::Es)),
            ("de;q=2, fr;q=1.000", Some(Locale::Fr)),
            ("de;level=1, it", Some(Locale::It)),
            ("de;q=0.1234, it;q=.5, es;q=0.", None),
            ("", None),
            (";;,,;q=,\u{e9};q=1", None),
        ] {
            assert_eq!(Locale::accepted(header), locale, "{header:?}");
        }
    }

    #[test]
    fn of_a_hostile_header_the_beginning_is_looked_at() {
        let many = "xx-yy;q=0.5,".repeat(100_000) + "de";
        assert_eq!(Locale::accepted(&many), None);
        assert_eq!(Locale::accepted(&"é".repeat(1_000_000)), None);
        assert_eq!(Locale::accepted(&"de".repeat(1_000_000)), None);
        assert_eq!(Locale::first_of(&("xx ".repeat(100_000) + "de")), None);
    }

    fn wish(locale: Locale, second: i64) -> Option<Wish> {
        let at = Timestamp::from_timestamp(second, 0)?;
        Some(Wish { locale, at })
    }

    #[test]
    fn the_last_wish_comes_before_the_account_and_the_browser() {
        let all = Wishes {
            request: wish(Locale::Fr, 20),
            browser: wish(Locale::Es, 10),
            account: Some(Locale::It),
            accept_language: Some("de"),
        };
        assert_eq!(Locale::choose(all), Some(Locale::Fr));
        for second in [20, 21] {
            let browser = wish(Locale::Es, second);
            assert_eq!(Locale::choose(Wishes { browser, ..all }), Some(Locale::Es));
        }
        let unasked = Wishes { request: None, ..all };
        assert_eq!(Locale::choose(unasked), Some(Locale::Es));
        let unchosen = Wishes {
            browser: None,
            ..unasked
        };
        assert_eq!(Locale::choose(unchosen), Some(Locale::It));
        let unknown = Wishes {
            account: None,
            ..unchosen
        };
        assert_eq!(Locale::choose(unknown), Some(Locale::De));
        let accept_language = Some("nl");
        assert_eq!(
            Locale::choose(Wishes {
                accept_language,
                ..unknown
            }),
            None
        );
        assert_eq!(Locale::choose(Wishes::default()), None);
    }
}
