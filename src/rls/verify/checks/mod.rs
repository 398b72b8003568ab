//! What the catalogs alone show. Each check reads plain values and names the SQL that mends what it finds.

mod branches;
mod functions;
mod keys;
mod policies;
mod recursion;
mod roles;
mod run;
mod tables;
mod views;

pub(super) use branches::accepted;
pub(super) use run::run;
