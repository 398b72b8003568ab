//! The page that shows the API to developers: in development only, with every operation, without a script.

use serde_json::Value;
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
        assert!(page.body.contains(&format!("<div id=\"{id}\">")), "{id}");
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
        "integer, at least 1, at most 200, 50 if left out",
        "list of <a href=\"#schema-Member\">Member</a>",
        "null or <a href=\"#schema-Plan\">Plan</a>: &#34;free&#34;, ",
        "object with any members",
        "WWW-Authenticate (always)",
        "header X-Service-Key",
        "application/problem+json: ",
        "Any other member is refused.",
        "scope <code>organizations:manage</code>",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for text in texts(&document.0) {
        assert!(page.body.contains(&written(text)), "{text}");
    }
}

/// Whatever the document says in words, but for what only programs read.
fn texts(document: &Value) -> Vec<&str> {
    let (mut found, mut waiting) = (Vec::new(), vec![document]);
    while let Some(value) = waiting.pop() {
        waiting.extend(value.as_array().into_iter().flatten());
        for (name, value) in value.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("servers", _) => {}
                ("description" | "summary", Value::String(text)) => found.push(text.as_str()),
                (_, value) => waiting.push(value),
            }
        }
    }
    found
}

/// As the page writes it: a name between backticks is code.
fn written(text: &str) -> String {
    let signs = [
        ('&', "&#38;"),
        ('<', "&#60;"),
        ('>', "&#62;"),
        ('"', "&#34;"),
        ('\'', "&#39;"),
    ];
    signs
        .into_iter()
        .fold(text.to_owned(), |text, (sign, entity)| text.replace(sign, entity))
        .split('`')
        .enumerate()
        .map(|(place, part)| match place % 2 {
            1 => format!("<code>{part}</code>"),
            _ => part.to_owned(),
        })
        .collect()
}
