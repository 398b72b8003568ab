//! An answer of the server, read whole.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            body: response.text().await.expect("a body"),
        }
    }

    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Where a redirect leads.
    pub fn location(&self) -> url::Url {
        assert_eq!(self.status, 303, "a redirect was expected: {}", self.body);
        self.header("location").parse().expect("an absolute location")
    }

    /// A parameter of the redirect's query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let location = self.location();
        location
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The value of a hidden field of the page's form.
    pub fn field(&self, name: &str) -> String {
        let begins = format!(r#"<input type="hidden" name="{name}" value=""#);
        let (_, rest) = self
            .body
            .split_once(&begins)
            .unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// A parameter of the redirect's query, if it is a redirect.
    pub fn sent_on_with(&self, name: &str) -> Option<String> {
        (self.status == 303).then(|| self.parameter(name)).flatten()
    }

    /// Asserts an OAuth error as JSON.
    pub fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.json()["error"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.header("cache-control"), "no-store");
    }
}
