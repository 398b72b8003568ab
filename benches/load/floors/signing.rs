//! Owns the floor of signatures: OpenSSL alone on a digest, as `openssl speed` asks it, and for comparison a whole
//! JWS by the server's own room.

use std::time::{Duration, Instant};

use openssl::ec::{EcGroup, EcKey};
use openssl::md::Md;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::Signer;
use serde_json::json;
use signet::jose::PrivateJwk;
use signet::protocol::algorithm::{Algorithm, RsaBits};

use crate::figures;

/// A digest, and the smallest message that Ed25519 makes sense for.
const MESSAGE: [u8; 32] = [7; 32];

/// Signatures per second on so many threads.
pub(super) fn bare(algorithm: Algorithm, threads: usize, time: Duration) -> anyhow::Result<f64> {
    let key = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => PKey::from_rsa(Rsa::generate(2048)?)?,
        Algorithm::ES256 => on_curve(Nid::X9_62_PRIME256V1)?,
        Algorithm::ES384 => on_curve(Nid::SECP384R1)?,
        Algorithm::EdDsa => PKey::generate_ed25519()?,
    };
    on_threads(threads, || match algorithm {
        Algorithm::EdDsa => sign_messages(&key, time),
        _ => sign_digests(&key, algorithm, time),
    })
}

fn on_curve(curve: Nid) -> anyhow::Result<PKey<Private>> {
    let group = EcGroup::from_curve_name(curve)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}

/// Whole tokens per second, with JSON and base64, on so many threads.
pub(super) fn tokens(algorithm: Algorithm, threads: usize, time: Duration) -> anyhow::Result<f64> {
    let signer = signet::jose::Signer::new(&PrivateJwk::generate(algorithm, RsaBits::default())?)?;
    let claims = json!({
        "iss": "http://127.0.0.1:8080", "sub": "01890a5d-ac96-774b-bcce-b302099a8057", "aud": "http://127.0.0.1:8080",
        "exp": 1_800_000_900, "iat": 1_800_000_000, "jti": "01890a5d-ac96-774b-bcce-b302099a8057",
        "client_id": "load", "scope": "openid email", "sid": "01890a5d-ac96-774b-bcce-b302099a8057",
        "role": "user", "org_id": "01890a5d-ac96-774b-bcce-b302099a8057", "org_role": "owner", "tier": "public",
    });
    on_threads(threads, || {
        repeat(time, || {
            signer.sign("at+jwt", &claims)?;
            Ok(())
        })
    })
}

fn sign_digests(key: &PKey<Private>, algorithm: Algorithm, time: Duration) -> anyhow::Result<f64> {
    let mut context = PkeyCtx::new(key)?;
    context.sign_init()?;
    match algorithm {
        Algorithm::RS256 => context.set_rsa_padding(Padding::PKCS1)?,
        Algorithm::PS256 => context.set_rsa_padding(Padding::PKCS1_PSS)?,
        _ => {}
    }
    let longer = algorithm == Algorithm::ES384;
    context.set_signature_md(if longer { Md::sha384() } else { Md::sha256() })?;
    let digest: &[u8] = if longer { &[7; 48] } else { &MESSAGE };
    let mut signature = [0; 512];
    repeat(time, || {
        context.sign(digest, Some(&mut signature))?;
        Ok(())
    })
}

fn sign_messages(key: &PKey<Private>, time: Duration) -> anyhow::Result<f64> {
    let mut signature = [0; 64];
    repeat(time, || {
        Signer::new_without_digest(key)?.sign_oneshot(&mut signature, &MESSAGE)?;
        Ok(())
    })
}

/// Runs the same on several threads and adds up their rates.
pub(super) fn on_threads(
    threads: usize,
    work: impl Fn() -> anyhow::Result<f64> + Sync,
) -> anyhow::Result<f64> {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running.into_iter().try_fold(0.0, |total, thread| {
            let rate = thread
                .join()
                .map_err(|_| anyhow::anyhow!("a floor's thread panicked"))??;
            Ok(total + rate)
        })
    })
}

/// Repeats for that long; gives repetitions per second.
pub(super) fn repeat(time: Duration, mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let mut done: usize = 0;
    while begin.elapsed() < time {
        once()?;
        done += 1;
    }
    Ok(figures::rate(done, begin.elapsed()))
}
