//! Which algorithms are on, which is the default, and how large RSA keys are, while keys live.

use serde_json::{Value, json};
use signet::app::{App, Injected};
use signet::protocol::algorithm::{Algorithm, RsaBits};

use super::desk::{
    RSA_4096, an_app, another_with, drive, findings, go_on_to, kid, published, say, told, try_keys,
};
use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::attack::holdings::sql;
use crate::command_line::program::Signet;
use crate::fixtures::a_client;
use crate::support::folder::folder;

/// An access token of a service that chose nothing.
async fn a_token(app: &TestApp, id: &str) -> String {
    let client = a_client(id).service().create(app).await;
    let reply = app.relying_party_here(&client);
    let reply = reply.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["access_token"].as_str().expect("a token").to_owned()
}

/// State and size of each key of RS256 that is not revoked, in the order of the states' names.
async fn sizes(app: &TestApp) -> Vec<(Value, Value)> {
    let list = say(app, "list").await;
    let keys = list["keys"].as_array().expect("keys").clone();
    let kept = keys
        .into_iter()
        .filter(|key| key["alg"] == "RS256" && key["state"] != "revoked");
    let mut sizes: Vec<_> = kept
        .map(|key| (key["state"].clone(), key["rsa_bits"].clone()))
        .collect();
    sizes.sort_by_key(|(state, _)| state.to_string());
    sizes
}

/// An algorithm that is added to a running system: its first key is published, and signs once verifiers know it. Until
/// then discovery does not name it, and access tokens that nobody chose an algorithm for are signed as before.
#[tokio::test]
async fn an_algorithm_that_is_turned_on_later_publishes_a_next_key_first() {
    let first = an_app().await;
    let app = another_with(&first, |signing| {
        signing.algorithms.push(Algorithm::PS256);
        signing.access_token_algorithm = Algorithm::PS256;
    })
    .await;
    let next = kid(&app, "PS256", "next").await;
    assert!(published(&app).await.contains(&next));
    let named = async || {
        let browser = crate::app::Browser::new(&app.address);
        let metadata = browser.get("/.well-known/openid-configuration").await.json();
        metadata["id_token_signing_alg_values_supported"].clone()
    };
    assert_eq!(named().await, json!(["RS256", "ES256", "EdDSA"]));
    assert_eq!(header(&a_token(&app, "early").await)["alg"], "ES256");
    // A damaged row of another algorithm has nothing to do with it.
    let lose = "update auth.jwks set kek_id = $$lost$$ where alg = 'EdDSA' and status = 'next'";
    sql(&app, lose).await;
    assert!(app.app.refresh("keys").await);
    assert_eq!(header(&a_token(&app, "beside").await)["alg"], "ES256");
    sql(&app, "update auth.jwks set kek_id = 'test-1'").await;
    assert!(app.app.refresh("keys").await);
    go_on_to(&app, "PS256", "activate").await;
    assert_eq!(named().await, json!(["RS256", "PS256", "ES256", "EdDSA"]));
    let signed = header(&a_token(&app, "late").await);
    assert_eq!((&signed["alg"], &signed["kid"]), (&json!("PS256"), &json!(next)));
    assert_eq!(findings(&app).await, [""; 0]);
}

/// Another size takes effect at the next rotation: the next key is made anew, since it has signed nothing.
#[tokio::test]
async fn another_rsa_size_takes_effect_at_the_next_rotation() {
    let first = an_app().await;
    assert_eq!(say(&first, "status").await["sizes"], json!([]));
    let larger = RsaBits::try_from(3072).expect("a size");
    let app = another_with(&first, |signing| signing.rsa_bits = larger).await;
    let bits = |state: &str, bits: u32| (json!(state), json!(bits));
    assert_eq!(sizes(&app).await, [bits("active", 2048), bits("next", 3072)]);
    let words = told(&app, "status").await;
    let change = "`signet keys rotate --alg RS256` changes the key that signs from 2048 to 3072 bits";
    assert!(words.contains(change), "{words}");
    // The next start finds it made.
    let next = kid(&app, "RS256", "next").await;
    let again = another_with(&first, |signing| signing.rsa_bits = larger).await;
    assert_eq!(kid(&again, "RS256", "next").await, next);
    say(&app, "rotate --alg RS256").await;
    go_on_to(&app, "RS256", "activate").await;
    assert_eq!(kid(&app, "RS256", "active").await, next);
    let all = [bits("active", 3072), bits("next", 3072), bits("retiring", 2048)];
    assert_eq!(sizes(&app).await, all);
    assert_eq!(say(&app, "status").await["sizes"], json!([]));
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A next key that an operator brought is not made anew, whatever its size; and who has not started the server with
/// another size yet is told so.
#[tokio::test]
async fn an_imported_next_key_keeps_its_size() {
    let first = an_app().await;
    let larger = RsaBits::try_from(4096).expect("a size");
    let path = folder().join(format!("{}-algorithms.pem", std::process::id()));
    std::fs::write(&path, RSA_4096).expect("writable");
    say(&first, &format!("import {} --kid theirs", path.display())).await;
    let app = another_with(&first, |_| {}).await;
    drive(&app).await;
    assert_eq!(kid(&app, "RS256", "next").await, "theirs");
    let status = say(&app, "status").await;
    let change = "RS256: `signet keys rotate --alg RS256` changes the key that signs from 2048 to 4096 bits";
    assert_eq!(status["sizes"], json!([change]));
    // Only asked, as by a command with another configuration than the server's.
    let other = TestApp::with(|_| {}).await;
    let wanted = signet::config::SignetConfig {
        signing: signet::config::SigningSettings {
            rsa_bits: larger,
            ..other.app.config().signing.clone()
        },
        ..other.app.config().clone()
    };
    let told = super::desk::say_with(&other, &wanted, "status").await;
    let told = told["sizes"][0].as_str().expect("text").to_owned();
    assert!(
        told.contains("signing.rsa_bits is 4096 and the key that signs has 2048 bits"),
        "{told}"
    );
}

/// A version that did not note what operators brought made keys of 2048 bits only: one of another size is theirs.
#[tokio::test]
async fn a_next_key_that_an_older_version_imported_keeps_its_size() {
    let first = an_app().await;
    let path = folder().join(format!("{}-older.pem", std::process::id()));
    std::fs::write(&path, RSA_4096).expect("writable");
    say(&first, &format!("import {} --kid theirs", path.display())).await;
    sql(&first, "update auth.jwks set imported = null").await;
    let app = another_with(&first, |_| {}).await;
    assert_eq!(kid(&app, "RS256", "next").await, "theirs");
    // One of 2048 bits was made here, and is made anew where another size is wanted.
    let fresh = an_app().await;
    sql(&fresh, "update auth.jwks set imported = null").await;
    let larger = RsaBits::try_from(3072).expect("a size");
    let app = another_with(&fresh, |signing| signing.rsa_bits = larger).await;
    assert_eq!(sizes(&app).await[1], (json!("next"), json!(3072)));
}

/// With nothing that signs yet in place of what did, no token could be made for minutes: such a server does not start.
#[tokio::test]
async fn algorithms_of_which_none_signs_yet_are_refused_in_a_used_database() {
    let first = an_app().await;
    let mut config = first.app.config().clone();
    config.signing.algorithms = vec![Algorithm::ES384];
    config.signing.access_token_algorithm = Algorithm::ES384;
    config.signing.id_token_algorithm = Algorithm::ES384;
    config.signing.require_rs256 = false;
    let refused = App::build(config, Injected::default()).await;
    let told = refused.err().expect("refused").to_string();
    assert!(
        told.contains("no key of signing.algorithms (ES384) signs yet"),
        "{told}"
    );
    assert!(told.contains("leave one of these in"), "{told}");
}

/// What is left out is refused by name where a command names it.
#[tokio::test]
async fn an_algorithm_that_is_off_is_not_rotated() {
    let app = an_app().await;
    for alg in ["PS256", "ES384"] {
        let refused = try_keys(&app, &format!("rotate --alg {alg}")).await;
        let refused = refused.expect_err("it is off");
        assert!(
            refused.contains(&format!("signing.algorithms leaves {alg} out")),
            "{refused}"
        );
    }
}

/// The default of ID tokens is written down with a client for good: while its first key does not sign yet, it is something
/// that does, so that nobody waits for it. What is asked for by name is taken as it is.
#[tokio::test]
async fn a_default_that_does_not_sign_yet_is_not_written_down() {
    let first = an_app().await;
    let app = another_with(&first, |signing| {
        signing.algorithms.push(Algorithm::ES384);
        signing.id_token_algorithm = Algorithm::ES384;
    })
    .await;
    let signet = Signet::on(&app.database)
        .with("SIGNET_SIGNING__ALGORITHMS", "RS256,ES256,EdDSA,ES384")
        .with("SIGNET_SIGNING__ID_TOKEN_ALGORITHM", "ES384");
    let create = async |id: &str, more: &[&str]| {
        let words = [
            "client",
            "create",
            "--id",
            id,
            "--name",
            "Shop",
            "--redirect-uri",
            "https://shop.example/cb",
        ];
        signet.json(&[&words[..], more].concat()).await;
        let shown = signet.json(&["client", "show", id]).await;
        shown["id_token_signed_response_alg"]
            .as_str()
            .expect("a name")
            .to_owned()
    };
    assert_eq!(create("early", &[]).await, "RS256");
    assert_eq!(create("asked", &["--id-token-alg", "ES384"]).await, "ES384");
    let reset = [
        "client",
        "edit",
        "asked",
        "--reset",
        "id_token_signed_response_alg",
    ];
    assert_eq!(signet.json(&reset).await["id_token_signed_response_alg"], "RS256");
    go_on_to(&app, "ES384", "activate").await;
    assert_eq!(create("late", &[]).await, "ES384");
}

/// Replicas with different sizes do not end each other's next keys: the largest that a running one wants is made, and a
/// smaller one only once no other says so.
#[tokio::test]
async fn replicas_with_different_rsa_sizes_agree_on_the_larger_one() {
    let small = an_app().await;
    let size = |bits: u32| RsaBits::try_from(bits).expect("a size");
    let large = another_with(&small, |signing| signing.rsa_bits = size(3072)).await;
    let next = kid(&large, "RS256", "next").await;
    assert_eq!(sizes(&large).await[1], (json!("next"), json!(3072)));
    large.app.report_holdings().await.expect("reported");
    for _ in 0..2 {
        let again = another_with(&small, |_| {}).await;
        again.app.report_holdings().await.expect("reported");
        assert_eq!(kid(&again, "RS256", "next").await, next);
        let again = another_with(&small, |signing| signing.rsa_bits = size(3072)).await;
        assert_eq!(kid(&again, "RS256", "next").await, next);
    }
    let words = told(&small, "status").await;
    assert!(
        words.contains("signing.rsa_bits is 2048 bits here, and 3072 bits counts"),
        "{words}"
    );
    // What a version runs that does not say what it wants is waited for; so is what has not reported yet.
    sql(
        &small,
        "update auth.replicas set key_policy = null where keks is not null",
    )
    .await;
    drive(&small).await;
    assert_eq!(kid(&small, "RS256", "next").await, next);
    sql(&small, "delete from auth.replicas").await;
    drive(&small).await;
    assert_eq!(sizes(&small).await[1], (json!("next"), json!(2048)));
    assert_eq!(findings(&small).await, [""; 0]);
}
