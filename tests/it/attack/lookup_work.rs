//! CA-02: looking for what does not exist is the same work as looking for what does.

use serde_json::Value;
use signet::base::entropy::SystemEntropy;
use signet::base::handle::{self, Handle, Kind};
use signet::token::refresh_token::{GrantRandom, RefreshToken};

use super::holdings::{ada, text};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::a_client;
use crate::support::statements::Statements;

/// A handle that begins as a real one does, with a right checksum.
fn almost(real: &str) -> String {
    let body = handle::unseal(real).expect("a handle");
    let last = if body.ends_with('x') { 'y' } else { 'x' };
    let guess = handle::seal(&format!("{}{last}", &body[..body.len() - 1]));
    assert_ne!(guess, real);
    guess
}

fn unknown(kind: Kind) -> String {
    Handle::new(kind, &SystemEntropy).expose().to_owned()
}

/// A refresh token that we have made, of a grant that there never was.
fn unknown_refresh(app: &TestApp) -> String {
    let token = RefreshToken {
        random: GrantRandom::new(&SystemEntropy),
        generation: 0,
    };
    let epoch = app
        .app
        .context(signet::base::origin::Origin::internal("test"))
        .epoch;
    let keys = app.app.token_issuer().keys.current();
    token.compose(&keys, epoch).expect("a token").expose().to_owned()
}

fn said(reply: &Reply) -> (u16, String, String) {
    (
        reply.status,
        reply.body.clone(),
        reply
            .headers
            .get("www-authenticate")
            .map_or_else(String::new, |value| value.to_str().expect("text").to_owned()),
    )
}

/// Asserts that every guess is answered alike, for the same statements.
async fn assert_alike(app: &TestApp, guesses: &[(&str, &str)], ask: impl AsyncFn(&str) -> Reply) {
    let mut first = None;
    for (what, guess) in guesses {
        let mut statements = Statements::of(&app.database).await;
        let (reply, sent) = statements.during(ask(guess)).await;
        let found = (said(&reply), sent);
        assert!(!found.1.is_empty(), "{what}: it is looked for");
        assert_eq!(*first.get_or_insert_with(|| found.clone()), found, "{what}");
    }
}

async fn issued(app: &TestApp, hand: &RelyingParty) -> (Value, Value, String) {
    let ada = ada(app).await;
    let scope = [("scope", "openid offline_access")];
    let live = hand.tokens(app, &ada, &scope).await;
    let ended = hand.tokens(app, &ada, &scope).await;
    let token = text(&ended, "refresh_token");
    assert_eq!(hand.post("/oauth2/revoke", &[("token", token)]).await.status, 200);
    (live, ended, hand.code(app, &ada, &[]).await)
}

/// CA-02, counted and not timed: whoever holds nothing of their own learns nothing from the work that a guess costs. An
/// unknown token, one that is almost a real one, one that has ended and another client's are found, or not, by the digest
/// of all of it in the same statements. (The digests of client secrets are counted where they are computed:
/// `client::secret`. Twenty thousand timed samples belong to a quiet machine, not to a suite.)
#[tokio::test]
async fn ca_02_a_guess_costs_the_same_whether_or_not_it_exists() {
    let app = TestApp::new().await;
    let owner = app.relying_party(&a_client("web").reference_tokens().create(&app).await);
    let other = app.relying_party(&a_client("other").reference_tokens().create(&app).await);
    let (live, ended, code) = issued(&app, &owner).await;
    let introspect = async |token: &str| other.post("/oauth2/introspect", &[("token", token)]).await;
    introspect("warm").await;

    let (real, dead) = (text(&live, "access_token"), text(&ended, "access_token"));
    let (none, near) = (unknown(Kind::AccessToken), almost(real));
    let guesses = [
        ("unknown", none.as_str()),
        ("almost", near.as_str()),
        ("ended", dead),
    ];
    assert_alike(&app, &guesses, async |token| owner.userinfo(token).await).await;
    let with_live = [guesses[0], guesses[1], guesses[2], ("another's", real)];
    assert_alike(&app, &with_live, introspect).await;

    let (none, near) = (unknown(Kind::Code), almost(&code));
    let guesses = [
        ("unknown", none.as_str()),
        ("almost", near.as_str()),
        ("another's", &code),
    ];
    assert_alike(&app, &guesses, async |code| other.exchange(code).await).await;

    let (real, dead) = (text(&live, "refresh_token"), text(&ended, "refresh_token"));
    let none = unknown_refresh(&app);
    let guesses = [("unknown", none.as_str()), ("ended", dead), ("another's", real)];
    assert_alike(&app, &guesses, introspect).await;
    let theirs = async |token: &str| other.refresh(token, &[]).await;
    assert_alike(&app, &guesses, theirs).await;
    assert_eq!(
        owner.refresh(real, &[]).await.status,
        200,
        "no guess ended anything"
    );
    assert_eq!(owner.exchange(&code).await.status, 200);
}
