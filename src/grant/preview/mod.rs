//! The preview of a grant: what the built-in hook and operators' hooks would make of what is said of one person, without
//! issuing a token to anybody. The command line and the API ask it alike. No connection is held while hooks are asked, and
//! what an SQL hook does is rolled back as ever.

mod output;
mod report;
mod subject;

pub use report::{Preview, PreviewError, PreviewGrantType, PreviewedOutput, preview};
pub use subject::{Asked, Prepared, prepare};
