//! What signet gives to databases downstream: the SQL kit, policy templates, and the check that a database keeps
//! tenants apart by the token's claims alone. It knows no table of ours.

pub mod verify;
