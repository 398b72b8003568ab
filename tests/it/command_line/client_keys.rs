//! `signet client` for clients that sign with keys of their own: registering, showing, changing, and what is refused
//! with which words.

use serde_json::{Value, json};

use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::assertion::{an_ec_key, an_rsa_key, jwks, own_token};
use crate::fixtures::client::TestClient;
use crate::support::database::TestDatabase;

const CREATE: [&str; 8] = [
    "client", "create", "--id", "jobs", "--name", "Jobs", "--type", "service",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&CREATE[..], more].concat()
}

/// What is registered by a file opens, is shown whole, and can be changed; there is no secret to rotate.
#[tokio::test]
async fn a_client_with_keys_is_registered_shown_and_changed() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let (first, second) = (an_ec_key("k1"), an_rsa_key("k2", "PS256", 2048));
    let create = with(&["--auth-method", "private_key_jwt", "--jwks-file", "-", "--json"]);
    let mut document = jwks(&[&first]);
    document["keys"][0]["issued_by"] = "somebody".into();
    let made = signet.run_with_input(&create, &document.to_string()).await;
    assert_eq!(made.code, 0, "{}", made.errors);
    let made: Value = serde_json::from_str(&made.output).unwrap();
    assert_eq!(made["client_id"], "jobs");
    assert!(made.get("client_secret").is_none(), "no secret");
    let shown = signet.json(&["client", "show", "jobs"]).await;
    let mut public = first.public();
    public["use"] = "sig".into();
    for (field, value) in [
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("jwks", json!({"keys": [public]})),
        ("jwks_uri", Value::Null),
        ("token_endpoint_auth_signing_alg", Value::Null),
        ("token_endpoint_as_audience", json!(false)),
        ("secrets", json!([])),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let client = TestClient {
        id: "jobs".to_owned(),
        secret: None,
        method: "private_key_jwt",
        redirect_uri: String::new(),
    };
    let hand = app.relying_party(&client);
    assert_eq!(
        own_token(&hand, &first.assertion(&app, "jobs", "1")).await.status,
        200
    );
    signet
        .run(&["client", "rotate-secret", "jobs"])
        .await
        .assert_refused("signs with a key of its own and has no secret");

    let edit = [
        "client",
        "edit",
        "jobs",
        "--jwks-file",
        "-",
        "--auth-signing-alg",
        "PS256",
        "--token-endpoint-as-audience",
    ];
    let edited = signet.run_with_input(&edit, &jwks(&[&second]).to_string()).await;
    assert_eq!(edited.code, 0, "{}", edited.errors);
    app.refresh_caches().await;
    assert_eq!(
        own_token(&hand, &first.assertion(&app, "jobs", "2")).await.status,
        401
    );
    assert_eq!(
        own_token(&hand, &second.assertion(&app, "jobs", "3"))
            .await
            .status,
        200
    );

    let published = "https://jobs.example.com/jwks.json";
    let shown = signet
        .json(&["client", "edit", "jobs", "--jwks-uri", published])
        .await;
    assert_eq!(
        (&shown["jwks"], &shown["jwks_uri"]),
        (&Value::Null, &json!(published))
    );
    let secret = ["client", "edit", "jobs", "--auth-method", "client_secret_basic"];
    assert_eq!(signet.run(&secret).await.code, 0);
    let rotated = signet.json(&["client", "rotate-secret", "jobs"]).await;
    assert!(rotated["client_secret"].is_string(), "{rotated}");
    let back = ["client", "edit", "jobs", "--auth-method", "private_key_jwt"];
    assert_eq!(signet.run(&back).await.code, 0);
    let shown = signet.json(&["client", "show", "jobs"]).await;
    assert_eq!(shown["secrets"], json!([]), "a secret that is no way in is none");
}

/// What could not work, or would give the client away, is refused with the reason, and nothing is kept.
#[tokio::test]
async fn keys_that_cannot_be_are_refused_by_name() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let key = an_ec_key("k1");
    let good = jwks(&[&key]);
    let mut private = good.clone();
    private["keys"][0]["d"] = "c2VjcmV0".into();
    let mut off_curve = good.clone();
    off_curve["keys"][0]["y"] = off_curve["keys"][0]["x"].clone();
    let mut encryption = good.clone();
    encryption["keys"][0]["use"] = "enc".into();
    let method = ["--auth-method", "private_key_jwt"];
    let file = ["--jwks-file", "-"];
    let uri = |uri| ["--jwks-uri", uri];
    for (options, input, reason) in [
        (&[][..], Value::Null, "--jwks-file"),
        (
            &[&file[..], &uri("https://a.example/jwks")].concat(),
            good.clone(),
            "jwks or jwks_uri, not both",
        ),
        (&file, private, "jwks: key 1 has the member d"),
        (
            &file,
            json!({"keys": [{"kty": "oct", "k": "AAAA"}]}),
            "jwks: key 1 has the member k",
        ),
        (
            &file,
            jwks(&[&an_rsa_key("k", "RS256", 1024)]),
            "an RSA key of 1024 bits; 2048 to 8192",
        ),
        (&file, json!({"keys": vec![key.public(); 21]}), "at most 20 keys"),
        (&file, off_curve, "jwks: key 1 is no usable key"),
        (&file, encryption, "no key in it verifies"),
        (&file, key.public(), "no key set"),
        (&file, json!({"keys": ["k"]}), "jwks: key 1 is no usable key"),
        (
            &[&file[..], &["--auth-signing-alg", "RS256"]].concat(),
            good.clone(),
            "no key in jwks is one for RS256",
        ),
        (
            &uri("http://jobs.example.com/jwks"),
            Value::Null,
            "jwks_uri: an https address",
        ),
        (
            &uri("https://me:word@a.example/"),
            Value::Null,
            "jwks_uri: an https address",
        ),
    ] {
        let arguments = with(&[&method[..], options].concat());
        let ran = signet.run_with_input(&arguments, &input.to_string()).await;
        assert_ne!(ran.code, 0, "{reason}: {}", ran.output);
        // An option is told by its own name and the member's.
        let told = ran.errors.replace("): ", ": ");
        assert!(told.contains(reason), "{reason}: {}", ran.errors);
    }
    let chosen = with(
        &[
            &method[..],
            &["--jwks-uri", "https://a.example/jwks", "--secret-file", "-"],
        ]
        .concat(),
    );
    let ran = signet.run_with_input(&chosen, &"x".repeat(40)).await;
    assert!(ran.errors.contains("has no secret"), "{}", ran.errors);
    signet
        .run(&["client", "show", "jobs"])
        .await
        .assert_refused("jobs");
}
