//! JW-01 and JW-03: what looks like a token of ours and is none.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signet::protocol::algorithm::Algorithm;
use signet::signing::key_set::KeySet;

use super::jwt_forgeries;
use super::jwt_mutants::{self, Parts, encode, header_of};
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::{a_client, a_person};
use crate::support::statements::Statements;

/// A server, a client that may introspect, and a good access token of each algorithm.
async fn targets() -> (TestApp, RelyingParty, Vec<String>, Value) {
    let app = TestApp::new().await;
    let person = a_person("mallory").create(&app).await;
    let mut tokens = Vec::new();
    let mut last = None;
    for (id, algorithm) in [
        ("curve", Algorithm::ES256),
        ("rsa", Algorithm::RS256),
        ("edwards", Algorithm::EdDsa),
    ] {
        let client = a_client(id)
            .may_introspect()
            .algorithms(algorithm, algorithm)
            .create(&app)
            .await;
        let hand = app.relying_party(&client);
        let answer = hand.tokens(&app, &person, &[]).await;
        tokens.push(answer["access_token"].as_str().expect("a token").to_owned());
        last = Some(hand);
    }
    let jwks = app.browser().get("/.well-known/jwks.json").await.json();
    (app, last.expect("a client"), tokens, jwks)
}

fn mutants(token: &str, jwks: &Value) -> Vec<String> {
    let claims = claims(token).as_object().expect("claims").clone();
    let mut mutants = jwt_mutants::all(token);
    mutants.extend(jwt_forgeries::symmetric(token, jwks));
    mutants.extend(jwt_forgeries::foreign(&claims, "at+jwt", jwks));
    mutants
}

fn is_believed(keys: &KeySet, token: &str) -> bool {
    keys.verify(token, "at+jwt").is_ok() || keys.verify_hint(token, "JWT").is_ok()
}

/// attacks.md JW-01; RFC 8725 §3.1 to §3.4.
#[tokio::test]
async fn jw_01_no_mutant_of_a_token_is_believed() {
    let (app, _, tokens, jwks) = targets().await;
    let keys = app.app.token_issuer().keys.current();
    let mut tried = BTreeSet::new();
    for token in &tokens {
        assert!(is_believed(&keys, token), "the good one is good");
        for mutant in mutants(token, &jwks) {
            assert!(!is_believed(&keys, &mutant), "{mutant}");
            tried.insert(mutant);
        }
    }
    assert!(tried.len() >= 10_000, "only {} mutants", tried.len());
}

/// attacks.md JW-01: a signature of one token on another, and a claim changed by whoever holds the token.
#[tokio::test]
async fn jw_01_a_signature_belongs_to_one_token() {
    let (app, _, tokens, _) = targets().await;
    let keys = app.app.token_issuer().keys.current();
    for one in &tokens {
        for (name, value) in claims(one).as_object().expect("claims") {
            let mut changed = claims(one);
            changed[name] = if value.is_number() {
                json!(4_000_000_000_u32)
            } else {
                json!("evil")
            };
            let Parts {
                header, signature, ..
            } = Parts::of(one);
            let token = format!("{header}.{}.{signature}", encode(changed.to_string()));
            assert!(!is_believed(&keys, &token), "{name}");
        }
        for other in tokens.iter().filter(|other| *other != one) {
            let (one, other) = (Parts::of(one), Parts::of(other));
            for token in [
                format!("{}.{}.{}", one.header, other.payload, one.signature),
                format!("{}.{}.{}", one.header, one.payload, other.signature),
                format!("{}.{}.{}", other.header, one.payload, one.signature),
            ] {
                assert!(!is_believed(&keys, &token), "{token}");
            }
        }
    }
}

/// attacks.md JW-01 over HTTP: 401 with a challenge at userinfo, `{"active":false}` and nothing else at introspection;
/// the database is not asked.
#[tokio::test]
async fn jw_01_the_endpoints_refuse_mutants_without_asking_the_database() {
    let (app, hand, tokens, jwks) = targets().await;
    let mut statements = Statements::of(&app.database).await;
    let ((), sent) = statements
        .during(async {
            for token in &tokens {
                let all = mutants(token, &jwks);
                for mutant in all.iter().step_by(all.len() / 100) {
                    refused_everywhere(&hand, mutant).await;
                }
            }
        })
        .await;
    assert!(sent.is_empty(), "{sent:?}");
    assert_eq!(
        hand.userinfo(&tokens[2]).await.status,
        200,
        "the good one is still good"
    );
}

async fn refused_everywhere(hand: &RelyingParty, token: &str) {
    if token.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        let reply = hand.userinfo(token).await;
        assert_eq!(reply.status, 401, "{token}: {}", reply.body);
        assert!(reply.header("www-authenticate").starts_with("Bearer "), "{token}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let reply = hand.post("/oauth2/introspect", &[("token", token)]).await;
    let nothing = token.is_empty() || token.contains('\0');
    if nothing {
        reply.assert_error(400, "invalid_request");
    } else {
        assert_eq!(
            (reply.status, reply.json()),
            (200, json!({"active": false})),
            "{token}"
        );
    }
}

/// attacks.md JW-03; RFC 8725 §3.10: a key id is a name in a table in memory, whatever it says. The signature is a good
/// one, made by us under the name that is then replaced.
#[tokio::test]
async fn jw_03_a_key_id_is_looked_up_in_memory_only() {
    let (app, hand, tokens, jwks) = targets().await;
    let ids = jwks["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["kid"].clone());
    let mut names: Vec<Value> = [
        "",
        " ",
        "../../../../etc/passwd",
        "/dev/null",
        "' or '1'='1",
        "'; drop table auth.signing_keys; --",
        "https://evil.example/jwks.json",
        "%00",
        "\u{0}",
        "$(id)",
        "kid",
        "*",
        "null",
    ]
    .map(|name| json!(name))
    .into();
    names.extend([
        json!(null),
        json!(0),
        json!([]),
        json!({}),
        json!(true),
        json!("x".repeat(10_000)),
    ]);
    names.extend(ids);
    let mut statements = Statements::of(&app.database).await;
    let ((), sent) = statements
        .during(async {
            for token in &tokens {
                let parts = Parts::of(token);
                let mut headers: Vec<_> = names
                    .iter()
                    .map(|name| {
                        let mut header = header_of(token);
                        header.insert("kid".to_owned(), name.clone());
                        header
                    })
                    .collect();
                let mut without = header_of(token);
                without.remove("kid");
                headers.push(without);
                for header in headers {
                    let text = encode(Value::Object(header).to_string());
                    let forged = format!("{text}.{}.{}", parts.payload, parts.signature);
                    if forged != *token {
                        refused_everywhere(&hand, &forged).await;
                    }
                }
            }
        })
        .await;
    assert!(sent.is_empty(), "{sent:?}");
}
