//! What a role may do with a module: one rule for the command line, for our own questions and for tokens (systems.md
//! section 2, spaces, and section 5, row 29; seed 000).

use serde_json::{Value, json};
use signet::base::actor::Actor;
use signet::base::id::OrganizationId;
use signet::tenancy::MemberRole;
use signet::tenancy::module::{self, ModuleAccess, ModuleError, ModuleId, ModulePermission};
use sqlx::Row as _;

use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::command_line::program::{Signet, tidy};
use crate::fixtures::actor::operator;
use crate::fixtures::{a_person, an_organization};

async fn app() -> TestApp {
    TestApp::with(|config| {
        config.modules.allowlist.team = vec!["cards".to_owned(), "notes".to_owned()];
    })
    .await
}

/// The claim that a token would carry, as operators' hooks see it too.
async fn claim(app: &TestApp, organization: &OrganizationId, role: &str) -> Value {
    let mut connection = app.database.admin().await;
    sqlx::query("set role signet_hook")
        .execute(&mut connection)
        .await
        .expect("the role");
    sqlx::query("select spaces.module_claims($1, $2)")
        .bind(organization.as_str())
        .bind(role)
        .fetch_one(&mut connection)
        .await
        .expect("a claim")
        .get(0)
}

async fn set(
    app: &TestApp,
    actor: &Actor,
    organization: &OrganizationId,
    (role, module, access): (&str, &str, ModuleAccess),
) -> Result<(), ModuleError> {
    let permission = ModulePermission {
        role: MemberRole::parse(role).expect("a role"),
        module: ModuleId::parse(module).expect("a module"),
        access,
    };
    let mut work = app.work_as(actor).await;
    module::set(&mut work, organization, &permission).await?;
    work.commit().await.expect("committed");
    Ok(())
}

/// Systems.md section 2: without an entry owner rwa, admin rw, every other role r; an entry wins, a denial too; what
/// the type does not have nobody has.
#[tokio::test]
async fn the_rule_is_the_same_for_everybody_who_asks() {
    let app = app().await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    set(
        &app,
        &operator(),
        &acme.id,
        ("viewer", "notes", ModuleAccess::Write),
    )
    .await
    .unwrap();
    set(
        &app,
        &operator(),
        &acme.id,
        ("admin", "cards", ModuleAccess::None),
    )
    .await
    .unwrap();
    let rules = [
        ("owner", json!({"cards": "rwa", "notes": "rwa"})),
        ("admin", json!({"notes": "rw"})),
        ("member", json!({"cards": "r", "notes": "r"})),
        ("viewer", json!({"cards": "r", "notes": "rw"})),
        ("treasurer", json!({"cards": "r", "notes": "r"})),
    ];
    for (role, expected) in rules {
        assert_eq!(claim(&app, &acme.id, role).await, expected, "{role}");
        let mut work = app.work().await;
        let parsed = MemberRole::parse(role).unwrap();
        let effective = module::effective(&mut work, &acme.id, &parsed).await.unwrap();
        let told: serde_json::Map<String, Value> = effective
            .into_iter()
            .filter(|(_, access)| *access > ModuleAccess::None)
            .map(|(module, access)| (module.to_string(), access.letters().into()))
            .collect();
        assert_eq!(Value::Object(told), expected, "{role}");
    }
    assert_eq!(claim(&app, &acme.id, "").await, json!({}), "no role, nothing");
}

/// Systems.md section 2: an override re-enables nothing that the type does not have, and `*` takes a denial.
#[tokio::test]
async fn the_list_of_the_type_comes_first() {
    let app = app().await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let refused = set(
        &app,
        &operator(),
        &acme.id,
        ("member", "mail", ModuleAccess::Read),
    )
    .await;
    assert!(
        matches!(refused, Err(ModuleError::NotInType { .. })),
        "{refused:?}"
    );
    set(
        &app,
        &operator(),
        &acme.id,
        ("member", "notes", ModuleAccess::Admin),
    )
    .await
    .unwrap();
    // The next start publishes another list: the entry opens nothing any more.
    let shorter = TestApp::on(app.database.again(), app.clock.clone(), |config| {
        config.modules.allowlist.team = vec!["cards".to_owned()];
    })
    .await;
    assert_eq!(claim(&shorter, &acme.id, "member").await, json!({"cards": "r"}));
    let personal = OrganizationId::from_text(crate::claims::outputs::personal_space(&app, &ada).await);
    assert_eq!(claim(&app, &personal, "owner").await, json!({"*": "rwa"}));
    set(
        &app,
        &operator(),
        &personal,
        ("owner", "mail", ModuleAccess::None),
    )
    .await
    .unwrap();
    assert_eq!(
        claim(&app, &personal, "owner").await,
        json!({"*": "rwa", "mail": ""})
    );
}

/// A suspended or deleted space gives no right.
#[tokio::test]
async fn an_organization_that_gives_no_claim_gives_no_module() {
    let app = app().await;
    let signet = Signet::on(&app.database);
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    signet.json(&["org", "suspend", "acme"]).await;
    assert_eq!(claim(&app, &acme.id, "owner").await, json!({}));
    signet.json(&["org", "resume", "acme"]).await;
    assert_ne!(claim(&app, &acme.id, "owner").await, json!({}));
    signet.json(&["org", "delete", "acme"]).await;
    assert_eq!(claim(&app, &acme.id, "owner").await, json!({}));
}

/// TN-09: nobody raises themselves: an admin decides about the roles below, and gives no more than they have.
#[tokio::test]
async fn tn_09_nobody_raises_their_own_role() {
    let app = app().await;
    let names = ["owner", "admin", "member", "stranger"];
    let mut people = Vec::new();
    for name in names {
        people.push(a_person(name).create(&app).await);
    }
    let acme = an_organization(&app, "acme", &people[0], None).await;
    acme.add(&app, &people[1], "admin").await;
    acme.add(&app, &people[2], "member").await;
    let (read, write, admin) = (ModuleAccess::Read, ModuleAccess::Write, ModuleAccess::Admin);
    for (who, entry, allowed) in [
        (0, ("owner", "cards", admin), true),
        (0, ("admin", "cards", write), true),
        (1, ("member", "cards", write), true),
        (1, ("member", "cards", admin), false),
        (1, ("admin", "cards", admin), false),
        (1, ("owner", "cards", ModuleAccess::None), false),
        (2, ("viewer", "cards", read), false),
        (2, ("member", "cards", write), false),
        (3, ("member", "cards", read), false),
    ] {
        let actor = Actor::Person(people[who].id.clone());
        let outcome = set(&app, &actor, &acme.id, entry).await;
        assert_eq!(outcome.is_ok(), allowed, "{} {entry:?}: {outcome:?}", names[who]);
    }
    assert_eq!(events(&app, "MODULE_PERMISSION_CHANGED").await, 3);
}

/// Seed 000 as a command: entries are set, listed and cleared; a row that writes without reading cannot be.
#[tokio::test]
async fn entries_are_kept_by_command() {
    let app = app().await;
    let signet = Signet::on(&app.database);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let entry = ["--org", "acme", "--role", "member", "--module", "cards"];
    let words = |verb: &'static str| [&["module", verb], &entry[..]].concat();
    signet
        .json(&[&words("set")[..], &["--access", "write"]].concat())
        .await;
    let listed = signet.json(&["module", "list", "--org", "acme"]).await;
    insta::assert_json_snapshot!(tidy(listed), @r#"
    {
      "entries": [
        {
          "access": "write",
          "module": "cards",
          "role": "member"
        }
      ]
    }
    "#);
    let shown = signet
        .json(&["module", "show", "--org", "acme", "--role", "member"])
        .await;
    assert_eq!(shown["modules"], json!({"cards": "rw", "notes": "r"}));
    signet.json(&words("clear")).await;
    signet.run(&words("clear")).await.assert_refused("no entry");
    let wrong = "select count(*) from spaces.module_permissions where can_write and not can_read";
    assert_eq!(count(&app, wrong).await, 0);
    let row =
        "insert into spaces.module_permissions (space_id, role, module_id, can_read, can_write, updated_at)
        select id, 'member', 'cards', false, true, created_at from auth.organizations where slug = 'acme'";
    let refused = sqlx::query(row).execute(&mut app.database.admin().await).await;
    assert!(refused.is_err(), "writing without reading");
}

/// `signet migrate` publishes the list too; publishing twice changes nothing.
#[tokio::test]
async fn migrate_publishes_the_list() {
    let app = app().await;
    let list = "select count(*) from spaces.module_allowlist";
    assert_eq!(count(&app, list).await, 3);
    let signet = Signet::on(&app.database).with("SIGNET_MODULES__ALLOWLIST__CLUB", "events,times");
    for _ in 0..2 {
        let ran = signet.run(&["migrate"]).await;
        assert_eq!(ran.code, 0, "{}", ran.errors);
        // The variables say nothing of teams: theirs is the default, which is empty.
        assert_eq!(count(&app, list).await, 3);
        let clubs = "select count(*) from spaces.module_allowlist where organization_type = 'club'";
        assert_eq!(count(&app, clubs).await, 2);
    }
    let wrong = Signet::on(&app.database).with("SIGNET_MODULES__ALLOWLIST__CLUB", "Events");
    wrong
        .run(&["migrate"])
        .await
        .assert_refused("modules.allowlist.club");
}
