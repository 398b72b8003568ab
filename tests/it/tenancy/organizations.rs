//! Organizations themselves: names, slugs, types, plans, flags and looks.

use serde_json::json;
use signet::config::QuotaSettings;
use signet::tenancy::{
    Branding, Forbidden, NewOrganization, OrganizationError, OrganizationType, Plan, Slug, TenancyError,
    organization,
};

use crate::app::TestApp;
use crate::attack::evidence::events;
use crate::fixtures::actor::{console, operator};
use crate::fixtures::team::{assert_matches, kept};
use crate::fixtures::{a_person, an_organization};

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

/// Admins change what people see; what kind it is, its owners.
#[tokio::test]
async fn settings_are_changed_by_whom_they_belong_to() {
    let app = TestApp::new().await;
    let (olga, adam, mona) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
        a_person("mona").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    team.add(&app, &mona, "member").await;
    let id = &team.id;
    let mut work = app.work_as(&mona.actor()).await;
    let refused = organization::rename(&mut work, id, "Mine").await;
    assert_matches!(
        refused,
        Err(OrganizationError::Tenancy(TenancyError::Forbidden(
            Forbidden::Permission(_)
        )))
    );
    work.rollback().await.unwrap();
    let mut work = app.work_as(&adam.actor()).await;
    organization::rename(&mut work, id, "  Acme GmbH ").await.unwrap();
    let refused = organization::set_type(&mut work, id, OrganizationType::Brand).await;
    assert_matches!(
        refused,
        Err(OrganizationError::Tenancy(TenancyError::Forbidden(
            Forbidden::Permission(_)
        )))
    );
    let looks = Branding::parse(json!({ "logo_url": "https://acme.example/a.svg" })).unwrap();
    organization::set_branding(&mut work, id, &looks).await.unwrap();
    work.commit().await.unwrap();
    let mut work = app.work_as(&olga.actor()).await;
    organization::set_type(&mut work, id, OrganizationType::Brand)
        .await
        .unwrap();
    work.commit().await.unwrap();
    let mut work = app.work_as(&mona.actor()).await;
    let shown = organization::show(&mut work, id).await.unwrap();
    assert_eq!(shown.name, "Acme GmbH");
    assert_eq!(shown.organization_type, OrganizationType::Brand);
    assert_eq!(shown.branding, looks);
    assert_eq!(events(&app, "ORG_UPDATED").await, 3);
}

/// What is paid for and switched is the operator's and the services'; a stranger learns nothing.
#[tokio::test]
async fn members_change_neither_plan_nor_flags() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let adam = a_person("adam").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    let id = &team.id;
    for own in [&olga, &adam] {
        let mut work = app.work_as(&own.actor()).await;
        for refused in [
            organization::set_plan(&mut work, id, Some(Plan::Enterprise)).await,
            organization::set_flag(&mut work, id, "beta", Some(json!(true))).await,
        ] {
            assert_matches!(
                refused,
                Err(OrganizationError::Tenancy(TenancyError::Forbidden(
                    Forbidden::OperatorOnly
                )))
            );
        }
    }
    let mut work = app.work_as(&operator()).await;
    organization::set_plan(&mut work, id, Some(Plan::Agency))
        .await
        .unwrap();
    organization::set_flag(&mut work, id, "beta", Some(json!(true)))
        .await
        .unwrap();
    organization::set_flag(&mut work, id, "beta", None).await.unwrap();
    work.commit().await.unwrap();
    let mut work = app.work_as(&console()).await;
    organization::set_flag(&mut work, id, "seats", Some(json!(5)))
        .await
        .unwrap();
    work.commit().await.unwrap();
    let mut work = app.work_as(&olga.actor()).await;
    let shown = organization::show(&mut work, id).await.unwrap();
    assert_eq!(shown.plan, Some(Plan::Agency));
    assert_eq!(shown.feature_flags.to_json(), json!({ "seats": 5 }));
    let stranger = a_person("sven").create(&app).await;
    let mut work = app.work_as(&stranger.actor()).await;
    let hidden = organization::show(&mut work, id).await;
    assert_matches!(hidden, Err(TenancyError::Unknown(_)));
    let hidden = organization::set_plan(&mut work, id, None).await;
    assert_matches!(hidden, Err(OrganizationError::Tenancy(TenancyError::Unknown(_))));
    assert_eq!(events(&app, "ORG_PLAN_CHANGED").await, 1);
    assert_eq!(events(&app, "ORG_UPDATED").await, 3);
}

/// A personal space stays one, keeps to its person, and nothing becomes one.
#[tokio::test]
async fn a_personal_space_stays_one() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    app.clock.advance(std::time::Duration::from_secs(1));
    let team = an_organization(&app, "team", &olga, None).await;
    let mut work = app.work_as(&olga.actor()).await;
    let joined = organization::joined_by(&mut work, &olga.id, None, None, 100)
        .await
        .unwrap();
    let told: Vec<_> = joined
        .iter()
        .map(|(space, role)| (space.slug.as_str(), role.as_str()))
        .collect();
    assert_eq!(told, [("olga", "owner"), ("team", "owner")]);
    let own = &joined[0].0.id;
    let changed = organization::set_type(&mut work, own, OrganizationType::Team).await;
    assert_matches!(
        changed,
        Err(OrganizationError::Tenancy(TenancyError::PersonalSpace(_)))
    );
    organization::rename(&mut work, own, "My corner").await.unwrap();
    let mut work = app.work_as(&operator()).await;
    let changed = organization::set_type(&mut work, &team.id, OrganizationType::Personal).await;
    assert_matches!(changed, Err(OrganizationError::Personal));
}

/// An old slug stays its organization's, which may take it back; a taken one is refused, a derived one counts on.
#[tokio::test]
async fn a_slug_is_given_once() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let rename = async |id: &signet::base::id::OrganizationId, to: &str| {
        let mut work = app.work_as(&olga.actor()).await;
        let done = organization::set_slug(&mut work, id, &slug(to)).await;
        kept(work, done).await
    };
    rename(&team.id, "crew").await.unwrap();
    let mut work = app.work().await;
    assert!(organization::find(&mut work, "team").await.unwrap().is_none());
    assert_eq!(
        organization::find(&mut work, "crew").await.unwrap().unwrap().id,
        team.id
    );
    let other = NewOrganization::new("Team", None, OrganizationType::Team, None, olga.id.clone()).unwrap();
    let other = organization::create(&mut work, &other, &QuotaSettings::default())
        .await
        .unwrap();
    assert_eq!(
        organization::find(&mut work, other.as_str())
            .await
            .unwrap()
            .unwrap()
            .slug
            .as_str(),
        "team-2"
    );
    work.commit().await.unwrap();
    for taken in ["team", "crew"] {
        assert_matches!(rename(&other, taken).await, Err(OrganizationError::SlugTaken(_)));
        let new = NewOrganization::new(
            "X",
            Some(slug(taken)),
            OrganizationType::Team,
            None,
            olga.id.clone(),
        );
        let refused =
            organization::create(&mut app.work().await, &new.unwrap(), &QuotaSettings::default()).await;
        assert_matches!(refused, Err(OrganizationError::SlugTaken(_)));
    }
    rename(&team.id, "team").await.unwrap();
    rename(&team.id, "team").await.unwrap();
}

/// Tier, suspension and the end of tokens are an operator's: a member is refused, an owner too, and a stranger learns
/// nothing.
#[tokio::test]
async fn only_an_operator_suspends_and_sets_the_tier() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let mallory = a_person("mallory").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    for (actor, known) in [(olga.actor(), true), (mallory.actor(), false)] {
        let mut work = app.work_as(&actor).await;
        let outcomes = [
            organization::set_tier(&mut work, &team.id, None).await,
            organization::suspend(&mut work, &team.id).await,
            organization::resume(&mut work, &team.id).await,
            organization::revoke_tokens(&mut work, &team.id).await,
        ];
        for outcome in outcomes {
            if known {
                assert_matches!(
                    outcome,
                    Err(OrganizationError::Tenancy(TenancyError::Forbidden(_)))
                );
            } else {
                assert_matches!(outcome, Err(OrganizationError::Tenancy(TenancyError::Unknown(_))));
            }
        }
    }
}
