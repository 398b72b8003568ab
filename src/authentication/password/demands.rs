//! Owns what is demanded of a password that a person chooses on a page of ours, beyond what may be a password at all:
//! that it is not easily guessed, by somebody who knows its person too, and that it was not leaked elsewhere.

use std::path::PathBuf;

use super::breached;
use super::hasher::HashError;
use super::rules::{Password, PasswordProblem};
use crate::base::secret::Secret;

/// How much of a password its guessing is judged by: what is longer is strong enough by then, and judging takes longer
/// with each character.
const JUDGED: usize = 100;

/// What is demanded, as configuration says.
#[derive(Debug, Clone)]
pub struct PasswordDemands {
    /// The lowest score of zxcvbn that is taken, 0 to 4.
    pub lowest_score: u8,
    /// The list of leaked passwords, if there is one.
    pub breached: Option<PathBuf>,
}

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// The password itself.
    #[error(transparent)]
    Problem(#[from] PasswordProblem),
    /// It could not be judged or hashed now.
    #[error(transparent)]
    Unavailable(#[from] HashError),
}

impl PasswordDemands {
    /// Judges a password that somebody chooses; `about` is what everybody knows of them, such as name and address.
    pub async fn judge(&self, text: &Secret, about: &[&str]) -> Result<Password, ChoiceError> {
        let password = Password::choose(text)?;
        let judged = password.clone();
        let about: Vec<String> = about.iter().flat_map(|known| parts(known)).collect();
        let demands = self.clone();
        let judging = tokio::task::spawn_blocking(move || demands.judge_here(&judged, &about));
        match judging.await {
            Ok(verdict) => verdict.map(|()| password),
            Err(_) => Err(HashError::Failed.into()),
        }
    }

    fn judge_here(&self, password: &Password, about: &[String]) -> Result<(), ChoiceError> {
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        let start: zeroize::Zeroizing<String> =
            password.text().chars().take(JUDGED).collect::<String>().into();
        let score = u8::from(zxcvbn::zxcvbn(&start, &about).score());
        if score < self.lowest_score || self.lowest_score > 0 && is_all_known(&start, &about) {
            return Err(PasswordProblem::Guessable.into());
        }
        let Some(list) = &self.breached else {
            return Ok(());
        };
        match breached::holds(list, password.as_bytes()) {
            Ok(false) => Ok(()),
            Ok(true) => Err(PasswordProblem::Breached.into()),
            Err(error) => {
                tracing::error!(error = %error, "the list of leaked passwords (password.breached_file) cannot be read");
                Err(HashError::Failed.into())
            }
        }
    }
}

/// So many letters and digits that nobody knows make more of a password than what everybody knows.
const OF_ITS_OWN: usize = 4;

/// Whether hardly anything is left of a password without what everybody knows of its person. zxcvbn counts the ways to put
/// two names together as if somebody had to try them all.
fn is_all_known(password: &str, about: &[&str]) -> bool {
    let whole = zeroize::Zeroizing::new(password.to_lowercase());
    let mut left = whole.clone();
    for known in about.iter().filter(|known| !known.is_empty()) {
        left = left.replace(known, "").into();
    }
    left.len() < whole.len()
        && left
            .chars()
            .filter(|character| character.is_alphanumeric())
            .count()
            < OF_ITS_OWN
}

/// What somebody is called, and its parts: who guesses tries each.
fn parts(known: &str) -> Vec<String> {
    let pieces = known.split(|character: char| !character.is_alphanumeric());
    let pieces = pieces
        .filter(|piece| piece.chars().count() > 2)
        .map(str::to_lowercase);
    std::iter::once(known.to_lowercase())
        .chain(pieces)
        .take(8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn judge(text: &str, about: &[&str]) -> Result<(), ChoiceError> {
        let demands = PasswordDemands {
            lowest_score: 2,
            breached: None,
        };
        demands
            .judge(&Secret::new(text.to_owned()), about)
            .await
            .map(drop)
    }

    #[tokio::test]
    async fn what_is_known_of_a_person_makes_their_password_weak() {
        let guessable = Err(ChoiceError::Problem(PasswordProblem::Guessable));
        assert_eq!(judge("wilhelmine.oberhuber", &[]).await, Ok(()));
        let about = ["Wilhelmine Oberhuber", "wilhelmine.oberhuber@example.com"];
        assert_eq!(judge("wilhelmine.oberhuber", &about).await, guessable);
        assert_eq!(judge("aaaaaaaab", &[]).await, guessable);
        assert_eq!(judge("correct horse battery", &about).await, Ok(()));
    }

    #[tokio::test]
    async fn a_long_password_is_judged_by_its_start_and_taken_whole() {
        assert_eq!(judge(&"correct horse battery ".repeat(40), &[]).await, Ok(()));
        let repeated = format!("{}x", "a".repeat(900));
        assert!(judge(&repeated, &[]).await.is_err());
    }
}
