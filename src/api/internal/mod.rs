//! What services ask with a key of their own (`X-Service-Key`): who belongs where, what hooks would do. One
//! statement finds the key. The shapes of memberships are those that existing services of the platform read.

pub mod hooks;
pub mod memberships;
