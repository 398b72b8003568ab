//! Owns what a function said when it was asked, and when that differs.

use super::session::AttackOutcome;

/// What a function said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It refused.
    Nothing,
    /// Something else each time: nothing follows from it.
    Unsteady,
    /// It could not be asked: nothing follows from that either.
    Untried(String),
    This(String),
}

/// Classes of errors that come and go, whoever raises them: the connection, conflicts, resources, somebody's doing.
const PASSING: [&str; 7] = ["08", "40", "53", "55", "57", "58", "XX"];

impl Said {
    pub(super) fn of(answer: Result<String, AttackOutcome>) -> Self {
        match answer {
            Ok(text) => Self::This(text),
            Err(AttackOutcome::Untried(why)) => Self::Untried(why),
            Err(AttackOutcome::Raised(raised))
                if PASSING.iter().any(|class| raised.code.starts_with(class)) =>
            {
                Self::Untried(format!("{} ({})", raised.message, raised.code))
            }
            Err(_) => Self::Nothing,
        }
    }

    /// The same without what it was given: what was only repeated tells nothing.
    pub(super) fn without(&self, given: &str) -> Self {
        match self {
            Self::This(text) => Self::This(text.replace(given, "?")),
            other => other.clone(),
        }
    }

    /// Whether something else was said. An answer where there was none counts as one that is not empty.
    pub(super) fn differs(&self, after: &Self) -> bool {
        match (self, after) {
            (Self::This(before), Self::This(after)) => before != after,
            (Self::Nothing, Self::This(after)) => !matches!(after.as_str(), "[]" | "[null]"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::Raised;
    use super::*;

    fn this(text: &str) -> Said {
        Said::This(text.to_owned())
    }

    #[test]
    fn only_what_is_said_both_times_is_compared() {
        let raised = |code: &str| {
            Said::of(Err(AttackOutcome::Raised(Raised {
                code: code.to_owned(),
                message: "no".to_owned(),
            })))
        };
        assert!(this("[1]").differs(&this("[2]")) && raised("P0001").differs(&this("[1]")));
        assert!(!this("[1]").differs(&this("[1]")) && !raised("P0001").differs(&this("[]")));
        for code in ["57P03", "08006", "40001", "55P03"] {
            assert!(!raised(code).differs(&this("[1]")) && !this("[1]").differs(&raised(code)));
        }
        assert!(!Said::of(Err(AttackOutcome::Untried("late".to_owned()))).differs(&this("[1]")));
        assert_eq!(this("[\"7 is 7\"]").without("7"), this("[\"? is ?\"]"));
    }
}
