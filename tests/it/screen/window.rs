//! A browser window as a person uses it, and what every page of ours must be.

use thirtyfour::error::WebDriverResult;
use thirtyfour::prelude::ElementQueryable as _;
use thirtyfour::{By, Key, WebDriver, WebElement};
use url::Url;

/// How long a page may take to come: a browser is another program, which nobody but itself can wait for.
const ATTEMPTS: u32 = 600;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// A window.
pub struct Window {
    driver: WebDriver,
}

impl Window {
    pub fn new(driver: WebDriver) -> Self {
        Self { driver }
    }

    /// Types an address.
    pub async fn visit(&self, url: &str) {
        self.driver
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// The address that is shown.
    pub async fn address(&self) -> Url {
        self.driver.current_url().await.expect("an address")
    }

    /// Goes back in history.
    pub async fn back(&self) {
        self.driver.back().await.expect("a page before this one");
    }

    /// Waits until an element is there.
    pub async fn see(&self, css: &str) -> WebElement {
        match self.driver.query(By::Css(css)).first().await {
            Ok(element) => element,
            Err(error) => panic!("no {css} ({error}) on this page: {}", self.text().await),
        }
    }

    /// Whether an element is there now.
    pub async fn has(&self, css: &str) -> bool {
        !self.all(css).await.is_empty()
    }

    /// The text of an element, once it is there.
    pub async fn read(&self, css: &str) -> String {
        self.on(css, async |element| element.text().await).await
    }

    /// Presses a button, once it is there, and waits until the page that had it is gone: every button of ours leads
    /// on.
    pub async fn press(&self, css: &str) {
        let page = self.page().await;
        self.on(css, async |element| element.click().await).await;
        for _ in 0..ATTEMPTS {
            if self.page().await != page {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{css} leads nowhere: {}", self.text().await);
    }

    /// Presses a button twice, as fast as a hand does.
    pub async fn press_twice(&self, css: &str) {
        let button = self.see(css).await;
        let hand = self.driver.action_chain().double_click_element(&button);
        hand.perform().await.expect("two clicks");
    }

    /// Presses a button and waits until the browser asks for an address that begins so: the only trace of one that
    /// no browser opens by itself. Whatever it objects to meanwhile ends the test.
    pub async fn press_towards(&self, css: &str, address: &str) {
        self.on(css, async |element| element.click().await).await;
        let asked = format!("\"url\":\"{address}");
        for _ in 0..ATTEMPTS {
            let log = self.driver.get_log("performance").await.expect("a log");
            if log.iter().any(|entry| entry.message.contains(&asked)) {
                return;
            }
            let said = self.console().await;
            let objected = said.iter().find(|line| line.contains("Content Security Policy"));
            assert_eq!(objected, None, "{css}");
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{css} does not lead to {address}: {}", self.text().await);
    }

    /// Writes into a field.
    pub async fn fill(&self, css: &str, text: &str) {
        self.on(css, async |element| element.send_keys(text).await).await;
    }

    /// Does something with an element, once it is there. One that belongs to a page which is just being left is
    /// looked for again.
    async fn on<T>(&self, css: &str, act: impl AsyncFn(WebElement) -> WebDriverResult<T>) -> T {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match act(self.see(css).await).await {
                Ok(done) => return done,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{css}: {last:?}");
    }

    /// What is another for every page that is loaded, the same address or not.
    async fn page(&self) -> Option<String> {
        let root = self.driver.find(By::Tag("html")).await.ok()?;
        Some(root.element_id().to_string())
    }

    /// Types on the keyboard, wherever the focus is.
    pub async fn keys(&self, text: &str) {
        let keys = self.driver.action_chain().send_keys(text);
        keys.perform().await.expect("keys are typed");
    }

    /// Presses one key.
    pub async fn key(&self, key: Key) {
        self.keys(&char::from(key).to_string()).await;
    }

    /// What has the focus.
    pub async fn focus(&self) -> String {
        let focused = self.driver.active_element().await.expect("an element");
        focused.id().await.expect("an attribute").unwrap_or_default()
    }

    /// Moves the focus with the Tab key until it is there.
    pub async fn tab_to(&self, id: &str) {
        for _ in 0..20 {
            if self.focus().await == id {
                return;
            }
            self.key(Key::Tab).await;
        }
        panic!("#{id} cannot be reached with the Tab key");
    }

    /// A cookie of the page that is shown.
    pub async fn cookie(&self, name: &str) -> Option<thirtyfour::Cookie> {
        self.driver.get_named_cookie(name).await.ok()
    }

    /// The visible text.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// What every page of ours must be (WCAG 2.4.2, 3.1.1, 1.3.1, 4.1.2), and that the browser had nothing to object
    /// to since the last look: a violated policy is written to its console.
    pub async fn check(&self) {
        let title = self.driver.title().await.expect("a title");
        assert!(title.contains(" · "), "title {title:?}");
        let root = self.see("html").await;
        assert_eq!(
            root.attr("lang").await.expect("an attribute").as_deref(),
            Some("en"),
            "{title}"
        );
        assert_eq!(self.all("h1").await.len(), 1, "{title}");
        assert_eq!(self.all("main").await.len(), 1, "{title}");
        for field in self.all("input:not([type=hidden])").await {
            let id = field
                .id()
                .await
                .expect("an attribute")
                .expect("a field has an id");
            let label = self.see(&format!("label[for={id}]")).await;
            assert!(!label.text().await.expect("text").is_empty(), "{title}: {id}");
        }
        for control in self.all("button:not([hidden]), a").await {
            assert!(
                !control.text().await.expect("text").is_empty(),
                "{title}: a control without a name"
            );
        }
        for image in self.all("img").await {
            assert!(
                image.attr("alt").await.expect("an attribute").is_some(),
                "{title}: an image without alt"
            );
        }
        let background = root.css_value("background-color").await.expect("a style");
        let styled = self
            .see("main")
            .await
            .css_value("max-width")
            .await
            .expect("a style");
        assert_ne!(
            styled, "none",
            "{title}: the stylesheet is not there ({background})"
        );
        self.check_console().await;
    }

    /// The browser had nothing to object to since the last look. That an answer had an error status is no objection.
    pub async fn check_console(&self) {
        for entry in self.driver.browser_log().await.expect("a log") {
            let status = entry.message.contains("the server responded with a status of");
            assert!(status, "{} {:?}: {}", entry.level, entry.source, entry.message);
        }
    }

    /// What the browser objected to since the last look.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("a log");
        entries.into_iter().map(|entry| entry.message).collect()
    }

    async fn all(&self, css: &str) -> Vec<WebElement> {
        self.driver.find_all(By::Css(css)).await.expect("a page")
    }
}
