//! Owns how an error is told to operators: its words and those of its causes in one line, the database's without what
//! only PostgreSQL's own authors can use.

use std::error::Error;

/// What went wrong and why. A cause is often part of its error's own sentence, and is not repeated then.
#[must_use]
pub fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for words in causes(error).map(ToString::to_string) {
        if text.is_empty() {
            text = words;
        } else if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
    }
    // The driver adds " at line 948": the line of PostgreSQL's own source, which looks like one of a statement.
    for cause in causes(error) {
        if let Some(database) = cause.downcast_ref().and_then(sqlx::Error::as_database_error) {
            text = text.replace(&database.to_string(), database.message());
        }
    }
    text
}

/// An error and what caused it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the outer: {0}")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the inner")]
    struct Inner(#[source] std::fmt::Error);

    #[test]
    fn every_cause_is_told_once() {
        let error = Outer(Inner(std::fmt::Error));
        assert_eq!(told(&error), format!("the outer: the inner: {}", std::fmt::Error));
    }
}
