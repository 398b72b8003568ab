//! Owns client secrets: how they are made, what is stored of them, and the one comparison (RFC 6749 §2.3.1,
//! RFC 9700 §2.5). They are high-entropy, so SHA-256 is enough and the token endpoint stays fast.

use super::error::ClientError;
use super::registered::Client;
use crate::base::clock::Timestamp;
use crate::base::digest::{self, Digest};
use crate::base::entropy::Entropy;
use crate::base::handle::{Handle, Kind};
use crate::base::id::ClientId;
use crate::base::secret::Secret;

/// The fewest comparisons a check makes: a client with one secret, with two and with none take the same work.
const COMPARISONS: usize = 2;

/// Makes a secret of 256 random bits.
pub fn generate(entropy: &dyn Entropy) -> Secret {
    Secret::new(Handle::new(Kind::ClientSecret, entropy).expose().to_owned())
}

/// Checks a secret that an operator chose.
pub fn check_chosen(secret: &Secret) -> Result<(), ClientError> {
    let text = secret.expose();
    let acceptable =
        (32..=512).contains(&text.len()) && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if acceptable {
        Ok(())
    } else {
        Err(ClientError::WeakSecret)
    }
}

/// What is stored of a secret. The client is part of it: the same text is another secret for another client.
#[must_use]
pub fn digest(client_id: &ClientId, secret: &Secret) -> Digest {
    digest_of(client_id.as_str(), secret)
}

fn digest_of(client_id: &str, secret: &Secret) -> Digest {
    digest::sha256(&[b"client_secret", client_id.as_bytes(), secret.expose().as_bytes()])
}

/// Whether the presented secret is one of the client's, at `now`. Every stored secret is compared, in constant time.
#[must_use]
pub fn verify(client: &Client, presented: &Secret, now: Timestamp) -> bool {
    let digest = digest(&client.client_id, presented);
    let mut found = false;
    for stored in &client.secrets {
        let alive = stored.expires_at.is_none_or(|expires_at| now < expires_at);
        found |= (stored.digest == digest) & alive;
    }
    for _ in client.secrets.len()..COMPARISONS {
        std::hint::black_box(digest == nothing());
    }
    found & !presented.is_empty()
}

/// Does the work of [`verify`] for a client that does not exist, so that the time of a refusal does not tell.
pub fn verify_unknown(client_id: &str, presented: &Secret) {
    let digest = digest_of(client_id, presented);
    for _ in 0..COMPARISONS {
        std::hint::black_box(digest == nothing());
    }
}

/// A digest to compare with where there is none; what it equals is never asked.
fn nothing() -> Digest {
    let zeros: [u8; 32] = std::hint::black_box([0; 32]);
    Digest::from_bytes(&zeros).unwrap_or_else(|| digest::sha256(&[]))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone as _, Utc};

    use super::*;
    use crate::base::digest::counted;
    use crate::base::entropy::SystemEntropy;
    use crate::client::{ClientMetadata, ClientType, StoredSecret};

    fn client(secrets: Vec<StoredSecret>) -> Client {
        Client {
            client_id: ClientId::from_text("app"),
            metadata: ClientMetadata::new("App", ClientType::Web),
            secrets,
            disabled: false,
            revoked_before: None,
            icon: None,
        }
    }

    #[test]
    fn each_live_secret_opens_and_nothing_else_does() {
        let now = Utc.timestamp_opt(1_800_000_000, 0).unwrap();
        let id = ClientId::from_text("app");
        let [old, current, dead, other] = std::array::from_fn(|_| generate(&SystemEntropy));
        let stored = |secret, expires_at| StoredSecret {
            digest: digest(&id, secret),
            expires_at,
        };
        let client = client(vec![
            stored(&dead, Some(now)),
            stored(&old, Some(now + TimeDelta::seconds(1))),
            stored(&current, None),
        ]);
        assert!(verify(&client, &old, now) && verify(&client, &current, now));
        assert!(!verify(&client, &dead, now) && !verify(&client, &other, now));
        assert!(!verify(&client, &Secret::default(), now));
    }

    #[test]
    fn a_client_without_secrets_opens_for_nobody() {
        let now = Utc.timestamp_opt(1_800_000_000, 0).unwrap();
        let client = client(Vec::new());
        assert!(!verify(&client, &Secret::default(), now));
        assert!(!verify(&client, &generate(&SystemEntropy), now));
    }

    /// attacks.md CA-02: one digest and two comparisons, whether the client exists, has no secret, one or two, and however
    /// the presented one begins.
    #[test]
    fn ca_02_every_check_is_the_same_work() {
        let now = Utc.timestamp_opt(1_800_000_000, 0).unwrap();
        let id = ClientId::from_text("app");
        let [old, current, other] = std::array::from_fn(|_| generate(&SystemEntropy));
        let stored = |secret| StoredSecret {
            digest: digest(&id, secret),
            expires_at: None,
        };
        let clients = [
            client(Vec::new()),
            client(vec![stored(&current)]),
            client(vec![stored(&old), stored(&current)]),
        ];
        let prefix = Secret::new(format!("{}x", &current.expose()[..40]));
        for presented in [&old, &current, &other, &prefix, &Secret::default()] {
            let unknown = counted::during(|| verify_unknown("nobody", presented));
            assert_eq!(unknown, (1, 2));
            for client in &clients {
                let known = counted::during(|| {
                    std::hint::black_box(verify(client, presented, now));
                });
                assert_eq!(known, unknown);
            }
        }
    }

    #[test]
    fn the_same_text_is_another_secret_for_another_client() {
        let secret = generate(&SystemEntropy);
        assert_ne!(
            digest(&ClientId::from_text("app"), &secret),
            digest(&ClientId::from_text("other"), &secret)
        );
    }

    #[test]
    fn a_chosen_secret_is_long() {
        assert!(check_chosen(&Secret::new("x".repeat(31))).is_err());
        assert!(check_chosen(&Secret::new("x".repeat(32))).is_ok());
        assert!(check_chosen(&Secret::new(format!("{}\n", "x".repeat(40)))).is_err());
    }
}
