//! Owns how a command line's words become values: closed lists with their names in the help text, lengths of time,
//! secrets from files.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::output;
use crate::base::secret::Secret;
use crate::protocol::algorithm::Algorithm;
use crate::protocol::scope::{
    CONSENTS, ORGANIZATION_ANY, ORGANIZATION_PREFIX, ORGANIZATIONS_MANAGE, Scope, is_known, standard,
};
use crate::user::AccessTier;

/// The options that register a scope of an API of the operator's own.
const CUSTOM_SCOPE: &str = "--custom-scope (client edit: --add-custom-scope)";

/// The longest text of some pages.
const LONGEST_TEXT: u64 = 64 * 1024;

/// A word that is no value; the text says what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ValueError {
    #[error("not one of the possible values")]
    NotOffered,
    #[error("write a number and a unit: 90s, 15m, 24h, 7d, or 0")]
    Duration,
    #[error("write scope tokens separated by spaces, without quotes and backslashes")]
    Scope,
    #[error(
        "signet knows no scope {0:?}. It knows: {known} {ORGANIZATIONS_MANAGE} {CONSENTS} {ORGANIZATION_ANY} \
         {ORGANIZATION_PREFIX}<id or slug>; a scope of an API of your own is registered with {CUSTOM_SCOPE}",
        known = standard().collect::<Vec<_>>().join(" ")
    )]
    UnknownScope(String),
}

/// Reads one of a closed list of names, which the help text shows.
pub(super) fn one_of<T: Clone + Send + Sync + 'static>(
    names: impl IntoIterator<Item = &'static str>,
    parse: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name: String| parse(&name).ok_or(ValueError::NotOffered))
}

/// Reads a signature algorithm.
pub(super) fn algorithm() -> impl TypedValueParser<Value = Algorithm> {
    one_of(Algorithm::ALL.map(Algorithm::name), Algorithm::parse)
}

/// Reads an access tier.
pub(super) fn tier() -> impl TypedValueParser<Value = AccessTier> {
    one_of(AccessTier::ALL.map(AccessTier::name), AccessTier::parse)
}

/// Reads a length of time such as `24h`.
pub(super) fn duration(text: &str) -> Result<Duration, ValueError> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().map_err(|_| ValueError::Duration)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "" if number == 0 => 1,
        _ => return Err(ValueError::Duration),
    };
    let length = number.checked_mul(seconds).ok_or(ValueError::Duration)?;
    Ok(Duration::from_secs(length))
}

/// Reads scope tokens separated by spaces, of those that have a meaning here: a misspelled one would only be found out
/// when an application asks for the right one.
pub(super) fn known_scope(text: &str) -> Result<Scope, ValueError> {
    let scope = scope(text)?;
    let unknown = scope.iter().find(|token| !is_known(token)).map(str::to_owned);
    unknown.map_or(Ok(scope), |unknown| Err(ValueError::UnknownScope(unknown)))
}

/// Reads scope tokens separated by spaces.
pub(super) fn scope(text: &str) -> Result<Scope, ValueError> {
    Scope::parse(text).map_err(|_| ValueError::Scope)
}

/// Reads a database URL: as it stands, or from the file that `@FILE` names, `@-` being standard input. Every user of the
/// machine sees the arguments of a command.
pub(super) fn database_url(text: &str) -> anyhow::Result<String> {
    if let Some(path) = text.strip_prefix('@') {
        let url = read(Path::new(path), 4096)?;
        return Ok(url.trim().to_owned());
    }
    if holds_password(text) {
        output::note(
            "a password in an argument is seen by every user of this machine: name a file that holds the URL, as \
             @FILE, or leave the password to PGPASSWORD or PGPASSFILE",
        );
    }
    Ok(text.to_owned())
}

fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let (place, settings) = rest.split_once('?').unwrap_or((rest, ""));
    let user = place.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':')
        || settings
            .split('&')
            .any(|setting| setting.starts_with("password="))
}

/// Reads a secret from a file, or from standard input if it is `-`; one line break at its end is not part of it.
pub(super) fn secret_from(path: &Path) -> anyhow::Result<Secret> {
    let mut text = read(path, 4096)?;
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    Ok(Secret::new(text))
}

/// Reads a text of some pages from a file, or from standard input if it is `-`. A longer one is refused: half of it
/// would be taken for the whole.
pub(super) fn text_from(path: &Path) -> anyhow::Result<String> {
    let text = read(path, LONGEST_TEXT + 1)?;
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    ensure!(
        length <= LONGEST_TEXT,
        "{} is longer than {LONGEST_TEXT} bytes",
        path.display()
    );
    Ok(text)
}

/// Reads at most so many bytes of text from a file, or from standard input if it is `-`.
pub(super) fn read(path: &Path, most: u64) -> anyhow::Result<String> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .take(most)
            .read_to_string(&mut text)
            .context("standard input cannot be read")?;
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(most).read_to_string(&mut text))
            .with_context(|| format!("{} cannot be read", path.display()))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_where_it_stands() {
        for (url, holds) in [
            ("postgres://owner:secret@db.example.com/shop", true),
            ("postgres://db.example.com/shop?user=owner&password=secret", true),
            ("postgres://owner@db.example.com/shop", false),
            ("no URL", false),
        ] {
            assert_eq!(holds_password(url), holds, "{url}");
        }
    }

    #[test]
    fn lengths_of_time_have_a_unit() {
        assert_eq!(duration("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        for text in [
            "",
            "h",
            "24",
            "-1h",
            "1w",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert_eq!(duration(text), Err(ValueError::Duration), "{text:?}");
        }
    }
}
