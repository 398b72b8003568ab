//! A person's browser without a screen: it keeps cookies, follows one link at a time, and posts what a form holds.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN, SET_COOKIE};

use super::Reply;
use crate::fixtures::person::TestPerson;

/// Cookies and a connection.
pub struct Browser {
    client: reqwest::Client,
    origin: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub fn new(origin: &str) -> Self {
        let client = crate::support::http::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self {
            client: client.build().expect("a client"),
            origin: origin.to_owned(),
            cookies: Mutex::default(),
        }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("not poisoned").get(name).cloned()
    }

    /// Plants a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .expect("not poisoned")
            .insert(name.to_owned(), value.to_owned());
    }

    /// Follows a link.
    pub async fn get(&self, url: &str) -> Reply {
        self.send(self.client.get(self.absolute(url))).await
    }

    /// Posts a form from one of the server's own pages.
    pub async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_from(url, fields, Some(&self.origin.clone())).await
    }

    /// Posts a form from a page of this origin.
    pub async fn post_from(&self, url: &str, fields: &[(&str, &str)], origin: Option<&str>) -> Reply {
        let mut request = self.client.post(self.absolute(url)).form(fields);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        self.send(request).await
    }

    /// Sends with other headers.
    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                HeaderValue::from_str(value).expect("a value"),
            );
        }
        self.send(self.client.get(self.absolute(url)).headers(map)).await
    }

    /// Signs in on the sign-in page that a redirect led to; answers with what comes after the password.
    pub async fn sign_in(&self, page: &Reply, person: &TestPerson) -> Reply {
        let request = page.parameter("request").expect("a waiting request");
        let shown = self.get(page.location().as_str()).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        self.post(
            "/login",
            &[
                ("request", &request),
                ("username", &person.email),
                ("password", &person.password),
            ],
        )
        .await
    }

    /// What the consent page of a waiting request says that it is shown for.
    pub async fn shown_for(&self, request: &str) -> String {
        let page = self.get(&format!("/consent?request={request}")).await;
        assert_eq!(page.status, 200, "{} {}", page.header("location"), page.body);
        page.field("shown_for")
    }

    /// Answers the consent page of a waiting request, which is looked at first.
    pub async fn decide(&self, request: &str, decision: &str) -> Reply {
        let shown_for = self.shown_for(request).await;
        let fields = [
            ("request", request),
            ("shown_for", &shown_for),
            ("decision", decision),
        ];
        self.post("/consent", &fields).await
    }

    /// Follows redirects within the server until one leads elsewhere or a page is shown.
    pub async fn follow(&self, mut reply: Reply) -> Reply {
        while reply.status == 303 && reply.header("location").starts_with(&self.origin) {
            reply = self.get(reply.header("location")).await;
        }
        reply
    }

    fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') {
            format!("{}{url}", self.origin)
        } else {
            url.to_owned()
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let cookies = self.cookies.lock().expect("not poisoned").clone();
        let header: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if header.is_empty() {
            request
        } else {
            request.header(COOKIE, header.join("; "))
        };
        let reply = Reply::read(request.send().await.expect("the server answers")).await;
        for cookie in reply.headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            let mut kept = self.cookies.lock().expect("not poisoned");
            if value.is_empty() {
                kept.remove(name)
            } else {
                kept.insert(name.to_owned(), value.to_owned())
            };
        }
        reply
    }
}
