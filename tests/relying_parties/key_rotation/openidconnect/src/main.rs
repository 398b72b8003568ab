//! Verifies ID tokens with openidconnect: `relying-party-key-rotation ISSUER`. A line of standard input is an audience
//! and a token; the answer is a line, `ok` or `refused REASON`.
//!
//! The crate never fetches the key set by itself, so this program does what the set says: it keeps it for as long as
//! max-age and not a moment longer, and knows no other reason to fetch it. A token whose key was not published long
//! enough before is refused.

use std::error::Error;
use std::io::{BufRead as _, stdin};
use std::time::{Duration, Instant};

use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{ClientId, HttpRequest, HttpResponse, IssuerUrl, JsonWebKeySetUrl, Nonce};

/// max-age of the key set.
const KEPT: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let issuer = IssuerUrl::new(std::env::args().nth(1).ok_or("name the issuer")?)?;
    let metadata = CoreProviderMetadata::discover(&issuer, &fetch)?;
    let address = format!("{}?verifier=openidconnect", metadata.jwks_uri().as_str());
    let address = JsonWebKeySetUrl::new(address)?;
    let (mut keys, mut fetched) = (CoreJsonWebKeySet::fetch(&address, &fetch)?, Instant::now());
    for line in stdin().lock().lines() {
        let line = line?;
        let (audience, token) = line.split_once(' ').ok_or("a line is an audience and a token")?;
        if fetched.elapsed() >= KEPT {
            (keys, fetched) = (CoreJsonWebKeySet::fetch(&address, &fetch)?, Instant::now());
        }
        match verify(&issuer, &keys, audience, token) {
            Ok(()) => println!("ok"),
            Err(error) => println!("refused {error}"),
        }
    }
    Ok(())
}

fn verify(
    issuer: &IssuerUrl,
    keys: &CoreJsonWebKeySet,
    audience: &str,
    token: &str,
) -> Result<(), Box<dyn Error>> {
    let token: CoreIdToken = token.parse()?;
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(audience.to_owned()),
        issuer.clone(),
        keys.clone(),
    )
    .set_allowed_algs(algorithms());
    token.claims(&verifier, |_: Option<&Nonce>| Ok(()))?;
    Ok(())
}

/// What the server signs ID tokens with.
fn algorithms() -> [openidconnect::core::CoreJwsSigningAlgorithm; 3] {
    use openidconnect::core::CoreJwsSigningAlgorithm as Algorithm;
    [
        Algorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::EcdsaP256Sha256,
        Algorithm::EdDsa,
    ]
}

/// The way to the server.
fn fetch(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let mut answer = ureq::get(request.uri()).call()?;
    let body = answer.body_mut().read_to_vec()?;
    Ok(answer.map(|_| body))
}
