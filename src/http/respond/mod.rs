//! What writes an answer: JSON of OAuth, challenges, problems, redirects and pages. It decides headers and shape,
//! never what happened.

pub mod asset;
pub mod authorization;
pub mod challenge;
pub mod ended;
pub mod failure;
pub mod interaction_page;
pub mod oauth;
pub mod page;
pub mod page_error;
pub mod problem;
pub mod redirect;
pub mod refusal;
