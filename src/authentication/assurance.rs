//! Owns what a proof is worth: proofs → `amr` (RFC 8176) and `acr` (OpenID Connect Core §2), and the only judgement
//! whether that is good enough for a request. Pure; it knows no session and no request.

use std::time::Duration;

use crate::base::clock::{Timestamp, after};
use crate::protocol::prompt::Prompt;

/// One proof that a person gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password,
}

impl Proof {
    /// The authentication method reference (RFC 8176 §2).
    #[must_use]
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
        }
    }
}

/// One factor.
pub const ACR_SINGLE_FACTOR: &str = "urn:signet:acr:1";

/// The `acr_values` that this server can reach, weakest first (`acr_values_supported`).
pub const ACR_VALUES_SUPPORTED: [&str; 1] = [ACR_SINGLE_FACTOR];

/// When and how somebody proved who they are: `auth_time`, `amr` and `acr` of everything that is issued from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// When the last proof was given.
    pub auth_time: Timestamp,
    /// The methods.
    pub amr: Vec<String>,
    /// The class that they reach.
    pub acr: String,
}

impl Assurance {
    /// What these proofs, given now, are worth.
    #[must_use]
    pub fn of(proofs: &[Proof], now: Timestamp) -> Self {
        let mut amr: Vec<String> = Vec::new();
        for proof in proofs {
            if !amr.iter().any(|name| name == proof.amr()) {
                amr.push(proof.amr().to_owned());
            }
        }
        Self {
            auth_time: now,
            amr,
            acr: ACR_SINGLE_FACTOR.to_owned(),
        }
    }
}

/// What a request asks of a proof.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// When the request arrived. A proof given later was given for it, however long the person then reads pages.
    pub asked_at: Timestamp,
    /// `prompt=login` lets no earlier proof count (OpenID Connect Core §3.1.2.1).
    pub prompt: Prompt,
    /// `max_age`: an earlier proof may be this many seconds old.
    pub max_age: Option<u32>,
    /// Classes of an essential `acr` claim (§5.5.1.1), any of which will do; empty demands none. The parameter
    /// `acr_values` is voluntary and never stands here.
    pub essential_acr: &'a [String],
}

/// Whether a way to sign in here reaches one of the demanded classes; none demanded is always reached.
#[must_use]
pub fn can_reach(essential_acr: &[String]) -> bool {
    essential_acr.is_empty()
        || essential_acr
            .iter()
            .any(|class| ACR_VALUES_SUPPORTED.contains(&class.as_str()))
}

/// Whether a proof meets a demand. If not, a new one would, provided that the demand [can be reached](can_reach).
#[must_use]
pub fn satisfies(assurance: &Assurance, demand: Demand<'_>, now: Timestamp) -> bool {
    if !demand.essential_acr.is_empty() && !demand.essential_acr.contains(&assurance.acr) {
        return false;
    }
    if assurance.auth_time >= demand.asked_at {
        return true;
    }
    let young_enough = demand.max_age.is_none_or(|seconds| {
        let limit = Duration::from_secs(u64::from(seconds));
        now < after(assurance.auth_time, limit)
    });
    !demand.prompt.login && young_enough
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn asked(second: i64) -> Demand<'static> {
        Demand {
            asked_at: at(second),
            prompt: Prompt::default(),
            max_age: None,
            essential_acr: &[],
        }
    }

    fn proven(second: i64) -> Assurance {
        Assurance::of(&[Proof::Password], at(second))
    }

    #[test]
    fn a_password_is_one_factor() {
        let assurance = Assurance::of(&[Proof::Password, Proof::Password], at(0));
        assert_eq!(assurance.amr, ["pwd"]);
        assert!(ACR_VALUES_SUPPORTED.contains(&assurance.acr.as_str()));
    }

    #[test]
    fn any_proof_meets_no_demand() {
        assert!(satisfies(&proven(0), asked(1_000_000), at(1_000_000)));
    }

    #[test]
    fn prompt_login_needs_a_proof_after_the_request() {
        let mut demand = asked(10);
        demand.prompt.login = true;
        assert!(!satisfies(&proven(9), demand, at(10)));
        assert!(satisfies(&proven(12), demand, at(12)));
    }

    #[test]
    fn max_age_is_exclusive_and_counts_from_the_proof() {
        let mut demand = asked(10);
        demand.max_age = Some(10);
        assert!(!satisfies(&proven(0), demand, at(10)));
        assert!(satisfies(&proven(1), demand, at(10)));
    }

    #[test]
    fn max_age_zero_is_met_by_a_proof_given_for_the_request() {
        let mut demand = asked(10);
        demand.max_age = Some(0);
        assert!(!satisfies(&proven(9), demand, at(10)));
        assert!(satisfies(&proven(15), demand, at(300)));
    }

    #[test]
    fn an_essential_class_out_of_reach_is_told_apart() {
        let classes = ["urn:example:gold".to_owned()];
        let mut demand = asked(10);
        demand.essential_acr = &classes;
        assert!(!satisfies(&proven(11), demand, at(11)));
        assert!(!can_reach(&classes));
        assert!(can_reach(&[ACR_SINGLE_FACTOR.to_owned()]) && can_reach(&[]));
    }
}
