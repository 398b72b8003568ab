//! Does what waits in the queue. Every replica takes its share; each kind of work has a lane of its own, so that a mail
//! server that hangs holds up nothing but mail. What is under way when a replica is lost is begun anew by another once its
//! lease has ended.

mod measure;
mod run;
mod send_mail;
mod worker;

pub use run::run;
pub use worker::Worker;
