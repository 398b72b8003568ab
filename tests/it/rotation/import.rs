//! Keys of another provider are taken in, to sign or only to verify.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use signet::protocol::algorithm::Algorithm;
use tokio::process::Command;

use super::desk::{
    RSA_3072, RSA_4096, an_app, another_with, drive, findings, go_on_to, kid, published, say, told, try_keys,
};
use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::fixtures::a_client;
use crate::support::folder::folder;

/// A file of this test.
fn file(name: &str, text: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder().join(format!("{}-{number}-{name}", std::process::id()));
    std::fs::write(&path, text).expect("writable");
    path
}

/// What OpenSSL's program prints.
async fn openssl(words: &str) -> String {
    let made = Command::new("openssl")
        .args(words.split(' '))
        .stdin(Stdio::null())
        .output()
        .await
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("text")
}

const P256: &str = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const P384: &str = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384";
const ED25519: &str = "genpkey -algorithm ED25519";
const RSA: &str = "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048";

async fn import(app: &TestApp, file: &Path, more: &str) -> Result<Value, String> {
    try_keys(app, format!("import {} {more}", file.display()).trim()).await
}

/// A private key is the next to sign, once every verifier can know it, under the name that it had.
#[tokio::test]
async fn an_imported_key_signs_as_any_next_key_does() {
    let app = an_app().await;
    let replaced = kid(&app, "ES256", "next").await;
    let pem = file("key.pem", &openssl(P256).await);
    import(&app, &pem, "--kid theirs-1").await.expect("imported");
    assert!(app.app.refresh("keys").await);
    assert_eq!(kid(&app, "ES256", "next").await, "theirs-1");
    assert_eq!(
        kid(&app, "ES256", "revoked").await,
        replaced,
        "it has signed nothing, and ends"
    );
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_secs(599));
    drive(&app).await;
    assert_ne!(kid(&app, "ES256", "active").await, "theirs-1");
    go_on_to(&app, "ES256", "activate").await;
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let token = service
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    let token = token["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(header(&token)["kid"], "theirs-1");
    assert_eq!(service.introspect(&token).await["active"], true);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A key that only verifies is published as long as it was said, and signs nothing; an RSA and an Ed25519 key are too.
#[tokio::test]
async fn a_key_that_only_verifies_is_published_and_signs_nothing() {
    let app = an_app().await;
    let active = kid(&app, "RS256", "active").await;
    let (rsa, ed) = (
        file("rsa.pem", &openssl(RSA).await),
        file("ed.pem", &openssl(ED25519).await),
    );
    import(&app, &rsa, "--verify-only --keep 7d --kid old-rsa")
        .await
        .expect("imported");
    import(&app, &ed, "--verify-only --kid old-ed")
        .await
        .expect("imported");
    let words = told(&app, "list").await;
    assert!(words.contains("retiring (verifies only)"), "{words}");
    assert!(app.app.refresh("keys").await);
    let names = published(&app).await;
    assert!(names.contains(&"old-rsa".to_owned()) && names.contains(&"old-ed".to_owned()));
    assert_eq!(kid(&app, "RS256", "active").await, active);
    let jwk = say(&app, "export-public old-rsa").await;
    assert_eq!(jwk.get("d"), None, "the private part is forgotten");
    app.clock.advance(Duration::from_hours(24 * 7 - 1));
    drive(&app).await;
    assert!(published(&app).await.contains(&"old-rsa".to_owned()));
    app.clock.advance(Duration::from_hours(1));
    drive(&app).await;
    assert!(!published(&app).await.contains(&"old-rsa".to_owned()));
    assert_eq!(findings(&app).await, [""; 0]);
}

/// What is exported is what is published; as PEM it is the key that was imported. A key that was revoked does not come
/// back under another name.
#[tokio::test]
async fn public_keys_are_exported_as_jwk_and_as_pem() {
    let app = an_app().await;
    let set = say(&app, "export-public").await;
    assert_eq!(
        set["keys"].as_array().expect("keys").len(),
        published(&app).await.len()
    );
    for (name, algorithm) in [("ec", P256), ("ed", ED25519), ("rsa", RSA)] {
        let key = file("key.pem", &openssl(algorithm).await);
        let public = openssl(&format!("pkey -pubout -in {}", key.display())).await;
        let words = format!("--verify-only --kid {name}");
        import(&app, &file("public.pem", &public), &words)
            .await
            .expect("imported");
        let exported = say(&app, &format!("export-public {name} --pem")).await;
        assert_eq!(exported["pem"], public);
        say(&app, &format!("revoke {name}")).await;
        let jwk = say(&app, &format!("export-public {name}")).await;
        let again = file("again.jwk", &json!({"keys": [jwk]}).to_string());
        let refused = import(&app, &again, "--verify-only --kid other").await;
        let because = format!("the key is here already: {name} (revoked)");
        let refused = refused.expect_err("known");
        assert!(refused.contains(&because), "{refused}");
    }
    assert_eq!(findings(&app).await, [""; 0]);
}

/// Each bad file is refused with the reason, and changes nothing.
#[tokio::test]
async fn a_bad_file_is_refused_with_the_reason() {
    let app = an_app().await;
    let before = say(&app, "list").await;
    let good = openssl(P256).await;
    let path = file("good.pem", &good);
    let path = path.display();
    let public = openssl(&format!("pkey -pubout -in {path}")).await;
    let encrypted = openssl(&format!("pkey -aes256 -passout pass:secret -in {path}")).await;
    let small = openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024").await;
    let curve = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521").await;
    // A modulus of 16,384 bits takes a minute to find; any number of that length is as long.
    let large = json!({"kty": "RSA", "e": "AQAB", "n": format!("{}8", "_".repeat(2730))}).to_string();
    let of_exponent = |exponent: &str| {
        json!({"kty": "RSA", "e": exponent, "n": format!("{}w", "_".repeat(341))}).to_string()
    };
    let long = format!("{good}{}", " ".repeat(64 * 1024));
    let active = kid(&app, "ES256", "active").await;
    let known = say(&app, &format!("export-public {active}")).await.to_string();
    for (text, words, because) in [
        (
            format!("{good}{good}"),
            "",
            "holds 2 keys: import them one by one",
        ),
        (encrypted, "", "the key is encrypted: decrypt it first"),
        (large, "--verify-only", "an RSA key of 16384 bits is refused"),
        (
            of_exponent("AQ"),
            "--verify-only",
            "an RSA key with this exponent",
        ),
        (
            of_exponent("Ag"),
            "--verify-only",
            "an RSA key with this exponent",
        ),
        (
            of_exponent("AQAAAAAAAAAAAQ"),
            "--verify-only",
            "an RSA key with this exponent",
        ),
        (long, "", "is longer than 65536 bytes"),
        (small, "", "an RSA key of 1024 bits is refused: 2048 to 8192"),
        (curve, "", "a key on the curve secp521r1 is refused"),
        (known, "--verify-only", "the key is here already"),
        (public, "", "is a public one, which cannot sign: `--verify-only`"),
        (
            "hello".to_owned(),
            "",
            "neither PEM (-----BEGIN … KEY-----) nor a JWK",
        ),
        (good.replacen("\nM", "\nX", 1), "", "the key cannot be read"),
        (
            json!({"kty": "oct", "k": "AAAA"}).to_string(),
            "",
            "the key cannot be read",
        ),
        (
            json!({"kty": "RSA", "alg": "RS512"}).to_string(),
            "",
            "a key for RS512 is refused: RS256, PS256, ES256, ES384, EdDSA are signed with",
        ),
        (
            json!({"kty": "RSA", "use": "enc"}).to_string(),
            "",
            "something else than signatures",
        ),
        (good, "--kid schlüssel", "the kid is refused"),
    ] {
        let refused = import(&app, &file("bad", &text), words).await;
        let refused = refused.expect_err(because);
        assert!(refused.contains(because), "{refused}");
    }
    assert_eq!(say(&app, "list").await, before);
}

/// A key is for the algorithms of its kind, and for one of them only.
#[tokio::test]
async fn a_key_of_another_kind_is_refused_with_what_it_is_for() {
    let app = an_app().await;
    let before = say(&app, "list").await;
    let p256 = openssl(P256).await;
    let p384 = openssl(P384).await;
    let active = kid(&app, "RS256", "active").await;
    let mut known = say(&app, &format!("export-public {active}")).await;
    for member in ["kid", "alg"] {
        known.as_object_mut().expect("a JWK").remove(member);
    }
    let pss = openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048").await;
    let large = format!("{}_", "_".repeat(1365));
    let large = json!({"kty": "RSA", "e": "AQAB", "n": large, "alg": "RS256"}).to_string();
    for (text, words, because) in [
        (
            p256.clone(),
            "--alg ES384",
            "a key on P-256 is no key for ES384: it is one for ES256",
        ),
        (
            p384.clone(),
            "--alg ES256",
            "a key on P-384 is no key for ES256: it is one for ES384",
        ),
        (
            json!({"kty": "EC", "crv": "P-384", "alg": "ES256"}).to_string(),
            "",
            "a key on P-384 is no key for ES256",
        ),
        (
            p256,
            "--alg PS256",
            "a key on P-256 is no key for PS256: it is one for ES256",
        ),
        (
            pss.clone(),
            "--alg RS256",
            "the file says that the key is for PS256, not for RS256",
        ),
        (
            large,
            "--alg PS256",
            "the file says that the key is for RS256, not for PS256",
        ),
        // Nothing of theirs is published.
        (
            p384,
            "",
            "keys of ES384 are not published: add ES384 to signing.algorithms",
        ),
        (pss, "--verify-only", "keys of PS256 are not published"),
    ] {
        let refused = import(&app, &file("bad", &text), words).await;
        let refused = refused.expect_err(because);
        assert!(refused.contains(because), "{refused}");
    }
    assert_eq!(say(&app, "list").await, before);
    let app = another_with(&app, |signing| signing.also_published = vec![Algorithm::PS256]).await;
    let file = file("rsa.jwk", &known.to_string());
    let refused = import(&app, &file, "--verify-only --alg PS256 --kid other").await;
    let because = format!("the key is here already: {active} (active)");
    let refused = refused.expect_err("it is a key of RS256");
    assert!(refused.contains(&because), "{refused}");
}

/// Keys of every algorithm are taken in, and signatures of another provider's are read where they are only published.
#[tokio::test]
async fn keys_of_every_algorithm_are_imported() {
    let first = an_app().await;
    let app = another_with(&first, |signing| {
        signing.algorithms.push(Algorithm::ES384);
        signing.also_published = vec![Algorithm::PS256];
    })
    .await;
    let pss = openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048").await;
    for (text, words, alg, state) in [
        (openssl(P384).await, "--kid p384", "ES384", "next"),
        (pss, "--kid pss --verify-only", "PS256", "retiring"),
        (
            RSA_4096.to_owned(),
            "--kid rsa --alg PS256 --verify-only",
            "PS256",
            "retiring",
        ),
        (RSA_3072.to_owned(), "--kid larger", "RS256", "next"),
    ] {
        import(&app, &file("key.pem", &text), words)
            .await
            .expect("imported");
        let list = say(&app, "list").await;
        let name = words.split(' ').nth(1).expect("a name");
        let keys = list["keys"].as_array().expect("keys");
        let key = keys.iter().find(|key| key["kid"] == name).expect("the key");
        assert_eq!(
            (&key["alg"], &key["state"]),
            (&json!(alg), &json!(state)),
            "{name}"
        );
    }
    let refused = import(&app, &file("key.pem", RSA_4096), "--alg PS256 --verify-only").await;
    assert!(
        refused
            .expect_err("known")
            .contains("the key is here already: rsa")
    );
    assert!(app.app.refresh("keys").await);
    let names = published(&app).await;
    for name in ["p384", "pss", "rsa", "larger"] {
        assert!(names.contains(&name.to_owned()), "{name}");
    }
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A length of time that would be forgotten is refused: a key that signs stays as long as what it signed.
#[tokio::test]
async fn a_time_to_keep_is_for_keys_that_only_verify() {
    let app = TestApp::new().await;
    let signet = crate::command_line::program::Signet::on(&app.database);
    let refused = signet.run(&["keys", "import", "/nowhere", "--keep", "90d"]).await;
    assert_eq!(refused.code, 2, "{}", refused.errors);
    assert!(refused.errors.contains("--verify-only"), "{}", refused.errors);
}

/// A key may say which hash and salt it is for: one for others than those of PS256 is refused with a sentence, and not taken
/// as if it had said nothing.
#[tokio::test]
async fn a_key_for_other_pss_parameters_is_refused() {
    let app = TestApp::with(|config| config.signing.also_published.push(Algorithm::PS256)).await;
    let theirs = include_str!("../fixtures/keys/rsa_pss_sha384_public.pem");
    let ours = include_str!("../fixtures/keys/rsa_pss_sha256_public.pem");
    let import = async |name: &str, pem: &str| {
        let path = folder().join(format!("{}-{name}.pem", std::process::id()));
        std::fs::write(&path, pem).expect("writable");
        try_keys(
            &app,
            &format!("import {} --kid {name} --verify-only", path.display()),
        )
        .await
    };
    let refused = import("pss384", theirs).await.expect_err("another hash");
    assert!(
        refused.contains("an RSA-PSS key for another hash, mask or salt is refused"),
        "{refused}"
    );
    import("pss256", ours).await.expect("the same hash");
    assert_eq!(kid(&app, "PS256", "retiring").await, "pss256");
    // What is only published is refused to sign, in true words.
    let path = folder().join(format!("{}-signing-pss.pem", std::process::id()));
    std::fs::write(&path, super::desk::RSA_3072).expect("writable");
    let refused = try_keys(&app, &format!("import {} --alg PS256", path.display())).await;
    let refused = refused.expect_err("it would never sign");
    assert!(
        refused.contains("keys of PS256 are published here and sign nothing"),
        "{refused}"
    );
}
