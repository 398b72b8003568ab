//! The preview of a grant: what the built-in hook and operators' hooks would make of one person's access token, without
//! issuing one to anybody. The command line and the API ask it alike. No connection is held while hooks are asked, and
//! what an SQL hook does is rolled back as ever.

mod answer;
mod subject;

pub use answer::{Preview, PreviewError, preview};
pub use subject::{Asked, GRANT_TYPES, Prepared, prepare};
