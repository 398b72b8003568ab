//! The browser's session: a row that lives between a login and its end, reached by a handle of which only the digest
//! is kept. Its id is the `sid` claim. It knows no cookie and no page; of grants only which applications they are for,
//! so that these are told of its end. Whether it lives is the rule of the view `auth.live_sessions`.

pub mod ending;
pub mod live;
mod lookup;
mod notice;
mod store;

pub use ending::{EndReason, end, end_all_of_user};
pub use live::{
    Lifetimes, LiveSession, NewSession, Person, Session, Standing, count_live, expire, start,
    switch_organization,
};
pub use lookup::Sessions;
pub use notice::owner;
