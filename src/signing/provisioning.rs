//! Owns the making of a first set of keys, a next one beside each that signs. Replicas that start together each make
//! one, and the database keeps exactly one: whoever comes later finds it. It never replaces a key, not even one that
//! does not open.

use zeroize::Zeroizing;

use super::error::SigningError;
use super::rotation::{self, NewKeys, Rotation, RotationError};
use super::sealed_keys::{self, SECRET_LENGTH};
use super::server_key::Purpose;
use super::store::{self, NewSecret};
use crate::base::entropy::{self, Entropy};
use crate::db::PgConnection;
use crate::db::UnitOfWork;
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;

const FIRST: i32 = 1;

/// Which keys the database lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Those that sign at once, on a database in which no key ever signed: one that is only published signs nothing
    /// until its time.
    first: Vec<Algorithm>,
    next: Vec<Algorithm>,
    purposes: Vec<Purpose>,
    log: bool,
}

/// New keys, to be inserted.
pub struct FirstKeys {
    first: NewKeys,
    next: NewKeys,
    secrets: Vec<NewSecret>,
}

/// Asks which keys of these algorithms the database lacks, and which secrets, in one statement.
pub async fn missing(
    connection: &mut PgConnection,
    algorithms: &[Algorithm],
) -> Result<Missing, SigningError> {
    let present = store::present(connection).await?;
    let lacks = |present: &[String], name: &str| !present.iter().any(|known| known == name);
    let lacking = |present: &[String]| {
        let lacking = algorithms.iter().copied();
        lacking
            .filter(|algorithm| lacks(present, algorithm.name()))
            .collect::<Vec<_>>()
    };
    Ok(Missing {
        first: if present.used {
            Vec::new()
        } else {
            lacking(&present.active)
        },
        next: lacking(&present.next),
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

    /// Makes what is missing. It touches no database and takes some 100 ms for each RSA key on a thread that may block,
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
            first: NewKeys::of(self.first).await?,
            next: NewKeys::of(self.next).await?,
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
