//! What each operation costs the database, in statements (contracts.md section 7; performance of the house).

use crate::app::relying_party::RelyingParty;
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::assertion::{an_ec_key, jwks, own_token};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::support::statements::Statements;

struct Counted {
    app: TestApp,
    statements: Statements,
    person: TestPerson,
    hand: RelyingParty,
}

impl Counted {
    /// A server whose client cache is warm.
    async fn new() -> Self {
        let app = TestApp::new().await;
        let person = a_person("rike").create(&app).await;
        let client = a_client("web").create(&app).await;
        let hand = app.relying_party(&client);
        hand.tokens(&app, &person, &[]).await;
        let statements = Statements::of(&app.database).await;
        Self {
            app,
            statements,
            person,
            hand,
        }
    }

    /// Asserts the most statements that something may cost.
    async fn costs<T>(&mut self, most: usize, what: &str, work: impl AsyncFnOnce(&Self) -> T) -> T {
        let mut statements =
            std::mem::replace(&mut self.statements, Statements::of(&self.app.database).await);
        let (outcome, sent) = statements.during(work(self)).await;
        self.statements = statements;
        assert!(
            sent.len() <= most,
            "{what} cost {}:\n{}",
            sent.len(),
            sent.join("\n")
        );
        outcome
    }

    /// Signs the person in and goes through to a code.
    async fn authorize(&self, browser: &Browser) -> Reply {
        self.hand
            .authorize(browser, &self.person, &[("scope", "openid email")])
            .await
    }
}

/// Keys, metadata and a service's token are answered from memory.
#[tokio::test]
async fn what_needs_no_statement_sends_none() {
    let mut counted = Counted::new().await;
    let worker = a_client("worker").service().create(&counted.app).await;
    let worker = counted.app.relying_party(&worker);
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(worker.token(&grant).await.status, 200);
    let reply = counted
        .costs(0, "client credentials", async |_| worker.token(&grant).await)
        .await;
    assert_eq!(reply.status, 200);
    for path in [
        "/.well-known/jwks.json",
        "/.well-known/openid-configuration",
        "/login",
    ] {
        let reply = counted
            .costs(0, path, async |counted| counted.app.browser().get(path).await)
            .await;
        assert_eq!(reply.status, 200);
    }
}

/// Each token operation is one statement.
#[tokio::test]
async fn a_token_operation_is_one_statement() {
    let mut counted = Counted::new().await;
    let code = counted
        .authorize(&counted.app.browser())
        .await
        .parameter("code")
        .expect("a code");
    let tokens = counted
        .costs(1, "code exchange", async |counted| {
            counted.hand.exchange(&code).await
        })
        .await;
    let tokens = tokens.json();
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    let reply = counted
        .costs(1, "userinfo", async |counted| {
            counted.hand.userinfo(&access).await
        })
        .await;
    assert_eq!(reply.status, 200);
    for token in [&access, &refresh] {
        let seen = counted
            .costs(1, "introspection", async |counted| {
                counted.hand.introspect(token).await
            })
            .await;
        assert_eq!(seen["active"], true);
    }
    let reply = counted
        .costs(1, "refresh", async |counted| {
            counted.hand.refresh(&refresh, &[]).await
        })
        .await;
    assert_eq!(reply.status, 200);
}

/// A silent sign-in for another application, with its exchange, is at most seven.
#[tokio::test]
async fn a_silent_sign_in_is_at_most_seven_statements() {
    let mut counted = Counted::new().await;
    let browser = counted.app.browser();
    counted.authorize(&browser).await;
    let reply = counted
        .costs(7, "a silent sign-in", async |counted| {
            let code = counted
                .authorize(&browser)
                .await
                .parameter("code")
                .expect("a code");
            counted.hand.exchange(&code).await
        })
        .await;
    assert_eq!(reply.status, 200);
}

/// From the first request to tokens, password included, is at most twelve.
#[tokio::test]
async fn a_whole_sign_in_is_at_most_twelve_statements() {
    let mut counted = Counted::new().await;
    let reply = counted
        .costs(12, "a whole sign-in", async |counted| {
            let code = counted
                .authorize(&counted.app.browser())
                .await
                .parameter("code")
                .expect("a code");
            counted.hand.exchange(&code).await
        })
        .await;
    assert_eq!(reply.status, 200);
}

/// An assertion costs one statement, which uses it up; many that come together share it.
#[tokio::test]
async fn an_assertion_costs_one_statement_and_many_share_it() {
    let mut counted = Counted::new().await;
    let key = an_ec_key("k1");
    let client = a_client("signing").service().private_key_jwt(&jwks(&[&key]));
    let client = client.create(&counted.app).await;
    let hand = counted.app.relying_party(&client);
    let open = async |jti: &str| {
        let assertion = key.assertion(&counted.app, "signing", jti);
        let reply = own_token(&hand, &assertion).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    open("warm").await;
    let ((), sent) = counted.statements.during(open("alone")).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    let together = async {
        let names: Vec<String> = (0..64).map(|number| number.to_string()).collect();
        futures_util::future::join_all(names.iter().map(|name| open(name))).await;
    };
    let ((), sent) = counted.statements.during(together).await;
    assert!(sent.len() < 64, "{}", sent.len());
}
