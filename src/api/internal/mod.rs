//! What services ask with a key of their own (`X-Service-Key`): who belongs where. One statement finds the key, one
//! answers. The shapes are those that existing services of the platform read.

pub mod memberships;
