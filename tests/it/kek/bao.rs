//! The real OpenBao, which `.ci/run` has `tests/openbao/set-up` bring.

use serde_json::json;
use signet::config::SealingSettings;

use super::desk::{FIRST, an_app, another, changed_to, follow, key_file, needs, say, try_kek, try_say};
use super::proof::fill;
use super::transit::at;
use crate::attack::evidence::count;
use crate::command_line::program::Signet;
use crate::command_line::running::Running;
use crate::fixtures::{a_client, a_person};
use crate::support::openbao::OpenBao;

fn sealing(bao: &OpenBao, lines: &[&str], token: &str) -> SealingSettings {
    let mut sealing = at(&bao.address, lines);
    sealing.transit.token_file = key_file(&[token]);
    sealing.transit.timeout_ms = 2000;
    sealing
}

/// A token that may do no more than it needs, as the manual has it.
async fn least(bao: &OpenBao) -> String {
    let policy = "path \"transit/datakey/plaintext/signet\" { capabilities = [\"update\"] }\n\
                  path \"transit/decrypt/signet\" { capabilities = [\"update\"] }\n\
                  path \"transit/rewrap/signet\" { capabilities = [\"update\"] }\n";
    bao.put("sys/policies/acl/signet", &json!({ "policy": policy }))
        .await;
    let made = bao
        .put(
            "auth/token/create",
            &json!({"policies": ["signet"], "no_parent": true}),
        )
        .await;
    made["auth"]["client_token"].as_str().expect("a token").to_owned()
}

/// The whole way with a token of least rights; the key in Transit is rotated, what it wrapped is wrapped anew, and the
/// old version can go.
#[tokio::test]
#[ignore = "needs OpenBao: tests/openbao/set-up brings it, .ci/run runs it"]
async fn a_key_of_openbao_seals_and_is_rotated() {
    let bao = OpenBao::start().await;
    let app = an_app(&[FIRST]).await;
    let settings = sealing(&bao, &[FIRST], &least(&bao).await);
    let moving = another(&app, |config| config.sealing = settings.clone()).await;
    changed_to(&moving, "bao-1").await;
    assert_eq!(
        needs(&say(&moving, "status").await),
        ["bao-1 auth.jwks", "bao-1 auth.server_secrets"]
    );
    bao.put("transit/keys/signet/rotate", &json!({})).await;
    assert_eq!(say(&moving, "rekey").await["wrapped_anew"], 1);
    assert_eq!(say(&moving, "rekey").await["wrapped_anew"], 0);
    bao.put(
        "transit/keys/signet/config",
        &json!({"min_decryption_version": 2}),
    )
    .await;
    say(&moving, "remove test-1").await;
    let alone = another(&app, |config| config.sealing = sealing(&bao, &[], &bao.token)).await;
    assert!(alone.app.token_issuer().keys.current().unopened().is_empty());
    let newest = "select count(*) from auth.data_keys where wrapped like 'vault:v2:%'";
    assert_eq!(count(&app, newest).await, 1);
}

/// VA-05: a version of the key that is gone, another key of the same name, a token without rights, each in its own words.
#[tokio::test]
#[ignore = "needs OpenBao: tests/openbao/set-up brings it, .ci/run runs it"]
async fn va_05_what_openbao_refuses_is_told_in_words() {
    let bao = OpenBao::start().await;
    let app = an_app(&[FIRST]).await;
    let settings = sealing(&bao, &[FIRST], &bao.token);
    let moving = another(&app, |config| config.sealing = settings.clone()).await;
    changed_to(&moving, "bao-1").await;
    let problems = async |token: &str| {
        let status = try_kek(&moving, &sealing(&bao, &[FIRST], token), "status").await;
        status.expect("a status")["problems"].to_string()
    };
    assert!(problems("wrong").await.contains("Transit refuses the token (403"));
    bao.put("transit/keys/signet/rotate", &json!({})).await;
    bao.put(
        "transit/keys/signet/config",
        &json!({"min_decryption_version": 2}),
    )
    .await;
    let gone = problems(&bao.token).await;
    assert!(
        gone.contains("has no version of the key signet any more"),
        "{gone}"
    );
    bao.put(
        "transit/keys/signet/config",
        &json!({"min_decryption_version": 1, "deletion_allowed": true}),
    )
    .await;
    assert_eq!(problems(&bao.token).await, "[]");
    bao.put("sys/seal", &json!({})).await;
    let sealed = problems(&bao.token).await;
    assert!(sealed.contains("unseal it"), "{sealed}");
}

/// OpenBao is killed in the middle of a re-key, and the server goes on; what was not done is done once it is back.
#[tokio::test]
#[ignore = "needs OpenBao: tests/openbao/set-up brings it, .ci/run runs it"]
async fn va_05_openbao_is_killed_and_started_again_in_the_middle() {
    let mut bao = OpenBao::start().await;
    let app = an_app(&[FIRST]).await;
    let settings = sealing(&bao, &[FIRST], &bao.token);
    let moving = another(&app, |config| config.sealing = settings.clone()).await;
    follow(&moving).await;
    say(&moving, "add bao-1").await;
    follow(&moving).await;
    say(&moving, "activate bao-1").await;
    follow(&moving).await;
    fill(&app, 2000).await;
    let web = moving.relying_party_here(&a_client("web").create(&moving).await);
    let ada = a_person("ada").create(&moving).await;
    let tokens = web.tokens(&moving, &ada, &[]).await;
    let token_file = settings.transit.token_file.to_str().expect("UTF-8").to_owned();
    let signet = Signet::on(&app.database)
        .with("SIGNET_SEALING__TRANSIT__ADDRESS", &bao.address)
        .with("SIGNET_SEALING__TRANSIT__KEYS", "bao-1:signet")
        .with("SIGNET_SEALING__TRANSIT__TOKEN_FILE", &token_file);
    let mut command = signet.command(&["kek", "rekey", "--batch", "10", "--json"]);
    let worker = command.spawn().expect("the program runs");
    let done = "select count(*) from auth.server_secrets where kek_id = 'bao-1'";
    while count(&app, done).await < 200 {}
    bao.kill();
    let refreshed = web
        .refresh(tokens["refresh_token"].as_str().expect("text"), &[])
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let ended = worker.wait_with_output().await.expect("a status");
    assert!(
        ended.status.success(),
        "its data key is held: {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let down = try_say(&moving, "status").await.expect("a status");
    assert!(
        down["problems"].to_string().contains("cannot be reached"),
        "{down}"
    );
    let refused = signet.run(&["kek", "rekey"]).await;
    assert!(refused.errors.contains("cannot be reached"), "{}", refused.errors);
    bao.start_again().await;
    assert_eq!(say(&moving, "status").await["problems"], json!([]));
    say(&moving, "remove test-1").await;
    let alone = signet.without("SIGNET_SEALING__KEK_FILES");
    let running = Running::start(alone).await;
    assert_eq!(running.browser().get("/.well-known/jwks.json").await.status, 200);
    running.stop().await;
}
