//! A module that a type of organization no longer has (attacks.md, TN-09): tokens that still name it are cut off.

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::{a_person, an_organization};

async fn next_start(app: &TestApp, team: &[&str]) {
    let team = team.iter().map(|module| (*module).to_owned()).collect();
    drop(
        TestApp::on(app.database.again(), app.clock.clone(), |config| {
            config.modules.allowlist.team = team;
        })
        .await,
    );
}

/// One cut-off speaks of each organization of the type; a list that grows, or says the same, cuts nobody off.
#[tokio::test]
async fn a_shorter_list_cuts_off_the_organizations_of_its_type() {
    let app = TestApp::with(|config| config.modules.allowlist.team = vec!["cards".to_owned()]).await;
    let ada = a_person("ada").create(&app).await;
    for slug in ["acme", "globex"] {
        an_organization(&app, slug, &ada, None).await;
    }
    let cut = "select count(*) from auth.epoch_cutoffs c
        join auth.organizations o on o.id = c.organization_id and c.minimum = o.epoch
        where c.user_id = '' and o.type = 'team'";
    let epochs = "select sum(epoch)::bigint from auth.organizations where type = 'team'";
    let personal = "select sum(epoch)::bigint from auth.organizations where type = 'personal'";
    let (before, others) = (count(&app, epochs).await, count(&app, personal).await);
    for more in [&["cards", "notes"][..], &["notes", "cards"], &["*"]] {
        next_start(&app, more).await;
        assert_eq!(count(&app, cut).await, 0, "{more:?}");
        assert_eq!(count(&app, epochs).await, before, "{more:?}");
    }
    for (round, less) in [(1, &["cards", "notes"][..]), (2, &["notes"]), (3, &[])] {
        next_start(&app, less).await;
        assert_eq!(count(&app, cut).await, 2, "{less:?}");
        assert_eq!(count(&app, epochs).await, before + 2 * round, "{less:?}");
    }
    next_start(&app, &[]).await;
    assert_eq!(count(&app, epochs).await, before + 6);
    assert_eq!(count(&app, personal).await, others);
}
