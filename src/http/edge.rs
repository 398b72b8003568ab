//! Owns what every handler shares: the server's parts, the frame of its pages, how its cookies are bound; and the
//! reading of the circumstances of one request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::extract::cookies::CookieSettings;
use crate::app::App;
use crate::base::origin::Origin;
use crate::db::work::Circumstances;
use crate::web::layout::Layout;

/// The state of the public router.
#[derive(Clone)]
pub struct Edge {
    /// The server's parts.
    pub app: App,
    /// The frame of every page.
    pub layout: Arc<Layout>,
    /// How cookies are named and bound.
    pub cookies: CookieSettings,
}

impl Edge {
    /// The edge of a server.
    #[must_use]
    pub fn new(app: App) -> Self {
        let layout = Arc::new(Layout::new(app.issuer()));
        let cookies = CookieSettings::new(app.issuer());
        Self { app, layout, cookies }
    }
}

impl FromRef<Edge> for App {
    fn from_ref(edge: &Edge) -> Self {
        edge.app.clone()
    }
}

/// The circumstances of this request: its one `now`, chance, and where it comes from.
pub struct Visit(pub Circumstances);

impl FromRequestParts<Edge> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Infallible> {
        let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
        Ok(Self(edge.app.circumstances(origin)))
    }
}
