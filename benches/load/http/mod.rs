//! A cheap HTTP/1.1 client: requests are rendered beforehand, answers are parsed no further than they are needed.

mod connection;
mod request;
mod response;

pub(crate) use connection::Http;
pub(crate) use request::{Site, encode};
pub(crate) use response::Response;
