//! Who carries a rotation out: one of many replicas, and it does no harm if that one is lost.

use std::time::Duration;

use signet::signing::rotation::{NewKeys, Rotation, View, advance};

use super::desk::{an_app, another, drive, findings, kid, say};
use crate::app::Browser;
use crate::attack::evidence::count;
use crate::race::together::Replicas;

/// JW-08: replicas that are due together make one step, and one next key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jw_08_replicas_that_rotate_together_make_one_new_key_set() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    say(app, "rotate").await;
    app.clock.advance(Duration::from_hours(24));
    for _ in 0..3 {
        let rounds = replicas.all().map(drive);
        futures_util::future::join_all(rounds).await;
    }
    let activated = "select count(*) from auth.key_log where entry like '%\"change\":\"activated\"%'";
    assert_eq!(count(app, activated).await, 3, "one of each algorithm");
    for state in ["active", "next", "retiring"] {
        for alg in ["RS256", "ES256", "EdDSA"] {
            kid(app, alg, state).await;
        }
    }
    assert_eq!(count(app, "select count(*) from auth.jwks").await, 9);
    let sets: Vec<String> = futures_util::future::join_all(replicas.all().map(async |replica| {
        assert!(replica.app.refresh("keys").await);
        Browser::new(&replica.address)
            .get("/.well-known/jwks.json")
            .await
            .body
    }))
    .await;
    assert!(
        sets.windows(2).all(|pair| pair[0] == pair[1]),
        "all publish the same"
    );
    assert_eq!(findings(app).await, [""; 0]);
}

/// A replica that is lost in the middle of a step leaves nothing behind, and the next one does the step.
#[tokio::test]
async fn a_driver_that_is_lost_leaves_nothing_behind() {
    let app = an_app().await;
    let other = another(&app).await;
    say(&app, "rotate --alg ES256").await;
    let next = kid(&app, "ES256", "next").await;
    app.clock.advance(Duration::from_mins(10));
    let mut lost = app.work().await;
    let policy = signet::app::rotation_policy(lost.connection().expect("open"), app.app.config())
        .await
        .expect("a policy");
    let rotation = Rotation {
        keyring: app.app.keyring(),
        policy: &policy,
    };
    let changes = advance(&mut lost, rotation, &mut NewKeys::default())
        .await
        .expect("a round");
    assert_eq!(changes.len(), 1);
    // While it holds the lock, nobody else drives; its end takes everything back.
    drive(&other).await;
    assert_ne!(kid(&other, "ES256", "active").await, next);
    lost.rollback().await.expect("ends");
    drive(&other).await;
    assert_eq!(kid(&other, "ES256", "active").await, next);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A rotation goes on although it cannot be written down who fetched the key set.
#[tokio::test]
async fn a_rotation_does_not_hang_on_the_record_of_who_fetches() {
    let app = an_app().await;
    say(&app, "rotate --alg ES256").await;
    let next = kid(&app, "ES256", "next").await;
    crate::attack::holdings::sql(&app, "revoke insert on auth.jwks_verifiers from signet_app").await;
    app.clock.advance(Duration::from_mins(10));
    super::desk::published(&app).await;
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// A rotation never goes back, whichever way a clock is set.
#[tokio::test]
async fn cr_03_a_clock_that_is_set_back_undoes_no_step() {
    let app = an_app().await;
    say(&app, "rotate --alg ES256").await;
    let next = kid(&app, "ES256", "next").await;
    app.clock.advance(Duration::from_mins(10));
    drive(&app).await;
    app.clock.turn_back(Duration::from_hours(24));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    app.clock.advance(Duration::from_hours(26));
    drive(&app).await;
    drive(&app).await;
    kid(&app, "ES256", "retired").await;
    assert_eq!(findings(&app).await, [""; 0]);
    let mut connection = app.work().await;
    let now = connection.now();
    let view = View::read(connection.connection().expect("open"), now)
        .await
        .expect("read");
    connection.commit().await.expect("ends");
    assert!(view.requests.is_empty());
}

/// Before a replica signs with a key it has said so; it says so once.
#[tokio::test]
async fn a_replica_says_that_it_signs_before_it_does() {
    let app = an_app().await;
    let other = app.replica().await;
    let said = "select count(*) from auth.key_first_signatures f join auth.jwks k on k.id = f.kid \
                where k.status = 'active' and k.alg = 'ES256'";
    // A server that started in this database before has said so too.
    assert_eq!(count(&app, said).await, 3);
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(10));
    signet::jobs::key_rotation::drive(&app.app)
        .await
        .expect("a round");
    assert_eq!(count(&app, said).await, 0);
    drive(&other).await;
    drive(&other).await;
    assert_eq!(count(&app, said).await, 1);
    drive(&app).await;
    assert_eq!(count(&app, said).await, 2);
}

/// If it cannot be said, the new key signs nothing, and everything else of a change counts.
#[tokio::test]
async fn a_key_that_cannot_be_announced_signs_nothing() {
    let app = an_app().await;
    let (old, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    crate::attack::holdings::sql(&app, "revoke insert on auth.key_first_signatures from signet_app").await;
    say(&app, &format!("revoke {old}")).await;
    assert!(!app.app.refresh("keys").await, "it is tried again");
    let names = super::desk::published(&app).await;
    assert!(!names.contains(&old) && names.contains(&next));
    let service = crate::fixtures::a_client("worker").service().create(&app).await;
    let service = app.relying_party(&service);
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(service.token(&grant).await.status, 503);
    crate::attack::holdings::sql(&app, "grant insert on auth.key_first_signatures to signet_app").await;
    assert!(app.app.refresh("keys").await);
    assert_eq!(service.token(&grant).await.status, 200);
}

/// A replica that cannot say that it signs with the next key of a rotation is not without a signer: the one before it,
/// which is still published, signs on for the seconds until nothing is minted there.
#[tokio::test]
async fn a_rotation_that_cannot_be_announced_leaves_the_key_before_it_signing() {
    let app = an_app().await;
    let service = crate::fixtures::a_client("worker").service().create(&app).await;
    let service = app.relying_party(&service);
    let signed_by = async || {
        let reply = service
            .token(&[("grant_type", "client_credentials")])
            .await
            .json();
        let token = reply["access_token"].as_str().expect("a token").to_owned();
        crate::app::relying_party::header(&token)["kid"]
            .as_str()
            .map(str::to_owned)
    };
    let (old, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(10));
    crate::attack::holdings::sql(&app, "revoke insert on auth.key_first_signatures from signet_app").await;
    signet::jobs::key_rotation::drive(&app.app)
        .await
        .expect("a round");
    assert!(!app.app.refresh("keys").await, "it is tried again");
    assert_eq!(signed_by().await.as_ref(), Some(&old));
    assert!(!app.app.refresh("keys").await);
    assert_eq!(signed_by().await.as_ref(), Some(&old));
    crate::attack::holdings::sql(&app, "grant insert on auth.key_first_signatures to signet_app").await;
    assert!(app.app.refresh("keys").await);
    assert_eq!(signed_by().await.as_ref(), Some(&next));
}

/// Whoever has the lock under which keys change keeps a server from nothing but adding keys, and a command from ending in
/// a failure of the database.
#[tokio::test]
async fn a_lock_that_is_not_let_go_stops_no_start_and_is_said() {
    let app = an_app().await;
    crate::attack::holdings::sql(
        &app,
        "delete from auth.jwks where status = 'next' and alg = 'ES256'",
    )
    .await;
    let mut holding = app.database.admin().await;
    let lock = "begin; select pg_advisory_xact_lock(hashtextextended('auth.key_log', 0))";
    sqlx::raw_sql(lock).execute(&mut holding).await.expect("the lock");
    let (started, refused) = tokio::join!(app.replica(), super::desk::try_keys(&app, "rotate --alg RS256"));
    let refused = refused.expect_err("somebody has the lock");
    assert!(refused.contains("being changed by somebody else"), "{refused}");
    let set = crate::app::Browser::new(&started.address)
        .get("/.well-known/jwks.json")
        .await;
    assert_eq!(set.status, 200);
    sqlx::raw_sql("rollback")
        .execute(&mut holding)
        .await
        .expect("ends");
    drive(&started).await;
    kid(&started, "ES256", "next").await;
}

/// A next key that does not open stays the next one: the active key, which it would replace, signs on, and the other
/// algorithms are rotated.
#[tokio::test]
async fn a_next_key_that_does_not_open_leaves_the_active_one_signing() {
    let app = an_app().await;
    let (active, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    let other = kid(&app, "EdDSA", "next").await;
    say(&app, "rotate").await;
    let lose = "update auth.jwks set kek_id = 'lost' where alg = 'ES256' and status = 'next'";
    crate::attack::holdings::sql(&app, lose).await;
    app.clock.advance(Duration::from_mins(10));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, active);
    assert_eq!(kid(&app, "ES256", "next").await, next);
    assert_eq!(kid(&app, "EdDSA", "active").await, other);
    let log = "select count(*) from auth.key_log where entry like '%\"change\":\"activated\"%'";
    assert_eq!(count(&app, log).await, 2);
    assert_eq!(findings(&app).await, [""; 0]);
}

/// While the database's clock jumps no step is done: one that came early could not be taken back.
#[tokio::test]
async fn no_step_is_done_while_the_clock_is_unsteady() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    say(&app, "rotate --alg ES256").await;
    app.app.freshness().polled(Duration::from_hours(1));
    app.clock.advance(Duration::from_mins(10));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "next").await, next);
    app.app.freshness().polled(Duration::ZERO);
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// A replica that cannot open the active key does not try to publish a next one every few seconds; it says that it
/// cannot, and the other algorithms go on.
#[tokio::test]
async fn a_lost_active_key_is_told_and_not_tried_again_and_again() {
    let app = an_app().await;
    let other = kid(&app, "EdDSA", "next").await;
    let lose = "update auth.jwks set kek_id = 'lost' where alg = 'RS256' and status = 'active'; \
                delete from auth.jwks where alg = 'RS256' and status = 'next'";
    crate::attack::holdings::sql(&app, lose).await;
    app.app.refresh("keys").await;
    say(&app, "rotate --alg EdDSA").await;
    app.clock.advance(Duration::from_mins(10));
    for changes in [2, 0] {
        let driven = signet::jobs::key_rotation::drive(&app.app)
            .await
            .expect("a round");
        assert_eq!(driven.stuck, [signet::protocol::algorithm::Algorithm::RS256]);
        assert_eq!(driven.changes.len(), changes);
    }
    assert_eq!(kid(&app, "EdDSA", "active").await, other);
}

/// Whoever asked for a rotation that somebody else has just carried out gets no second one.
#[tokio::test]
async fn a_rotation_that_is_done_already_is_not_asked_for_again() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    let mut looking = app.work().await;
    let now = looking.now();
    let seen = View::read(looking.connection().expect("open"), now)
        .await
        .expect("read");
    looking.commit().await.expect("ends");
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_mins(10));
    drive(&app).await;
    let mut work = app.work().await;
    let policy = signet::app::rotation_policy(work.connection().expect("open"), app.app.config())
        .await
        .expect("a policy");
    let algorithms = [signet::protocol::algorithm::Algorithm::ES256];
    let refused = signet::signing::rotation::request(&mut work, &seen, &policy, &algorithms, &[]).await;
    assert!(refused.is_err(), "another key signs already");
    work.rollback().await.expect("ends");
    app.clock.advance(Duration::from_hours(24));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
}

/// A wait that ends before the rotation does fails, so that a script does not go on as if it was done. A name that no
/// verifier has is refused.
#[tokio::test]
async fn a_wait_whose_time_is_over_fails() {
    let app = an_app().await;
    let signet = crate::command_line::program::Signet::on(&app.database);
    crate::attack::holdings::sql(
        &app,
        "delete from auth.key_log; delete from auth.key_first_signatures",
    )
    .await;
    let words = ["keys", "rotate", "--alg", "ES256", "--wait", "--timeout", "0"];
    let waited = signet.run(&words).await;
    assert_eq!(waited.code, 1, "{} {}", waited.output, waited.errors);
    assert!(
        waited.output.contains("ES256 activate"),
        "{} {}",
        waited.output,
        waited.errors
    );
    let typo = super::desk::try_keys(&app, "rotate --alg ES256 --accept-breaking shopapi").await;
    let refused = typo.expect_err("nobody is called that");
    assert!(refused.contains("no verifier is called shopapi"), "{refused}");
}

/// So many rounds at most: one that meets the lock of the round before, whose end PostgreSQL has not read yet, does nothing.
const ROUNDS: usize = 200;

/// Why a round was refused.
async fn refused_round(app: &crate::app::TestApp) -> String {
    for _ in 0..ROUNDS {
        if let Err(refused) = signet::jobs::key_rotation::drive(&app.app).await {
            return refused.to_string();
        }
    }
    panic!("a damaged log is no obstacle")
}

/// Behind a damaged log no key is made, however often it is looked; once it is mended one is.
#[tokio::test]
async fn no_key_is_made_for_a_step_that_the_log_refuses() {
    let app = an_app().await;
    let ahead = "update auth.key_log set entry = replace(entry, '\"at\":\"2027', '\"at\":\"2037') \
                 where sequence = (select max(sequence) from auth.key_log)";
    let sound = "update auth.key_log set entry = replace(entry, '\"at\":\"2037', '\"at\":\"2027')";
    crate::attack::holdings::sql(
        &app,
        "delete from auth.jwks where status = 'next' and alg = 'RS256'",
    )
    .await;
    crate::attack::holdings::sql(&app, ahead).await;
    let spares = app.app.token_issuer().keys.spares();
    for _ in 0..3 {
        let refused = refused_round(&app).await;
        assert!(refused.contains("is yet to come"), "{refused}");
    }
    assert_eq!(spares.made(), 0);
    crate::attack::holdings::sql(&app, sound).await;
    for _ in 0..ROUNDS {
        drive(&app).await;
        if spares.made() > 0 {
            break;
        }
    }
    assert_eq!(spares.made(), 1);
    kid(&app, "RS256", "next").await;
}

/// A key that was made for a step and not used, since the step failed, is used by the next try; and of several replicas
/// one makes it.
#[tokio::test]
async fn a_key_is_made_once_for_a_step() {
    let app = an_app().await;
    let other = another(&app).await;
    crate::attack::holdings::sql(
        &app,
        "delete from auth.jwks where status = 'next' and alg = 'RS256'",
    )
    .await;
    crate::attack::holdings::sql(&app, "revoke insert on auth.jwks from signet_app").await;
    let made = |app: &crate::app::TestApp| app.app.token_issuer().keys.spares().made();
    for _ in 0..2 {
        refused_round(&app).await;
    }
    assert_eq!(made(&app), 1);
    crate::attack::holdings::sql(&app, "grant insert on auth.jwks to signet_app").await;
    // Somebody else makes them at the moment.
    let lead = "update auth.job_leads set replica = 'another', until = until + interval '1 day' where job = 'signing keys'";
    crate::attack::holdings::sql(&app, lead).await;
    drive(&other).await;
    assert_eq!(made(&other), 0);
    let published = "select count(*) from auth.jwks where status = 'next' and alg = 'RS256'";
    for _ in 0..ROUNDS {
        drive(&app).await;
        if count(&app, published).await > 0 {
            break;
        }
    }
    assert_eq!(made(&app), 1);
    kid(&app, "RS256", "next").await;
}

/// A start takes no step, not even one that is long due: it cannot know whether the database's clock is steady.
#[tokio::test]
async fn a_start_takes_no_step() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    say(&app, "rotate --alg ES256").await;
    crate::attack::holdings::sql(
        &app,
        "delete from auth.jwks where status = 'next' and alg = 'EdDSA'",
    )
    .await;
    app.clock.advance(Duration::from_hours(24));
    let log = "select count(*) from auth.key_log";
    let before = count(&app, log).await;
    let started = another(&app).await;
    assert_eq!(count(&app, log).await, before);
    assert_eq!(kid(&started, "ES256", "next").await, next);
    drive(&started).await;
    assert_eq!(kid(&started, "ES256", "active").await, next);
    kid(&started, "EdDSA", "next").await;
}
