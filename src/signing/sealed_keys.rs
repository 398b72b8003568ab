//! Owns how our keys are sealed: for which place, and in which form. It does not know when a key is made or used.

use serde_json::Value;
use zeroize::Zeroizing;

use super::error::SigningError;
use super::material::Material;
use super::server_key::Purpose;
use super::store::{StoredKey, StoredSecret};
use crate::base::entropy::Entropy;
use crate::jose::{JoseError, PrivateJwk, PublicJwk};
use crate::sealing::{self, Context, Keyring, Sealed};

pub(super) const KEYS: &str = "auth.jwks";
pub(super) const SECRETS: &str = "auth.server_secrets";
/// These secrets are nobody's but the server's.
const OWNER: &str = "server";

/// Length of a server secret.
pub(super) const SECRET_LENGTH: usize = 32;

/// A server secret in the clear.
pub(super) type SecretKey = Zeroizing<[u8; SECRET_LENGTH]>;

pub(super) fn seal_key(
    keyring: &Keyring,
    key: &Material,
    entropy: &dyn Entropy,
) -> Result<Sealed, SigningError> {
    let context = key_context(key.public().key_id().as_str());
    let json = match key {
        Material::Private(key) => key.to_json()?,
        Material::Public(key) => Zeroizing::new(serde_json::to_vec(key).map_err(JoseError::Claims)?),
    };
    sealing::seal(keyring, &context, &json, entropy).map_err(SigningError::Unsealed)
}

/// Opens a key. Only what was sealed is believed: a row whose public part or algorithm differs would let whoever can
/// write the table publish a key of his own.
pub(super) fn open_key(keyring: &Keyring, stored: &StoredKey) -> Result<Material, SigningError> {
    let row = stored.key_id.as_str();
    let json =
        sealing::open(keyring, &key_context(row), &stored.kek_id, &stored.sealed).map_err(|source| {
            SigningError::Unopened {
                table: KEYS,
                row: row.to_owned(),
                kek_id: stored.kek_id.clone(),
                source,
            }
        })?;
    let key = if stored.verify_only {
        Material::Public(public_jwk(&json)?)
    } else {
        Material::Private(PrivateJwk::from_json(&json)?)
    };
    let public = key.public();
    let agrees = *public.key_id() == stored.key_id
        && public.algorithm().name() == stored.algorithm
        && stored.public_key.as_object() == Some(&public.to_members());
    if agrees {
        Ok(key)
    } else {
        Err(SigningError::Disagreement {
            key_id: stored.key_id.clone(),
        })
    }
}

fn public_jwk(json: &[u8]) -> Result<PublicJwk, SigningError> {
    let members: Value = serde_json::from_slice(json).map_err(JoseError::Claims)?;
    let members = members.as_object().ok_or(JoseError::Member("kty"))?;
    Ok(PublicJwk::from_members(members)?)
}

pub(super) fn seal_secret(
    keyring: &Keyring,
    purpose: Purpose,
    number: i32,
    secret: &SecretKey,
    entropy: &dyn Entropy,
) -> Result<Sealed, SigningError> {
    let row = secret_row(purpose.name(), number);
    sealing::seal(keyring, &secret_context(&row), secret.as_slice(), entropy).map_err(SigningError::Unsealed)
}

pub(super) fn open_secret(keyring: &Keyring, stored: &StoredSecret) -> Result<SecretKey, SigningError> {
    let row = secret_row(&stored.purpose, stored.number);
    let opened = sealing::open(keyring, &secret_context(&row), &stored.kek_id, &stored.sealed);
    match opened {
        Ok(bytes) => <[u8; SECRET_LENGTH]>::try_from(bytes.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| SigningError::NotAKey { row }),
        Err(source) => Err(SigningError::Unopened {
            table: SECRETS,
            row,
            kek_id: stored.kek_id.clone(),
            source,
        }),
    }
}

pub(super) const fn key_context(row: &str) -> Context<'_> {
    Context {
        table: KEYS,
        column: "private_key_sealed",
        row,
        owner: OWNER,
    }
}

pub(super) const fn secret_context(row: &str) -> Context<'_> {
    Context {
        table: SECRETS,
        column: "sealed",
        row,
        owner: OWNER,
    }
}

pub(super) fn secret_row(purpose: &str, number: i32) -> String {
    format!("{purpose}.{number}")
}
