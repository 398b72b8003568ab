//! CO: replayed codes, and what remains of a code at rest.

use std::collections::HashSet;

use signet::authentication::service_key::ServiceScope;
use signet::base::entropy::SystemEntropy;
use signet::base::handle::{BackupEpoch, Handle, Kind};
use signet::token::refresh_token::GrantRandom;
use sqlx::Row as _;

use super::evidence::{count, events};
use super::holdings::{ada, assert_dead, assert_live, refreshed, text, wait};
use crate::app::TestApp;
use crate::app::relying_party::VERIFIER;
use crate::fixtures::actor::operator;
use crate::fixtures::{a_client, a_person, a_service_key, an_organization};

/// RFC 6749 §4.1.2, RFC 9700 §4.5: CO-01. The grant ends; session and other grants go on.
#[tokio::test]
async fn co_01_a_replayed_code_ends_what_it_issued() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = ada(&app).await;
    for after in [0, 30, 300] {
        let browser = app.browser();
        let reply = relying_party.authorize(&browser, &ada, &[]).await;
        let code = reply.parameter("code").unwrap();
        let tokens = relying_party.exchange(&code).await.json();
        let other = browser.get(&relying_party.authorization_url(&[])).await;
        let other = relying_party
            .exchange(&other.parameter("code").unwrap())
            .await
            .json();
        wait(&app, after);
        let newest = refreshed(&relying_party, &tokens).await;
        let before = events(&app, "CODE_REPLAYED").await;
        for _ in 0..2 {
            relying_party
                .exchange(&code)
                .await
                .assert_error(400, "invalid_grant");
        }
        assert_eq!(events(&app, "CODE_REPLAYED").await, before + 1, "after {after} s");
        assert_dead(&relying_party, &newest).await;
        assert_dead(&relying_party, &tokens).await;
        assert_live(&relying_party, &other).await;
        let again = browser
            .get(&relying_party.authorization_url(&[("prompt", "none")]))
            .await;
        assert!(again.parameter("code").is_some(), "the session goes on");
    }
    let ended = "select count(*) from auth.oauth_grants where ended_reason = 'code_replayed'";
    assert_eq!(count(&app, ended).await, 3);
}

/// RFC 9700 §4.5: CO-02, TE-02. Ownership comes before the destructive branch.
#[tokio::test]
async fn co_02_whoever_does_not_own_a_code_ends_nothing_by_replaying_it() {
    let app = TestApp::new().await;
    let owner = app.relying_party(&a_client("web").create(&app).await);
    let other = app.relying_party(&a_client("other").create(&app).await);
    let ada = ada(&app).await;
    let code = owner.code(&app, &ada, &[]).await;
    let redirect_uri = owner.client.redirect_uri.clone();
    let request = |verifier: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", verifier),
        ]
    };
    let mut stranger = app.relying_party(&owner.client);
    stranger.client.secret = Some("not the secret of this client at all".to_owned());
    let wrong = "another-verifier-another-verifier-another-verifier";
    for redeemed in [false, true] {
        let tokens = if redeemed {
            Some(owner.exchange(&code).await.json())
        } else {
            None
        };
        other
            .token(&request(VERIFIER))
            .await
            .assert_error(400, "invalid_grant");
        stranger
            .token(&request(VERIFIER))
            .await
            .assert_error(401, "invalid_client");
        for verifier in ["", wrong] {
            owner
                .token(&request(verifier))
                .await
                .assert_error(400, "invalid_grant");
        }
        for elsewhere in ["https://web.example.com/elsewhere", ""] {
            let mut fields = request(VERIFIER);
            fields[2] = ("redirect_uri", elsewhere);
            owner.token(&fields).await.assert_error(400, "invalid_grant");
        }
        if let Some(tokens) = tokens {
            assert_live(&owner, &tokens).await;
            refreshed(&owner, &tokens).await;
        }
    }
    assert_eq!(events(&app, "CODE_REPLAYED").await, 0);
}

/// RFC 9700 §4.5: CO-02 for a client that proves nothing but its verifier.
#[tokio::test]
async fn co_02_a_public_clients_code_is_worth_nothing_without_its_verifier() {
    let app = TestApp::new().await;
    let client = a_client("app")
        .public()
        .redirect_uri("https://app.example.com/callback")
        .create(&app)
        .await;
    let relying_party = app.relying_party(&client);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let tokens = relying_party.exchange(&code).await.json();
    let stolen = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
    ];
    relying_party
        .token(&stolen)
        .await
        .assert_error(400, "invalid_grant");
    assert_live(&relying_party, &tokens).await;
}

/// The random part of a new handle.
fn random(kind: Kind) -> String {
    let handle = Handle::new(kind, &SystemEntropy);
    handle
        .expose()
        .split('_')
        .nth(2)
        .expect("a random part")
        .to_owned()
}

/// ASVS 7.2.3: CO-04. Twenty thousand of each kind: none comes twice, and each has 256 bit: 43 characters, each of them
/// any of 62, as often as chance has it at every place (within eight standard deviations).
#[test]
fn co_04_handles_do_not_repeat() {
    const COUNT: usize = 20_000;
    let kinds = [
        Kind::Session,
        Kind::Flow,
        Kind::AuthorizationRequest,
        Kind::Code,
        Kind::Refresh,
        Kind::AccessToken,
        Kind::ClientSecret,
        Kind::Invitation,
        Kind::ServiceKey,
    ];
    let expected = COUNT / 62;
    for kind in kinds {
        let mut seen = HashSet::with_capacity(COUNT);
        let mut counted = vec![[0_usize; 128]; 43];
        for _ in 0..COUNT {
            let random = random(kind);
            assert_eq!(random.len(), 43, "256 bit in base62");
            for (place, character) in random.bytes().enumerate() {
                counted[place][usize::from(character)] += 1;
            }
            assert!(seen.insert(random), "a handle came twice");
        }
        for place in counted {
            let used: Vec<usize> = place.into_iter().filter(|count| *count > 0).collect();
            assert_eq!(used.len(), 62);
            assert!(
                used.iter().all(|count| count.abs_diff(expected) < 144),
                "{used:?}"
            );
        }
    }
    // A refresh token is its grant's random part, of which only the digest can be seen.
    let seen: HashSet<_> = (0..COUNT)
        .map(|_| GrantRandom::new(&SystemEntropy).digest(BackupEpoch(0)))
        .collect();
    assert_eq!(seen.len(), COUNT);
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string grows");
        hex
    })
}

/// ASVS 7.2.3: CO-04. A dump of the database lets nobody in.
#[tokio::test]
async fn co_04_nothing_usable_is_stored() {
    let app = TestApp::new().await;
    let client = a_client("web").reference_tokens().create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = ada(&app).await;
    let browser = app.browser();
    let reply = relying_party
        .authorize(&browser, &ada, &[("scope", "openid offline_access")])
        .await;
    let code = reply.parameter("code").unwrap();
    let tokens = relying_party.exchange(&code).await.json();
    let mut secrets = vec![code, ada.password.clone(), client.secret.unwrap()];
    secrets.extend(["access_token", "refresh_token", "id_token"].map(|name| text(&tokens, name).to_owned()));
    secrets.extend(["signet_session", "signet_flow"].map(|name| browser.cookie(name).expect("a cookie")));
    let waiting = app.browser().get(&relying_party.authorization_url(&[])).await;
    secrets.push(waiting.parameter("request").expect("a waiting request"));
    secrets.push(a_service_key(&app, "watcher", &[ServiceScope::EpochRead]).await);
    let acme = an_organization(&app, "acme", &ada, None).await;
    let invited = acme
        .invite_as(&app, &operator(), "bob@example.test", "member")
        .await;
    secrets.push(invited.expect("invited").1.expose().to_owned());
    let mut admin = app.database.admin().await;
    let tables = "select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut admin).await.unwrap();
    assert!(tables.len() > 15, "the schema was read: {tables:?}");
    for table in tables {
        let statement = format!("select row_to_json(t)::text as row from {table} t");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .fetch_all(&mut admin)
            .await
            .unwrap();
        for row in rows {
            let row: String = row.get("row");
            for secret in &secrets {
                let hex = hex(secret);
                // A handle's random part alone would be enough.
                let part = secret
                    .split('_')
                    .nth(2)
                    .filter(|part| part.len() >= 43)
                    .unwrap_or(secret);
                let stored = [secret.as_str(), hex.as_str(), part]
                    .iter()
                    .any(|text| row.contains(text));
                assert!(!stored, "{table} holds a secret");
            }
        }
    }
}
