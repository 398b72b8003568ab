//! `signet dev`: a private PostgreSQL (the tests use it too), a development key, demo data and a demo application.

pub mod database;
pub mod kek;
pub mod postgres;
pub mod relying_party;
pub mod seed;
