//! What `signet dev` puts into an empty database: people, organizations, clients and a resource to try things with.
//! Everything is made by the services that operators use, and made once: a later start only renews what it lost,
//! and the demo application's secret, which is never written down.

mod clients;
mod error;
mod people;
mod places;
mod secrets_file;
mod seeding;

pub use clients::{DEMO_CLIENT, DEMO_RESOURCE, DEMO_SERVICE, DEMO_SPA};
pub use error::SeedError;
pub use seeding::{DemoAddresses, Seeded, seed};
