//! A cheap HTTP/1.1 client: requests are rendered beforehand, answers are parsed no further than they are needed.

mod answer;
mod connection;
mod request;

pub(crate) use answer::Answer;
pub(crate) use connection::Http;
pub(crate) use request::{Site, encode};
