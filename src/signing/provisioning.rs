//! Owns the making of a first set of keys, a next one beside each that signs, and of the server secrets that are missing. Replicas that start together each make
//! one, and the database keeps exactly one: whoever comes later finds it. It never replaces a key, not even one that
//! does not open.

use zeroize::Zeroizing;

use super::error::SigningError;
use super::rotation::{self, NewKeys, Pace, Rotation, RotationError};
use super::sealed_keys::{self, SECRET_LENGTH};
use super::server_key::Purpose;
use super::store::{self, NewSecret};
use crate::base::entropy::{self, Entropy};
use crate::config::SigningSettings;
use crate::db::PgConnection;
use crate::db::UnitOfWork;
use crate::protocol::algorithm::{Algorithm, RsaBits};
use crate::sealing::Keyring;

const FIRST: i32 = 1;

/// Which keys the database lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Those that sign at once, on a database in which no key ever signed: one that is only published signs nothing
    /// until its time.
    first: Vec<Algorithm>,
    next: Vec<Algorithm>,
    rsa_bits: RsaBits,
    purposes: Vec<Purpose>,
    log: bool,
}

/// New keys, to be inserted.
pub struct FirstKeys {
    first: NewKeys,
    next: NewKeys,
    secrets: Vec<NewSecret>,
}

/// Asks which keys of the configured algorithms and size the database lacks, and which secrets, in one statement. Refuses
/// algorithms of which none signs where others do.
pub async fn missing(
    connection: &mut PgConnection,
    signing: &SigningSettings,
) -> Result<Missing, SigningError> {
    let algorithms = &signing.algorithms;
    let present = store::present(connection).await?;
    let signs = |name: &String| algorithms.iter().any(|algorithm| algorithm.name() == name);
    if !present.active.is_empty() && !present.active.iter().any(signs) {
        return Err(SigningError::NoneSigns {
            configured: Algorithm::names(algorithms),
            active: present.active.join(", "),
        });
    }
    let lacks = |present: &[String], name: &str| !present.iter().any(|known| known == name);
    let lacking = |present: &[String]| {
        let lacking = algorithms.iter().copied();
        lacking
            .filter(|algorithm| lacks(present, algorithm.name()))
            .collect::<Vec<_>>()
    };
    // Where keys have signed, next ones are the driver's.
    let (first, next) = if present.used {
        (Vec::new(), Vec::new())
    } else {
        (lacking(&present.active), lacking(&present.next))
    };
    Ok(Missing {
        first,
        next,
        rsa_bits: signing.rsa_bits,
        purposes: Purpose::ALL
            .into_iter()
            .filter(|purpose| lacks(&present.purposes, purpose.name()))
            .collect(),
        log: !present.log,
    })
}

impl Missing {
    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.first.is_empty() && self.next.is_empty() && self.purposes.is_empty() && !self.log
    }

    /// Whether there are keys already, so that they must open here before anything is added to them.
    #[must_use]
    pub const fn adds_to_keys(&self) -> bool {
        self.first.is_empty() && self.purposes.is_empty()
    }

    /// Makes what is missing. It touches no database and takes 100 ms to seconds for each RSA key on a thread that may block,
    /// so it belongs outside a transaction.
    pub async fn generate(
        self,
        keyring: &Keyring,
        entropy: &dyn Entropy,
    ) -> Result<FirstKeys, RotationError> {
        let mut secrets = Vec::with_capacity(self.purposes.len());
        for purpose in self.purposes {
            let secret = Zeroizing::new(entropy::bytes::<SECRET_LENGTH>(entropy));
            secrets.push(NewSecret {
                purpose: purpose.name(),
                number: FIRST,
                sealed: sealed_keys::seal_secret(keyring, purpose, FIRST, &secret, entropy)?,
            });
        }
        Ok(FirstKeys {
            first: NewKeys::of(&self.first, self.rsa_bits, Pace::AtOnce).await?,
            next: NewKeys::of(&self.next, self.rsa_bits, Pace::AtOnce).await?,
            secrets,
        })
    }
}

/// Inserts new keys; those that lost to a faster replica are forgotten. Needs a transaction.
pub async fn insert(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    new: FirstKeys,
) -> Result<(), RotationError> {
    rotation::start(work, rotation, &new.first, new.next).await?;
    let now = work.now();
    if !new.secrets.is_empty() {
        store::insert_secrets(work.connection()?, &new.secrets, now).await?;
    }
    Ok(())
}
