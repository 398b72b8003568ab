//! Work to do after a commit. Whoever decides that something is to be done adds it in the transaction of the act: both
//! happen, or neither. It is done at least once, by a worker of some replica (`jobs::queue`), tried again with growing
//! delays, and given up into dead letters that an operator looks at, replays or drops. What a job carries is sealed, since
//! it holds addresses and links that sign people in. It knows which jobs there are, not how they are done.

mod add;
mod dead;
mod depth;
mod job;
mod lane;
pub mod reseal;
mod run;
mod sealed_payload;
mod store;

pub use add::{AddError, Added, add};
pub use dead::{Retention, Waiting, Wanted, drop_job, expire, find, list, replay, replay_all};
pub use depth::{Depth, depth};
pub use job::{Job, JobKind, Stored};
pub use lane::Lane;
pub use run::{Claimed, Due, Failure, Settled, claim, due, fail, finish};
