//! How often each key is used.

use super::desk::{an_app, kid, say, told};
use crate::attack::holdings::{ada, sql, text};
use crate::fixtures::a_client;

/// The numbers of a key: signatures, then what was found right here.
async fn used(app: &crate::app::TestApp, kid: &str) -> (u64, u64) {
    let list = say(app, "list").await;
    let keys = list["keys"].as_array().expect("keys");
    let key = keys.iter().find(|key| key["kid"] == kid).expect("the key");
    let number = |name: &str| key[name].as_u64().expect("a number");
    (number("signatures"), number("verifications"))
}

/// Each signature and each token that is shown to us is counted for its key, whether its signature is computed or
/// remembered; it is written down from time to time, and nothing is lost where that fails.
#[tokio::test]
async fn what_keys_sign_and_verify_is_counted() {
    let app = an_app().await;
    let key = kid(&app, "ES256", "active").await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let tokens = web.tokens(&app, &ada(&app).await, &[]).await;
    for _ in 0..3 {
        assert_eq!(web.userinfo(text(&tokens, "access_token")).await.status, 200);
    }
    assert_eq!(used(&app, &key).await, (0, 0), "not written down yet");
    sql(&app, "revoke insert on auth.key_uses from signet_app").await;
    assert!(app.app.write_down_key_uses().await.is_err());
    sql(&app, "grant insert on auth.key_uses to signet_app").await;
    app.app.write_down_key_uses().await.expect("written");
    assert_eq!(used(&app, &key).await, (1, 3));
    assert!(
        used(&app, &kid(&app, "RS256", "active").await).await.0 >= 1,
        "the ID token"
    );
    app.app.write_down_key_uses().await.expect("written");
    assert_eq!(used(&app, &key).await, (1, 3));
    web.userinfo(text(&tokens, "access_token")).await;
    app.app.write_down_key_uses().await.expect("written");
    assert_eq!(used(&app, &key).await, (1, 4));
    let words = told(&app, "status").await;
    assert!(words.contains("VERIFIED"), "{words}");
}
