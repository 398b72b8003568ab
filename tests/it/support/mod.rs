//! What every test stands on: one private PostgreSQL per test binary, one database per test, time and chance given.

pub mod captured_log;
pub mod clock;
pub mod database;
pub mod dns;
pub mod entropy;
pub mod folder;
pub mod http;
pub mod kept;
pub mod letters;
pub mod name_server;
pub mod openbao;
pub mod pgbouncer;
pub mod proxy;
pub mod round_trips;
pub mod standby;
pub mod statements;
