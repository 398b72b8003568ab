//! Which standing an account has, and which act leads where (systems.md section 6: users; section 5, row 5).

use signet::user::UserStatus;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::sql;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};

/// Every act on every standing: what it leads to, or that it is refused with both in the sentence.
#[tokio::test]
async fn every_act_leads_where_it_may_and_nowhere_else() {
    let acts = [
        ("activate", "active", "invited waitlist inactive"),
        ("waitlist", "waitlist", "invited active"),
        ("deactivate", "inactive", "invited waitlist active"),
        ("ban", "banned", "invited waitlist active inactive"),
        ("unban", "active", "banned"),
        ("archive", "archived", "invited waitlist active inactive banned"),
    ];
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    for status in UserStatus::ALL {
        for (act, to, from) in acts {
            let name = format!("{}-{act}", status.name());
            a_person(&name).status(status).create(&app).await;
            let ran = signet.run(&["user", act, &name]).await;
            let legal = from.split(' ').any(|from| from == status.name()) || status.name() == to;
            let expected = if legal { to } else { status.name() };
            let shown = signet.json(&["user", "show", &name]).await;
            assert_eq!(shown["status"], expected, "{name}: {}", ran.errors);
            if legal {
                assert_eq!(ran.code, 0, "{name}: {}", ran.errors);
            } else {
                ran.assert_refused(&format!("is {}", status.name()));
            }
        }
    }
}

/// Systems.md decisions: who waits sees their account page and gets no token; a shared membership makes them active.
#[tokio::test]
async fn a_membership_makes_active_who_waited_or_was_invited() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let root = a_person("root").create(&app).await;
    let acme = an_organization(&app, "acme", &root, None).await;
    for status in [UserStatus::Waitlist, UserStatus::Invited] {
        let name = status.name();
        let person = a_person(name).status(status).create(&app).await;
        let typed = [("username", name), ("password", person.password.as_str())];
        let reply = app.browser().post("/login", &typed).await;
        let may_sign_in = status == UserStatus::Waitlist;
        assert_eq!(reply.status, if may_sign_in { 303 } else { 401 });
        acme.invite(&app, &person, "member").await;
        let shown = Signet::on(&app.database).json(&["user", "show", name]).await;
        assert_eq!(shown["status"], name, "an invitation is no membership");
        let mut work = app.work().await;
        signet::tenancy::member::join(&mut work, &acme.id, &person.id)
            .await
            .unwrap();
        work.commit().await.unwrap();
        let reply = web.authorize(&app.browser(), &person, &[]).await;
        assert!(reply.parameter("code").is_some(), "{name}");
    }
    let added = a_person("added").status(UserStatus::Waitlist).create(&app).await;
    acme.add(&app, &added, "member").await;
    let active = "select count(*) from auth.users where status = 'active'";
    assert_eq!(count(&app, active).await, 4);
}

/// A membership wakes nobody who was put to rest or shut out.
#[tokio::test]
async fn a_membership_wakes_nobody_who_was_shut_out() {
    let app = TestApp::new().await;
    let root = a_person("root").create(&app).await;
    let acme = an_organization(&app, "acme", &root, None).await;
    for status in [UserStatus::Inactive, UserStatus::Banned, UserStatus::Archived] {
        let person = a_person(status.name()).status(status).create(&app).await;
        acme.add(&app, &person, "member").await;
        let shown = Signet::on(&app.database)
            .json(&["user", "show", status.name()])
            .await;
        assert_eq!(shown["status"], status.name());
    }
}

/// Systems.md section 5, row 5: the global organization and the personal space make nobody active.
#[tokio::test]
async fn the_global_organization_makes_nobody_active() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let root = a_person("root").create(&app).await;
    let everyone = an_organization(&app, "everyone", &root, None).await;
    signet.json(&["org", "set-global", "everyone"]).await;
    let ada = a_person("ada").status(UserStatus::Waitlist).create(&app).await;
    everyone.add(&app, &ada, "member").await;
    assert_eq!(signet.json(&["user", "show", "ada"]).await["status"], "waitlist");
}

/// Systems.md section 5, rows 4 and 5: a proven address at a proven domain joins and makes active; an unproven one does
/// nothing.
#[tokio::test]
async fn a_proven_address_at_a_proven_domain_makes_active() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let root = a_person("root").create(&app).await;
    an_organization(&app, "acme", &root, None).await;
    sql(
        &app,
        "insert into auth.organization_domains
            (organization_id, domain, proof_token, verified_at, auto_join_role, created_at, updated_at)
        select id, 'example.test', 'token', created_at, 'member', created_at, created_at
        from auth.organizations where slug = 'acme'",
    )
    .await;
    let waiting = a_person("ada").status(UserStatus::Waitlist);
    waiting.with(|new| new.email_verified = false).create(&app).await;
    let shown = signet.json(&["user", "show", "ada"]).await;
    assert_eq!(shown["status"], "waitlist");
    assert_eq!(shown["memberships"].as_array().map(Vec::len), Some(1));
    let proven = signet.json(&["user", "verify-email", "ada"]).await;
    let done = proven["done"].as_str().expect("a sentence");
    assert!(done.ends_with("as member"), "{done}");
    let shown = signet.json(&["user", "show", "ada"]).await;
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["memberships"].as_array().map(Vec::len), Some(2));
}
