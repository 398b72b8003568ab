//! The page that shows the API to developers: in development only, with every operation, without a script.

use signet::dev::database::mark_development;

use super::openapi::{document, operations};
use crate::app::TestApp;

const PATH: &str = "/api/v1/docs";

#[tokio::test]
async fn in_development_a_page_shows_every_operation() {
    let app = TestApp::new().await;
    assert_eq!(app.browser().get(PATH).await.status, 404, "a server for others");
    mark_development(&app.database.owner_url).await.expect("marked");
    let development = app.replica().await;
    let page = app.browser().get(&format!("{}{PATH}", development.address)).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    assert!(!page.body.contains("<script"));
    let document = document(&app).await;
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(page.body.contains(&format!("<details id=\"{id}\">")), "{id}");
        assert!(
            page.body.contains(&format!("{method} {path}</code>")),
            "{method} {path}"
        );
    }
    // Every name that leads on leads to something.
    for link in page.body.split("href=\"#").skip(1) {
        let (name, _) = link.split_once('"').expect("a link");
        assert!(page.body.contains(&format!("id=\"{name}\"")), "{name}");
    }
    for shown in [
        "can_create_workspaces",
        "How many entries at most.",
        "list of",
        "schema-Member",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
}
