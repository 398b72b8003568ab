//! Owns the making of a first set of keys. Replicas that start together each make one, and the database keeps exactly
//! one: an insert yields to the row that is there already. It never replaces a key, not even one that does not open.

use zeroize::Zeroizing;

use super::error::SigningError;
use super::sealed_keys::{self, SECRET_LENGTH};
use super::server_key::Purpose;
use super::store::{self, NewKey, NewSecret};
use crate::base::entropy::{self, Entropy};
use crate::db::PgConnection;
use crate::db::UnitOfWork;
use crate::jose::{JoseError, PrivateJwk};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;

const FIRST: i32 = 1;

/// Which keys the database lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    algorithms: Vec<Algorithm>,
    purposes: Vec<Purpose>,
}

/// New keys, sealed, to be inserted.
pub struct NewKeys {
    keys: Vec<NewKey>,
    secrets: Vec<NewSecret>,
}

/// Asks which keys of these algorithms the database lacks, and which secrets, in one statement.
pub async fn missing(
    connection: &mut PgConnection,
    algorithms: &[Algorithm],
) -> Result<Missing, SigningError> {
    let present = store::present(connection).await?;
    let lacks = |present: &[String], name: &str| !present.iter().any(|known| known == name);
    Ok(Missing {
        algorithms: algorithms
            .iter()
            .copied()
            .filter(|algorithm| lacks(&present.algorithms, algorithm.name()))
            .collect(),
        purposes: Purpose::ALL
            .into_iter()
            .filter(|purpose| lacks(&present.purposes, purpose.name()))
            .collect(),
    })
}

impl Missing {
    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.algorithms.is_empty() && self.purposes.is_empty()
    }

    /// Makes what is missing. It touches no database and takes some 100 ms on a thread that may block, so it belongs
    /// outside a transaction.
    pub async fn generate(self, keyring: &Keyring, entropy: &dyn Entropy) -> Result<NewKeys, SigningError> {
        let algorithms = self.algorithms;
        let made = tokio::task::spawn_blocking(move || {
            algorithms
                .into_iter()
                .map(PrivateJwk::generate)
                .collect::<Result<Vec<_>, JoseError>>()
        });
        let made = made.await.map_err(|_| SigningError::Interrupted)??;
        let mut keys = Vec::with_capacity(made.len());
        for key in made {
            keys.push(NewKey {
                key_id: key.public().key_id().clone(),
                algorithm: key.public().algorithm(),
                public_key: key.public().to_members().into(),
                sealed: sealed_keys::seal_key(keyring, &key, entropy)?,
            });
        }
        let mut secrets = Vec::with_capacity(self.purposes.len());
        for purpose in self.purposes {
            let secret = Zeroizing::new(entropy::bytes::<SECRET_LENGTH>(entropy));
            secrets.push(NewSecret {
                purpose: purpose.name(),
                number: FIRST,
                sealed: sealed_keys::seal_secret(keyring, purpose, FIRST, &secret, entropy)?,
            });
        }
        Ok(NewKeys { keys, secrets })
    }
}

/// Inserts new keys and says how many of them stayed; the others lost to a faster replica. Needs a transaction.
pub async fn insert(work: &mut UnitOfWork, new: NewKeys) -> Result<u64, SigningError> {
    let now = work.now();
    let mut stayed = 0;
    if !new.keys.is_empty() {
        stayed += store::insert_active(work.connection()?, &new.keys, now).await?;
    }
    if !new.secrets.is_empty() {
        stayed += store::insert_secrets(work.connection()?, &new.secrets, now).await?;
    }
    Ok(stayed)
}
