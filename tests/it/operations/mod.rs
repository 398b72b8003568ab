//! What operators rely on: health, headers, request ids, and what each operation costs the database.

mod caches;
mod cleanup;
mod connections;
mod contexts;
mod headers;
mod health;
mod limits;
mod pooler;
mod restore;
mod round_trips;
mod statements;
mod unfinished;
