//! The front door: every path, with the middleware of its audience. Protocol and pages stand here path by path.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::account::{consent, home, login};
use crate::api;
use crate::app::App;
use crate::endpoint::{
    authorize, end_session, health, introspect, jwks, membership_epoch, metadata, revoke, token, userinfo,
};
use crate::http::edge::Edge;
use crate::http::middleware::client_ip::{InvalidNetwork, TrustedProxies};
use crate::http::middleware::form::Forms;
use crate::http::middleware::limits::RequestLimits;
use crate::http::middleware::rate_limit::{self, Rate, RateLimit};
use crate::http::middleware::request_id::RequestIds;
use crate::http::middleware::security_headers::TransportSettings;
use crate::http::middleware::stack::{self, EdgeSettings};
use crate::http::middleware::{cors, no_store};
use crate::http::respond::asset;
use crate::http::respond::step::Step;
use crate::web::layout::Layout;

/// A limit per client address for one group of paths.
macro_rules! limit {
    ($edge:expr, $group:literal, $per_minute:expr) => {
        from_fn_with_state(
            RateLimit::new(
                $group,
                Rate {
                    per_minute: $per_minute,
                    burst: 0,
                },
                Arc::clone(&$edge.layout),
            ),
            rate_limit::enforce,
        )
    };
}

/// The public listener's paths, below the issuer's own path.
pub fn public(app: &App) -> Result<Router, InvalidNetwork> {
    let edge = Edge::new(app.clone());
    let settings = edge_settings(app, Arc::clone(&edge.layout))?;
    let limits = &app.config().limits;
    let documents = Router::new()
        .route("/.well-known/openid-configuration", get(metadata::get))
        .route("/.well-known/jwks.json", get(jwks::get))
        .layer(cors::public_document());
    let tokens = Router::new()
        .route("/oauth2/token", post(token::post))
        .route("/oauth2/introspect", post(introspect::post))
        .route("/oauth2/revoke", post(revoke::post))
        .layer(limit!(
            edge,
            "token",
            limits.token_requests_per_minute_per_address
        ))
        .route("/oauth2/userinfo", get(userinfo::answer).post(userinfo::answer))
        .layer(from_fn(no_store::add))
        .layer(cors::token_bearing());
    let api = api::routes::routes()
        .layer(limit!(edge, "api", limits.api_requests_per_minute_per_address))
        .layer(from_fn(no_store::add))
        .layer(cors::api());
    let sign_in = Router::new()
        .route(Step::Login.path(), post(login::post))
        .layer(limit!(edge, "login", limits.logins_per_minute_per_address))
        .route(Step::Login.path(), get(login::get));
    let pages = Router::new()
        .route("/oauth2/authorize", get(authorize::get).post(authorize::post))
        .route(Step::Continue.path(), get(authorize::resume))
        .route(Step::LoginCancel.path(), post(login::cancel))
        .route(Step::Consent.path(), get(consent::get).post(consent::post))
        .route(end_session::PATH, get(end_session::get).post(end_session::post))
        .route(
            end_session::CONFIRM_PATH,
            get(end_session::resume).post(end_session::confirm),
        )
        .route(end_session::DONE_PATH, get(end_session::done))
        .layer(limit!(
            edge,
            "authorize",
            limits.authorizations_per_minute_per_address
        ))
        .route("/", get(home::front))
        .route("/account", get(home::account))
        .merge(sign_in)
        .layer(from_fn(no_store::add))
        .route(
            "/static/{file}",
            get(async |Path(file): Path<String>| asset::by_name(&file)),
        );
    let services = Router::new()
        .route("/api/v1/internal/membership-epoch", get(membership_epoch::get))
        .layer(Extension(membership_epoch::Watch::default()))
        .layer(from_fn(api::refusal::name_request))
        .layer(from_fn(no_store::add));
    let routes = documents
        .merge(tokens)
        .merge(pages)
        .merge(api)
        .merge(services)
        .fallback(home::not_found);
    let path = app.issuer().path();
    // RFC 8414 §3.1: with a path in the issuer, the well-known part comes before it.
    let inserted = format!("/.well-known/oauth-authorization-server{path}");
    let below = if path.is_empty() {
        routes
    } else {
        Router::new().nest(path, routes).fallback(home::not_found)
    };
    let whole = Router::new()
        .route(&inserted, get(metadata::get).layer(cors::public_document()))
        .merge(below)
        .layer(Extension(metadata::Rendered::default()))
        .with_state(edge);
    Ok(stack::surround(whole, settings))
}

/// The internal listener's paths: health, and metrics as the given function renders them.
pub fn internal(app: App, metrics: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(async move || metrics()))
        .with_state(app)
}

/// Whether a path is one of those whose errors are OAuth's JSON.
fn is_oauth(path: &str) -> bool {
    ["token", "introspect", "revoke", "userinfo"].iter().any(|name| {
        path.strip_suffix(name)
            .is_some_and(|rest| rest.ends_with("/oauth2/"))
    })
}

fn edge_settings(app: &App, layout: Arc<Layout>) -> Result<EdgeSettings, InvalidNetwork> {
    Ok(EdgeSettings {
        request_ids: RequestIds {
            clock: Arc::clone(app.clock()),
            entropy: Arc::clone(app.entropy()),
        },
        trusted_proxies: Arc::new(TrustedProxies::parse(&app.config().listen.trusted_proxies)?),
        transport: TransportSettings {
            https: app.issuer().is_secure(),
        },
        limits: RequestLimits {
            total_time: Duration::from_secs(30),
            ..RequestLimits::default()
        },
        forms: Forms { is_oauth, layout },
    })
}
