//! The client's side: a small web application on `localhost`, while the server is `127.0.0.1`, so that both are other
//! sites to the browser. It notes what arrives at its callback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Html;
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// A request that came to the callback.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub method: String,
    pub parameters: BTreeMap<String, String>,
    /// Where the browser said that it came from.
    pub referer: Option<String>,
}

#[derive(Default)]
struct Shared {
    arrivals: Mutex<Vec<Arrival>>,
    page: Mutex<String>,
    news: Notify,
}

/// A running application.
pub struct Application {
    origin: String,
    shared: Arc<Shared>,
}

impl Application {
    pub async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let router = Router::new()
            .route("/callback", any(arrive))
            .route("/signed-out", any(arrive))
            .route(
                "/",
                get(async |State(shared): State<Arc<Shared>>| Html(page(&shared))),
            )
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(socket, router).await });
        Self {
            origin: format!("http://localhost:{port}"),
            shared,
        }
    }

    /// A URL of the application.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What its front page holds.
    pub fn show(&self, body: &str) {
        body.clone_into(&mut self.shared.page.lock().expect("not poisoned"));
    }

    /// Waits for the next arrival.
    pub async fn arrival(&self) -> Arrival {
        let waiting = async {
            loop {
                let news = self.shared.news.notified();
                if let Some(arrival) = self.shared.arrivals.lock().expect("not poisoned").pop() {
                    return arrival;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .expect("the browser comes back to the application")
    }

    /// Whether something arrived that nobody waited for.
    pub fn is_quiet(&self) -> bool {
        self.shared.arrivals.lock().expect("not poisoned").is_empty()
    }
}

fn page(shared: &Shared) -> String {
    let body = shared.page.lock().expect("not poisoned").clone();
    format!("<!DOCTYPE html><html lang=en><title>Application</title><link rel=icon href=data:,>{body}")
}

async fn arrive(State(shared): State<Arc<Shared>>, request: Request) -> Html<&'static str> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 65536).await.expect("a small body");
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let parameters = url::form_urlencoded::parse(query).chain(url::form_urlencoded::parse(&body));
    let arrival = Arrival {
        method: parts.method.to_string(),
        parameters: parameters
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
        referer: parts
            .headers
            .get("referer")
            .map(|value| value.to_str().expect("text").to_owned()),
    };
    shared.arrivals.lock().expect("not poisoned").push(arrival);
    shared.news.notify_one();
    Html(
        "<!DOCTYPE html><html lang=en><title>Application</title><link rel=icon href=data:,><p id=arrived>Welcome back",
    )
}
