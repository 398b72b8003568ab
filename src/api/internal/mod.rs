//! What services ask with a key of their own (`X-Service-Key`): who belongs where, what hooks would do, which tokens
//! are cut off. One statement finds the key. The shapes of memberships are those that existing services of the platform
//! read.

pub mod hooks;
pub mod membership_epoch;
pub mod memberships;
