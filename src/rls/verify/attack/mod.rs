//! What happens when the database is asked: every attack runs as an application role, in a savepoint of a transaction
//! that is rolled back, against rows of two organizations that exist in that transaction only.

mod context;
mod function;
mod hints;
mod hostile;
mod leak;
mod member;
mod plan;
mod probe;
mod run;
mod said;
mod select;
mod session;
mod tally;
mod value;
mod view;
mod world;
mod write;

pub(super) use run::run;
