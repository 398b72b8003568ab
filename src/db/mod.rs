//! The database as such: pools, migrations and roles, the unit of work, and how replicas learn that a cache is stale.
//! It knows no table but its own (`auth.platform`, `auth.cache_versions`).

pub mod bootstrap;
pub mod changes;
pub mod connect;
pub mod connection;
pub mod constraint;
pub mod error;
mod fault;
pub mod groups;
pub mod migrate;
pub mod place;
pub mod platform;
pub mod pool;
pub mod sessions;
pub mod snapshot;
pub mod told;
pub mod unit_of_work;
pub mod walk;

pub use connection::PgConnection;
pub use error::DatabaseError;
pub use told::told;
pub use unit_of_work::UnitOfWork;
