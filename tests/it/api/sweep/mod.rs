//! TN-03: no id of another organization opens anything, in any place of any path, for anybody. Each test walks the
//! API's own table of routes, so that a route that nobody thought of here fails it.

mod foreign;
mod roles;
pub mod rows;
mod scene;
