//! The pages: templates with typed fields, and the one stylesheet. They know no request, no URL but those they are
//! given, and no rule; what they say stands in `i18n`. Everything a page shows is escaped by the template engine.

pub mod account;
pub mod api_reference;
pub mod asset;
pub mod client_card;
pub mod client_icon;
pub mod consent;
pub mod error;
pub mod form_post;
pub mod home;
pub mod invitation;
pub mod layout;
pub mod login;
pub mod logout;
pub mod mailbox;
pub mod request_over;
pub mod role_text;
pub mod scope_text;
