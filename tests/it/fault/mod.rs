//! The database misbehaves (DB-03 to DB-05): its connections freeze, are cut, or lead to a server that was demoted; it
//! has no time or no place. A request ends soon, the next one works, and nobody pays for it.

mod code_groups;
mod cut;
mod demoted;
mod frozen;
mod outage;
mod refresh_groups;
mod scene;
mod shared_groups;
