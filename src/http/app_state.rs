//! Owns what every handler shares: the server's parts, the frame of its pages, how its cookies are bound; and the
//! reading of the context of one request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::extract::cookies::CookieSettings;
use super::frames::Frames;
use super::respond::interaction_page::LANGUAGE_PATH;
use crate::app::App;
use crate::base::origin::Origin;
use crate::db::unit_of_work::RequestContext;
use crate::web::layout::Layout;

/// The state of the public router.
#[derive(Clone)]
pub struct AppState {
    /// The server's parts.
    pub app: App,
    /// The frames of pages, in each language.
    pub frames: Arc<Frames>,
    /// How cookies are named and bound.
    pub cookies: CookieSettings,
}

impl AppState {
    /// The edge of a server.
    #[must_use]
    pub fn new(app: App) -> Self {
        let cookies = CookieSettings::new(app.issuer());
        let layout = Layout::new(app.issuer(), LANGUAGE_PATH).in_language(app.config().pages.language);
        Self {
            app,
            frames: Arc::new(Frames { layout, cookies }),
            cookies,
        }
    }
}

impl FromRef<AppState> for App {
    fn from_ref(state: &AppState) -> Self {
        state.app.clone()
    }
}

/// One context for a request, however many extractors ask for it: its clock is read once.
impl FromRequestParts<AppState> for RequestContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        if let Some(context) = parts.extensions.get::<Self>() {
            return Ok(context.clone());
        }
        let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
        let context = state.app.context(origin);
        parts.extensions.insert(context.clone());
        Ok(context)
    }
}
