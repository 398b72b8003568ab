//! Owns the stored form of a password: a PHC string of argon2id (RFC 9106). What it may cost is capped, so that an
//! imported or tampered row cannot ask for gigabytes or hours.

use argon2::password_hash::phc;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::base::secret::Secret;

/// The most memory that a hash may ask for, in KiB: 256 MiB.
pub const MOST_MEMORY: u32 = 256 * 1024;
/// The most passes.
pub const MOST_PASSES: u32 = 10;
/// The most lanes.
pub const MOST_LANES: u32 = 4;

/// argon2's version 1.3, the only one that RFC 9106 knows.
const VERSION: u32 = 19;

/// What computing a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// `m`, in KiB.
    pub memory: u32,
    /// `t`.
    pub passes: u32,
    /// `p`.
    pub lanes: u32,
}

impl Default for Cost {
    /// 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

impl Cost {
    /// Whether it is one that argon2 knows and this server is willing to pay.
    #[must_use]
    pub const fn is_bearable(self) -> bool {
        1 <= self.lanes
            && self.lanes <= MOST_LANES
            && 1 <= self.passes
            && self.passes <= MOST_PASSES
            && 8 * self.lanes <= self.memory
            && self.memory <= MOST_MEMORY
    }
}

/// Why a text is not a hash that this server verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhcError {
    /// Not a PHC string with parameters, salt and hash.
    #[error("not a PHC string")]
    Malformed,
    /// Another algorithm, version, or a parameter beside `m`, `t` and `p`.
    #[error("not argon2id of version 19")]
    Algorithm,
    /// More than this server is willing to pay.
    #[error("the hash costs too much, or less than the algorithm knows")]
    Cost,
    /// Salt or hash are shorter than anything honest (8 and 16 bytes).
    #[error("salt or hash are too short")]
    Length,
}

/// A password's hash, checked: argon2id at a bearable cost.
#[derive(Clone)]
pub struct PasswordHash {
    text: Secret,
    cost: Cost,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl PasswordHash {
    /// Reads one that was stored or comes with an import.
    pub fn parse(text: &str) -> Result<Self, PhcError> {
        let parsed = phc::PasswordHash::new(text).map_err(|_| PhcError::Malformed)?;
        let known = |name: &str| matches!(name, "m" | "t" | "p");
        if parsed.algorithm.as_str() != "argon2id"
            || parsed.version != Some(VERSION)
            || !parsed.params.iter().all(|(name, _)| known(name.as_str()))
        {
            return Err(PhcError::Algorithm);
        }
        let parameter = |name| parsed.params.get_decimal(name).ok_or(PhcError::Malformed);
        let cost = Cost {
            memory: parameter("m")?,
            passes: parameter("t")?,
            lanes: parameter("p")?,
        };
        if !cost.is_bearable() {
            return Err(PhcError::Cost);
        }
        let salt = parsed.salt.ok_or(PhcError::Malformed)?;
        let output = parsed.hash.ok_or(PhcError::Malformed)?;
        if salt.len() < 8 || output.len() < 16 {
            return Err(PhcError::Length);
        }
        Ok(Self {
            text: Secret::new(text.to_owned()),
            cost,
            salt: salt.to_vec(),
            output: output.as_bytes().to_vec(),
        })
    }

    /// The PHC string, for the store.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    pub(super) fn new(cost: Cost, salt: &[u8], output: &[u8]) -> Self {
        let text = format!(
            "$argon2id$v={VERSION}$m={},t={},p={}${}${}",
            cost.memory,
            cost.passes,
            cost.lanes,
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(output),
        );
        Self {
            text: Secret::new(text),
            cost,
            salt: salt.to_vec(),
            output: output.to_vec(),
        }
    }

    pub(super) const fn cost(&self) -> Cost {
        self.cost
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn output(&self) -> &[u8] {
        &self.output
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "c29tZXNhbHRzb21lc2FsdA$FvqE1j0EFhE2VDDuPYJZxLPNkNwVhZ8m0xvUFCWtW3g";

    fn parse(head: &str) -> Result<Cost, PhcError> {
        PasswordHash::parse(&format!("${head}${TAIL}")).map(|hash| hash.cost())
    }

    #[test]
    fn an_honest_hash_is_read() {
        assert_eq!(parse("argon2id$v=19$m=19456,t=2,p=1"), Ok(Cost::default()));
        assert!(parse("argon2id$v=19$m=262144,t=10,p=4").is_ok());
    }

    #[test]
    fn a_hostile_cost_is_refused() {
        for parameters in [
            "m=4194304,t=2,p=1",
            "m=262145,t=2,p=1",
            "m=19456,t=1000000,p=1",
            "m=19456,t=11,p=1",
            "m=19456,t=2,p=5",
            "m=19456,t=2,p=16777215",
            "m=7,t=1,p=1",
            "m=31,t=1,p=4",
            "m=19456,t=0,p=1",
            "m=19456,t=2,p=0",
        ] {
            let head = format!("argon2id$v=19${parameters}");
            assert_eq!(parse(&head), Err(PhcError::Cost), "{parameters}");
        }
    }

    #[test]
    fn other_algorithms_versions_and_parameters_are_refused() {
        for head in [
            "argon2i$v=19$m=19456,t=2,p=1",
            "argon2d$v=19$m=19456,t=2,p=1",
            "argon2id$v=16$m=19456,t=2,p=1",
            "argon2id$m=19456,t=2,p=1",
            "argon2id$v=19$m=19456,t=2,p=1,keyid=YWJj",
            "scrypt$v=19$m=19456,t=2,p=1",
        ] {
            assert_eq!(parse(head), Err(PhcError::Algorithm), "{head}");
        }
    }

    #[test]
    fn what_is_no_phc_string_is_refused() {
        for text in [
            "",
            "argon2id",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$2b$12$abcdefghijklmnopqrstuv",
        ] {
            assert!(PasswordHash::parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("argon2id$v=19$m=19456,t=2"), Err(PhcError::Malformed));
    }

    #[test]
    fn short_salts_and_hashes_are_refused() {
        let head = "$argon2id$v=19$m=19456,t=2,p=1";
        for tail in [
            "c2FsdA$FvqE1j0EFhE2VDDuPYJZxLPNkNwVhZ8m0xvUFCWtW3g",
            "c29tZXNhbHRzb21lc2FsdA$FvqE1j0EFhE2VA",
        ] {
            assert!(PasswordHash::parse(&format!("{head}${tail}")).is_err());
        }
    }

    #[test]
    fn a_new_hash_reads_back_and_debug_hides_it() {
        let hash = PasswordHash::new(Cost::default(), &[1; 16], &[2; 32]);
        let read = PasswordHash::parse(hash.expose()).unwrap();
        assert_eq!((read.salt(), read.output()), (hash.salt(), hash.output()));
        assert_eq!(format!("{read:?}"), "PasswordHash");
    }
}
