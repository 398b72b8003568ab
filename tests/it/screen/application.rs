//! The client's side: a small web application on `localhost`, while the server is `127.0.0.1`, so that both are other
//! sites to the browser, or on another origin that applications have. It notes what arrives at its callback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{Html, Redirect};
use axum::routing::{any, get};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::X509;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The origins that redirect URIs of applications have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `http://localhost:PORT`
    Localhost,
    /// `http://127.0.0.1:PORT`
    Four,
    /// `http://[::1]:PORT`
    Six,
    /// `https://localhost:PORT`, with a certificate that only the tests' browser accepts.
    Tls,
}

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
    onward: Mutex<String>,
    news: Notify,
}

/// A running application.
pub struct Application {
    origin: String,
    shared: Arc<Shared>,
    _ends: DropGuard,
}

impl Application {
    pub async fn start() -> Self {
        Self::at(Place::Localhost).await
    }

    pub async fn at(place: Place) -> Self {
        let address = match place {
            Place::Six => "[::1]:0",
            Place::Localhost | Place::Four | Place::Tls => "127.0.0.1:0",
        };
        let socket = TcpListener::bind(address).await.expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let router = Router::new()
            .route("/callback", any(arrive))
            .route("/onward", any(lead_on))
            .route("/signed-out", any(arrive))
            .route(
                "/",
                get(async |State(shared): State<Arc<Shared>>| Html(page(&shared))),
            )
            .with_state(Arc::clone(&shared));
        let tls = (place == Place::Tls).then(acceptor);
        let stop = CancellationToken::new();
        let listener = Listener::new(socket, tls, ListenerSettings::default());
        tokio::spawn(listener.serve(router, stop.clone()));
        let host = match place {
            Place::Localhost => "http://localhost",
            Place::Four => "http://127.0.0.1",
            Place::Six => "http://[::1]",
            Place::Tls => "https://localhost",
        };
        Self {
            origin: format!("{host}:{port}"),
            shared,
            _ends: stop.drop_guard(),
        }
    }

    /// Where `/onward` sends everybody who arrives there.
    pub fn lead_to(&self, url: &str) {
        url.clone_into(&mut self.shared.onward.lock().expect("not poisoned"));
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
    note(&shared, request).await;
    Html(
        "<!DOCTYPE html><html lang=en><title>Application</title><link rel=icon href=data:,><p id=arrived>Welcome back",
    )
}

/// A callback that goes on to another page, as many do.
async fn lead_on(State(shared): State<Arc<Shared>>, request: Request) -> Redirect {
    note(&shared, request).await;
    let onward = shared.onward.lock().expect("not poisoned").clone();
    Redirect::to(&onward)
}

async fn note(shared: &Shared, request: Request) {
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
}

/// A certificate of one's own making.
fn acceptor() -> SslAcceptor {
    let key = PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key");
    let mut certificate = X509::builder().expect("a certificate");
    certificate.set_pubkey(&key).expect("set");
    let (from, to) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(1));
    certificate.set_not_before(&from.expect("a time")).expect("set");
    certificate.set_not_after(&to.expect("a time")).expect("set");
    certificate.sign(&key, MessageDigest::sha256()).expect("signed");
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).expect("TLS");
    acceptor.set_private_key(&key).expect("set");
    acceptor.set_certificate(&certificate.build()).expect("set");
    acceptor.build()
}
