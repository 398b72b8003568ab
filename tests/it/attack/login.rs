//! Attacks on the sign-in: LO-02, LO-03.

use super::evidence::{count, events};
use super::login_enumeration::{attempt, said};
use crate::app::{Browser, TestApp};
use crate::fixtures::a_person;

/// LO-02: a hundred guesses at once on three replicas: three are checked, no more; the fourth would have had to wait.
#[tokio::test]
async fn lo_02_no_number_of_parallel_guesses_passes_the_limit() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let replicas = [app.replica().await, app.replica().await];
    let addresses = [&app.address, &replicas[0].address, &replicas[1].address];
    let guesses = (0..100).map(|number| {
        let (address, origin) = (addresses[number % 3].clone(), app.issuer.clone());
        async move {
            let fields = [("username", "ada"), ("password", "wrong password")];
            let browser = Browser::new(&address);
            browser.post_from("/login", &fields, Some(&origin)).await.status
        }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let of = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((of(401), of(429)), (3, 97), "{statuses:?}");
    assert_eq!(events(&app, "LOGIN_FAILURE").await, 3);
    assert_eq!(attempt(&app.browser(), "ada", &ada.password).await.status, 429);
}

/// LO-03: however an identifier is written, one counter counts for it, beside one for the account that is meant.
#[tokio::test]
async fn lo_03_every_spelling_counts_for_one_account() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let spellings = [
        "ada",
        " ADA ",
        "Ada@Example.TEST",
        "\u{ff41}da",
        "\u{ff41}\u{ff44}\u{ff41}@example\u{3002}test",
    ];
    for spelling in spellings {
        assert_eq!(
            attempt(&app.browser(), spelling, "wrong password").await.status,
            401,
            "{spelling}"
        );
    }
    for spelling in ["ada", "ADA ", "\u{ff41}DA"] {
        assert_eq!(
            attempt(&app.browser(), spelling, &ada.password).await.status,
            429,
            "{spelling}"
        );
    }
    let counters = "select count(*) from auth.login_attempts";
    let of_the_account = "select failures::bigint from auth.login_attempts where subject like 'user:%'";
    assert_eq!(
        (count(&app, counters).await, count(&app, of_the_account).await),
        (3, 5)
    );
    let unknown = app.browser();
    for spelling in ["zoe", " ZOE", "\u{ff5a}oe"] {
        assert_eq!(attempt(&unknown, spelling, "wrong password").await.status, 401);
    }
    assert_eq!(attempt(&unknown, "zoe ", "wrong password").await.status, 429);
    assert_eq!(
        count(&app, counters).await,
        5,
        "an identifier and a row in place of an account"
    );
}

/// LO-03: what nobody can be called costs no row, and is refused like anybody.
#[tokio::test]
async fn lo_03_an_impossible_name_is_refused_like_any_other() {
    let app = TestApp::new().await;
    let expected = said(
        &attempt(&app.browser(), "nobody", "wrong password").await,
        "nobody",
    );
    for impossible in ["a b@c@d", "\u{200b}ada", "@", "a@"] {
        let reply = attempt(&app.browser(), impossible, "wrong password").await;
        assert_eq!(said(&reply, impossible), expected, "{impossible:?}");
    }
    assert_eq!(count(&app, "select count(*) from auth.login_attempts").await, 2);
}
