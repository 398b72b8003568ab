//! Owns the joining of every row of the table with the middleware of its audience.

use std::sync::Arc;

use axum::extract::Path;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Extension, Router};

use super::table::{self, Limit, Row};
use crate::account::home;
use crate::api;
use crate::api::internal::membership_epoch;
use crate::app::App;
use crate::config::{ForwardedBy, LimitSettings};
use crate::endpoint::{health, metadata};
use crate::http::app_state::AppState;
use crate::http::frames::Frames;
use crate::http::middleware::body::{self, Bodies};
use crate::http::middleware::client_ip::{ForwardedHeader, InvalidNetwork, Proxies, TrustedProxies};
use crate::http::middleware::form::{self, Answers, Form, TOTAL_TIME};
use crate::http::middleware::rate_limit::{self, Rate, RateLimit};
use crate::http::middleware::request_id::RequestIds;
use crate::http::middleware::security_headers::TransportSettings;
use crate::http::middleware::stack::{self, MiddlewareSettings};
use crate::http::middleware::{cors, no_store};
use crate::http::respond::{asset, page_error};

/// The public listener's paths, below the issuer's own path.
pub fn public(app: &App) -> Result<Router, InvalidNetwork> {
    let state = AppState::new(app.clone());
    let settings = edge_settings(app)?;
    let door = Door::new(&state);
    let rendered = Extension(metadata::Rendered::default());
    let documents = door.rows(table::documents()).layer(rendered.clone());
    let documents = door
        .audience(Form::Problem, documents)
        .layer(cors::public_document());
    let tokens = door.rows(table::tokens()).merge(door.rows(table::userinfo()));
    let tokens = no_store::add(door.audience(Form::OAuth, tokens)).layer(cors::token_bearing());
    let api = door
        .rows(table::api())
        .route("/api/{*path}", any(api::refusal::unknown_path))
        .layer(from_fn(api::refusal::name_request));
    let api = no_store::add(door.audience(Form::Problem, api)).layer(cors::api());
    let services = door
        .rows(table::services())
        .layer(Extension(membership_epoch::Watch::default()))
        .layer(from_fn(api::refusal::name_request));
    let services = no_store::add(door.audience(Form::Problem, services));
    let mut rows = table::pages();
    if app.is_development() {
        rows.extend(table::development());
    }
    let pages = door
        .rows(rows)
        .layer(from_fn_with_state(state.clone(), page_error::write));
    let pages = no_store::add(pages).route(
        "/static/{file}",
        get(async |Path(file): Path<String>| asset::by_name(&file)),
    );
    let pages = door.audience(Form::Page, pages.fallback(home::not_found));
    let routes = documents.merge(tokens).merge(pages).merge(api).merge(services);
    let path = app.issuer().path();
    // RFC 8414 §3.1: with a path in the issuer, the well-known part comes before it.
    let inserted = Router::new().route(
        &format!("/.well-known/oauth-authorization-server{path}"),
        get(metadata::get).layer(rendered),
    );
    let inserted = door.audience(Form::Page, inserted).layer(cors::public_document());
    let below = if path.is_empty() {
        routes
    } else {
        let elsewhere = Router::new().fallback(home::not_found);
        Router::new()
            .nest(path, routes)
            .merge(door.audience(Form::Page, elsewhere))
    };
    let whole = inserted.merge(below).with_state(state);
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

/// What stands before the rows: one counter for each limit, one room for all bodies.
struct Door {
    token: RateLimit,
    userinfo: RateLimit,
    api: RateLimit,
    login: RateLimit,
    authorize: RateLimit,
    bodies: Bodies,
    frames: Arc<Frames>,
}

impl Door {
    fn new(state: &AppState) -> Self {
        let settings: &LimitSettings = &state.app.config().limits;
        let limit = |group, per_minute| {
            let rate = Rate { per_minute, burst: 0 };
            RateLimit::new(group, rate)
        };
        Self {
            token: limit("token", settings.token_requests_per_minute_per_address),
            userinfo: limit("userinfo", settings.token_requests_per_minute_per_address),
            api: limit("api", settings.api_requests_per_minute_per_address),
            login: limit("login", settings.logins_per_minute_per_address),
            authorize: limit("authorize", settings.authorizations_per_minute_per_address),
            bodies: Bodies::within(settings.body_memory_kib.saturating_mul(1024)),
            frames: Arc::clone(&state.frames),
        }
    }

    /// A router of rows: first the limit, then the method, then the body, then the endpoint.
    fn rows(&self, rows: Vec<Row>) -> Router<AppState> {
        rows.into_iter().fold(Router::new(), |router, (limit, route)| {
            let bodies = from_fn_with_state(self.bodies.clone(), body::read);
            let limit = match limit {
                // A GET, of whose body nobody reads anything.
                Limit::FromMemory => return router.route(route.path, route.answer),
                Limit::Token => &self.token,
                Limit::Userinfo => &self.userinfo,
                Limit::Api => &self.api,
                Limit::Login => &self.login,
                Limit::Authorize => &self.authorize,
            };
            let limited = from_fn_with_state(limit.clone(), rate_limit::enforce);
            router.route(route.path, route.answer.route_layer(bodies).layer(limited))
        })
    }

    /// The paths of one audience, each answered in any case, and in its form.
    fn audience(&self, form: Form, routes: Router<AppState>) -> Router<AppState> {
        let answers = Answers {
            form,
            total_time: TOTAL_TIME,
            frames: Arc::clone(&self.frames),
        };
        routes.layer(from_fn_with_state(answers, form::answer))
    }
}

/// Whom configuration trusts to say for whom they speak.
pub fn trusted_proxies(app: &App) -> Result<TrustedProxies, InvalidNetwork> {
    TrustedProxies::parse(&app.config().listen.trusted_proxies)
}

fn edge_settings(app: &App) -> Result<MiddlewareSettings, InvalidNetwork> {
    let header = match app.config().listen.forwarded_by {
        ForwardedBy::XForwardedFor => ForwardedHeader::XForwardedFor,
        ForwardedBy::Forwarded => ForwardedHeader::Forwarded,
    };
    Ok(MiddlewareSettings {
        request_ids: RequestIds {
            clock: Arc::clone(app.clock()),
            entropy: Arc::clone(app.entropy()),
        },
        proxies: Arc::new(Proxies::new(trusted_proxies(app)?, header)),
        transport: TransportSettings {
            https: app.issuer().is_secure(),
        },
    })
}
