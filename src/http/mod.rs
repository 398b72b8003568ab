//! The edge's tools: what reads a request (`extract`), what writes an answer (`respond`), in which language
//! (`frames`), and what stands around every endpoint (`middleware`). It knows no endpoint, no rule of a grant and no database.

pub mod app_state;
pub mod extract;
pub mod frames;
pub mod middleware;
pub mod respond;
pub mod route;
