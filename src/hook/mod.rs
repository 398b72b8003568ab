//! The access-token hook's contract: what an answer may say, and how it joins the claims that the protocol decides.
//! The built-in hook is the SQL function `auth.member_claims`, called inside each grant's own statement.

pub mod answer;
pub mod definition;
pub mod merge;
pub mod shipped;
mod store;
