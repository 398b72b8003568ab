//! Owns one row of a table of routes: a method of a path, and who answers it. Routers are made of such tables, so that
//! a test can walk them.

use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use http::Method;

use super::app_state::AppState;

/// One method of one path.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path with its variables, below the issuer's own path.
    pub path: &'static str,
    /// Who answers.
    pub answer: MethodRouter<AppState>,
}

/// A row for each of the methods.
macro_rules! rows {
    ($($name:ident: $method:ident),*) => {$(
        #[doc = concat!("A row for ", stringify!($method), ".")]
        pub fn $name<H, T>(path: &'static str, handler: H) -> Route
        where
            H: Handler<T, AppState>,
            T: 'static,
        {
            Route {
                method: Method::$method,
                path,
                answer: routing::$name(handler),
            }
        }
    )*};
}

rows!(get: GET, post: POST, put: PUT, patch: PATCH, delete: DELETE);
